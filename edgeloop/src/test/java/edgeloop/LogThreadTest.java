package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The log of a user takes nothing, fails, or is not to be found. */
@Timeout(60)
class LogThreadTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final StubLogger logger = new StubLogger();

    @AfterEach
    void free() {
        logger.free.countDown();
    }

    @Test
    void linesComeInOrderOnAThreadOfTheirOwn() {
        logger.free.countDown();
        LogThread log = new LogThread(() -> logger);
        log.accept("first", null);
        log.accept("second", new IllegalStateException("why"));
        log.awaitWritten(LONG);
        assertThat(logger.lines)
                .containsExactly("first", "second: java.lang.IllegalStateException: why");
        assertThat(logger.thread).isNotEqualTo(Thread.currentThread());
        assertThat(logger.thread.isDaemon()).isTrue();
    }

    @Test
    @DisplayName("E64 a logger that takes nothing holds nobody up, and what is lost is said")
    void loggerThatTakesNothingHoldsNobodyUp() {
        LogThread log = new LogThread(() -> logger);
        for (int i = 0; i < 10 * LogThread.CAPACITY; i++) {
            log.accept("line " + i, null);
        }
        log.awaitWritten(Duration.ofMillis(20)); // returns, though nothing was taken
        assertThat(logger.lines).isEmpty();

        logger.free.countDown();
        log.awaitWritten(LONG);
        log.accept("the next", null);
        log.awaitWritten(LONG);
        assertThat(logger.lines).hasSizeBetween(LogThread.CAPACITY, LogThread.CAPACITY + 3);
        int lost =
                logger.lines.stream()
                        .filter(line -> line.endsWith("lines were lost)"))
                        .mapToInt(
                                line ->
                                        Integer.parseInt(
                                                line.replaceAll("\\D*\\d*.*it (\\d+) .*", "$1")))
                        .sum();
        assertThat(lost).isEqualTo(10 * LogThread.CAPACITY + 1 - logger.lines.size());
    }

    @Test
    @DisplayName("E65 a logger that fails is asked again, and what is lost is said")
    void loggerThatFailsIsAskedAgain() {
        logger.free.countDown();
        logger.failure = new NoClassDefFoundError("Too many open files");
        LogThread log = new LogThread(() -> logger);
        log.accept("lost", null);
        log.accept("lost too", null);
        log.awaitWritten(LONG);
        logger.failure = null;
        log.accept("taken", null);
        log.awaitWritten(LONG);
        assertThat(logger.lines).containsExactly("taken (before it 2 lines were lost)");
    }

    @Test
    @DisplayName("E65 a logger that was not to be found is looked for again")
    void loggerThatWasNotFoundIsLookedForAgain() {
        logger.free.countDown();
        CountDownLatch found = new CountDownLatch(3);
        LogThread log =
                new LogThread(
                        () -> {
                            found.countDown();
                            if (found.getCount() > 0) {
                                throw new Error("tzdb.dat (Too many open files)");
                            }
                            return logger;
                        });
        log.start();
        log.awaitWritten(LONG);
        log.accept("lost", null);
        log.accept("taken", null);
        log.awaitWritten(LONG);
        assertThat(logger.lines).containsExactly("taken (before it 1 lines were lost)");
    }

    private static final class StubLogger implements System.Logger {
        final CountDownLatch free = new CountDownLatch(1);
        final List<String> lines = new CopyOnWriteArrayList<>();
        volatile @Nullable Error failure;
        volatile Thread thread = Thread.currentThread();

        @Override
        public String getName() {
            return "stub";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String message,
                @Nullable Throwable cause) {
            thread = Thread.currentThread();
            try {
                free.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            Error failed = failure;
            if (failed != null) {
                throw failed;
            }
            lines.add(cause == null ? message : message + ": " + cause);
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String format,
                @Nullable Object... parameters) {
            log(level, bundle, format, (Throwable) null);
        }
    }
}
