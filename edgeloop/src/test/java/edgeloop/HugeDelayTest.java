package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Delays of more nanoseconds than a {@code long} holds: some 292 years. */
final class HugeDelayTest {
    private static final Duration PAST = Duration.ofDays(-200_000);
    private static final Duration FUTURE = Duration.ofDays(200_000);

    private int fired;

    @Test
    void negativeOneIsNoneAndPositiveOneIsTheEndOfTheWheel() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.reactor.schedule(PAST, () -> fired++);
            server.reactor.schedule(Duration.ofSeconds(Long.MIN_VALUE), () -> fired++);
            Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
            List<Timeout> never =
                    List.of(
                            server.reactor.schedule(FUTURE, () -> fired++),
                            server.reactor.schedule(longest, () -> fired++));
            server.turnUntil(() -> fired == 2);
            assertThat(never).allMatch(Timeout::isPending);
        }
    }

    @Test
    void connectionsTakeThemToo() {
        ConnectionHandler handler =
                new ConnectionHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {
                        in.skip(in.remaining());
                        connection.schedule(PAST, () -> fired++);
                        connection.schedule(FUTURE, () -> fired += 100);
                    }
                };
        try (TurnedServer server = new TurnedServer(_ -> handler)) {
            server.accepted().send("x");
            server.turnUntil(() -> fired == 1);
            assertThat(server.stats().activeConnections()).isEqualTo(1);
        }
    }
}
