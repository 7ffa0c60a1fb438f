package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.EpollEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** So many timers that what is done for each must cost the same, and all at once takes too long. */
final class ManyTimersTest {
    private static final int MANY = 80_000;

    /**
     * What takes some 20 ms; walking from one end of a list to the other, it took 10 s and more.
     */
    private static final Duration BOUND = Duration.ofSeconds(3);

    private final List<Connection> connections = new ArrayList<>();
    private final TurnedServer server =
            new TurnedServer(
                    connection -> {
                        connections.add(connection);
                        return Connection::write;
                    });
    private int fired;

    @AfterEach
    void close() {
        server.close();
    }

    private List<Timeout> timersOfAConnection(Duration delay) {
        server.accepted();
        List<Timeout> timers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            timers.add(connections.getFirst().schedule(delay, () -> fired++));
        }
        return timers;
    }

    private void cancelsSoon(Consumer<List<Timeout>> order) {
        List<Timeout> timers = timersOfAConnection(Duration.ofHours(1));
        order.accept(timers);
        long begin = System.nanoTime();
        for (Timeout timer : timers) {
            assertThat(timer.cancel()).isTrue();
        }
        assertThat(System.nanoTime() - begin).isLessThan(BOUND.toNanos());
        assertThat(server.reactor.timers.wheel().size()).isZero();
    }

    @Test
    @DisplayName("E63 timers of one connection are cancelled at a constant cost, oldest first")
    void cancelInTheOrderOfSetting() {
        cancelsSoon(_ -> {});
    }

    @Test
    @DisplayName("E63 timers of one connection are cancelled at a constant cost, newest first")
    void cancelInReverse() {
        cancelsSoon(Collections::reverse);
    }

    @Test
    @DisplayName("E63 timers of one connection are cancelled at a constant cost, in any order")
    void cancelInAnyOrder() {
        cancelsSoon(timers -> Collections.shuffle(timers, new Random(63)));
    }

    @Test
    @DisplayName("E63 timers of one connection expire at a constant cost, and none is left")
    void expire() {
        timersOfAConnection(Duration.ZERO);
        long begin = System.nanoTime();
        server.turnUntil(() -> fired == MANY);
        assertThat(System.nanoTime() - begin).isLessThan(BOUND.toNanos());
        assertThat(server.reactor.timers.wheel().size()).isZero();
    }

    @Test
    @DisplayName(
            "E63 those that are left when the connection closes are cancelled at that cost too")
    void closing() {
        List<Timeout> timers = timersOfAConnection(Duration.ofHours(1));
        long begin = System.nanoTime();
        connections.getFirst().abort();
        server.turn();
        assertThat(System.nanoTime() - begin).isLessThan(BOUND.toNanos());
        assertThat(timers).noneMatch(Timeout::isPending);
    }

    @Test
    @DisplayName("E63 a hundred thousand timers that are due do not hold up a connection")
    void dueTimersDoNotHoldUpConnections() {
        Peer peer = server.accepted();
        for (int i = 0; i < 100_000; i++) {
            server.reactor.schedule(Duration.ZERO, () -> fired++);
        }
        server.kernel.passTime(Duration.ofSeconds(1));
        server.turn();
        assertThat(fired).isPositive().isLessThanOrEqualTo(Timers.BUDGET);

        peer.send("hello");
        server.kernel.awaitReady(server.lastAccepted(), EpollEvents.EPOLLIN);
        server.turn(2);
        assertThat(peer.text()).isEqualTo("hello");
        assertThat(fired).isLessThanOrEqualTo(3 * Timers.BUDGET);

        server.turnUntil(() -> fired == 100_000);
    }

    @Test
    @DisplayName("E63 a reactor does not sleep while timers are due that the budget has left")
    void doesNotSleepWhileBehind() {
        for (int i = 0; i < 10 * Timers.BUDGET; i++) {
            server.reactor.schedule(Duration.ofMillis(500), () -> fired++);
        }
        server.kernel.stopClock(System.nanoTime());
        server.kernel.passTime(Duration.ofSeconds(2));
        server.kernel.forgetCounts();
        while (fired < 10 * Timers.BUDGET) {
            int before = server.kernel.count(Defaults.WAIT);
            server.turn();
            assertThat(server.kernel.count(Defaults.WAIT)).isEqualTo(before + 1).isLessThan(40);
            if (before > 0) {
                assertThat(server.kernel.lastWaitMillis()).isZero();
            }
        }
        server.turn(2);
        assertThat(server.kernel.lastWaitMillis()).isEqualTo(-1);
    }
}
