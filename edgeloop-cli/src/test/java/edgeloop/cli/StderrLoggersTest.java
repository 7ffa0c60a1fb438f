package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class StderrLoggersTest {
    private final System.Logger logger = System.getLogger("edgeloop");
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private PrintStream stderrBefore;

    @BeforeEach
    void captureStderr() {
        stderrBefore = System.err;
        System.setErr(new PrintStream(stderr, true, UTF_8));
    }

    @AfterEach
    void restoreStderr() {
        System.setErr(stderrBefore);
    }

    @Test
    void problemIsOneLine() {
        logger.log(System.Logger.Level.WARNING, "Accepting pauses");
        assertThat(stderr.toString(UTF_8)).isEqualTo("edgeloop: Accepting pauses\n");
    }

    @Test
    void causeStandsInItsOwnWordsWithoutStackTrace() {
        logger.log(
                System.Logger.Level.WARNING,
                "A handler failed",
                new IllegalStateException("first\nsecond \033[2J"));
        assertThat(stderr.toString(UTF_8))
                .isEqualTo(
                        "edgeloop: A handler failed: java.lang.IllegalStateException:"
                                + " first?second ?[2J\n");
    }

    @Test
    @DisplayName("E64 a program's writer takes the lines in the place of stderr")
    void programsWriterTakesTheLines() throws Exception {
        CapturedOutput err = new CapturedOutput();
        StderrLoggers.printWith(err.writer());
        try {
            logger.log(System.Logger.Level.WARNING, "Accepting pauses");
        } finally {
            StderrLoggers.printWith(null);
        }
        assertThat(err.text()).isEqualTo("edgeloop: Accepting pauses\n");
        assertThat(stderr.toString(UTF_8)).isEmpty();
    }

    @Test
    void parametersAreFilledIn() {
        logger.log(System.Logger.Level.ERROR, "{0} of {1}", 1, 2);
        logger.log(System.Logger.Level.ERROR, "it's {0}");
        assertThat(stderr.toString(UTF_8)).isEqualTo("edgeloop: 1 of 2\nedgeloop: it's {0}\n");
    }

    @Test
    void whatIsNoProblemIsNotShown() {
        logger.log(System.Logger.Level.INFO, "hello");
        logger.log(System.Logger.Level.DEBUG, "hello");
        assertThat(stderr.toString(UTF_8)).isEmpty();
    }
}
