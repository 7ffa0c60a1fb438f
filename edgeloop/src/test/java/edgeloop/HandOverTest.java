package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Another thread hands over a task while the reactor is about to sleep. */
class HandOverTest {
    private final List<String> done = new ArrayList<>();

    @CallsOfEpoll
    @Test
    @DisplayName("E34 a task that comes before sleep is announced is found by looking once more")
    void taskBeforeTheAnnouncementIsFound() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.turnUntilAsleep();
            // Setting the timer is the last that the reactor does before it announces to sleep.
            server.reactor.schedule(Duration.ofHours(1), () -> {});
            server.kernel.runBeforeNext(Call.ARM_TIMERFD, () -> handOver(server));
            server.kernel.forgetCounts();
            server.turn();
            assertThat(server.kernel.count(Call.ARM_TIMERFD)).isEqualTo(1);
            assertThat(server.kernel.lastWaitMillis()).isZero();
            assertThat(server.kernel.count(Call.SIGNAL_EVENTFD)).isZero();

            server.turn();
            assertThat(done).containsExactly("task");
        }
    }

    @Test
    @DisplayName("E34 a task that comes after sleep was announced ends the wait by the eventfd")
    void taskAfterTheAnnouncementEndsTheWait() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.turnUntilAsleep();
            server.kernel.runBeforeNext(Defaults.WAIT, () -> handOver(server));
            server.kernel.forgetCounts();
            server.turn();
            assertThat(server.kernel.lastWaitMillis()).isEqualTo(-1);
            assertThat(server.kernel.count(Call.SIGNAL_EVENTFD)).isEqualTo(1);
            assertThat(server.kernel.made())
                    .anyMatch(made -> made.call() == Defaults.WAIT && made.outcome() >= 0);

            server.turn();
            assertThat(done).containsExactly("task");
        }
    }

    private void handOver(TurnedServer server) {
        server.reactor.execute(() -> done.add("task"));
    }
}
