package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.buffer.MemoryBudget;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A timer that is not bound to the wheel's ticks of a millisecond. */
class PreciseTimerTest {
    private static final long BOUND_NANOS = 10_000_000_000L;

    private final ScriptedSyscalls kernel = new ScriptedSyscalls();
    private final List<Long> ran = new ArrayList<>();
    private Reactor reactor;
    private PreciseTimer timer;

    @BeforeEach
    void open() throws Exception {
        reactor =
                Reactor.open(
                        new JvmPlatform(() -> kernel),
                        Defaults.transport(),
                        Trigger.EDGE,
                        64,
                        new MemoryBudget(Long.MAX_VALUE),
                        null);
        timer = reactor.preciseTimer(() -> ran.add(kernel.nanoTime()));
    }

    @AfterEach
    void close() {
        reactor.terminate();
    }

    private void turnUntilRan(int times) {
        long deadline = System.nanoTime() + BOUND_NANOS;
        while (ran.size() < times) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            reactor.turn();
        }
    }

    @CallsOfEpoll
    @Test
    void theAlarmIsSetToTheDeadlineItself() {
        timer.set(kernel.nanoTime() + 300_000);
        reactor.turn();
        assertThat(kernel.lastDelayNanos()).isBetween(1L, 300_000L);
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E36 the alarm is set once in a turn, to the earliest deadline of all timers")
    void theAlarmIsSetOnceForAllTimers() {
        reactor.schedule(Duration.ofSeconds(3), () -> {});
        timer.set(kernel.nanoTime() + 2_000_000_000);
        reactor.preciseTimer(() -> {}).set(kernel.nanoTime() + 200_000);
        reactor.turn();
        assertThat(kernel.count(Call.ARM_TIMERFD)).isEqualTo(1);
        assertThat(kernel.lastDelayNanos()).isBetween(1L, 200_000L);
    }

    @Test
    void theTimerfdNeedNotBeReadToExpireAgain() {
        for (int i = 1; i <= 3; i++) {
            timer.set(kernel.nanoTime() + 300_000);
            turnUntilRan(i);
        }
        assertThat(kernel.count(Call.DRAIN_COUNTER)).isZero();
    }

    @Test
    void itRunsAtTheDeadlineAndNotBefore() {
        for (int i = 1; i <= 5; i++) {
            long deadline = kernel.nanoTime() + 300_000;
            timer.set(deadline);
            turnUntilRan(i);
            assertThat(ran.getLast()).isGreaterThanOrEqualTo(deadline);
        }
    }

    @Test
    void aDeadlineThatHasPassedRunsInTheNextTurn() {
        timer.set(kernel.nanoTime() - 1);
        turnUntilRan(1);
        reactor.turn();
        assertThat(ran).hasSize(1);
    }

    @Test
    void theLastDeadlineSetIsTheOneThatCounts() {
        timer.set(kernel.nanoTime() + BOUND_NANOS);
        timer.set(kernel.nanoTime());
        turnUntilRan(1);
    }

    @Test
    void aCancelledTimerDoesNotRun() {
        timer.set(kernel.nanoTime());
        timer.cancel();
        reactor.turn();
        reactor.turn();
        assertThat(ran).isEmpty();
    }

    @Test
    void itMayBeSetAgainByItsOwnTask() {
        PreciseTimer[] again = new PreciseTimer[1];
        again[0] =
                reactor.preciseTimer(
                        () -> {
                            ran.add(kernel.nanoTime());
                            again[0].set(kernel.nanoTime());
                        });
        again[0].set(kernel.nanoTime());
        turnUntilRan(3);
    }
}
