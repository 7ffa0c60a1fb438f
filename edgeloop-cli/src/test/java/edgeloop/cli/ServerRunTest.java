package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.Connection;
import edgeloop.EventSource;
import edgeloop.ReactorListener;
import edgeloop.Server;
import edgeloop.ServerOptions;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ServerRunTest {
    private final CapturedOutput out = new CapturedOutput();
    private final CapturedOutput err = new CapturedOutput();

    @Test
    void onlyCausesThatOccurredAreNamed() {
        assertThat(ServerRun.describeErrors(StatsFixture.of(Map.of("cutOffForMemory", 7)), null))
                .isEqualTo("7 cut off over --max-buffer-memory");
        assertThat(ServerRun.describeErrors(StatsFixture.of(Map.of("resets", 3)), null))
                .isEqualTo("3 connections reset by the peer");
        assertThat(
                        ServerRun.describeErrors(
                                StatsFixture.of(Map.of("rejectedPerIp", 5, "acceptPauses", 1)),
                                null))
                .isEqualTo("5 rejected over --max-connections-per-ip, 1 pauses of accepting");
        assertThat(
                        ServerRun.describeErrors(
                                StatsFixture.of(
                                        Map.of("timeouts", 1, "acceptErrors", 2, "rejected", 9)),
                                null))
                .isEqualTo("1 timed out, 2 failed accepts, 9 rejected over --max-connections");
    }

    @Test
    @DisplayName("E70 what was cut off is named, and by what")
    void whatWasCutOffIsNamed() {
        var drained = StatsFixture.of(Map.of("cutOff", 50, "cutOffBytes", 440_000_000L));
        assertThat(ServerRun.describeErrors(drained, null))
                .isEqualTo("50 connections cut off by --drain-timeout, 440.0 MB of theirs lost");
        var interrupted = StatsFixture.of(Map.of("cutOff", 2, "unaccepted", 3));
        assertThat(ServerRun.describeErrors(interrupted, "SIGINT"))
                .isEqualTo(
                        "2 connections cut off by a second signal, SIGINT,"
                                + " 3 not accepted before the end");
    }

    @Test
    void failedReactorIsOneLineAndExitCodeOne() throws Exception {
        ReactorListener broken =
                new ReactorListener() {
                    @Override
                    public void onEvents(EventSource source, int events) {
                        throw new IllegalStateException("broken\non purpose");
                    }
                };
        Server server =
                Server.start(
                        ServerOptions.defaults().withListeners(_ -> broken),
                        _ -> Connection::write);
        ServerRun run = new ServerRun(Served.of(server), null, out.writer(), err.writer());
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            assertThat(run.await()).isEqualTo(1);
        }
        run.terminate("SIGTERM"); // comes too late, and says nothing
        assertThat(err.text())
                .isEqualTo(
                        "myepollserver: the reactor failed: java.lang.IllegalStateException:"
                                + " broken?on purpose\n");
        assertThat(out.text()).isEmpty();
    }

    @Test
    void firstSignalLetsConnectionsFinish() throws Exception {
        Server server = Server.start(0, _ -> Connection::write);
        ServerRun run = new ServerRun(Served.of(server), null, out.writer(), err.writer());
        run.terminate("SIGTERM");
        assertThat(run.await()).isZero();
        assertThat(out.text())
                .isEqualTo(
                        """
                        Received SIGTERM, shutting down...
                        Closing 0 connections...
                        All connections closed.
                        Final stats: 0 requests served, 0 errors
                        """);
        assertThat(err.text()).isEmpty();
    }
}
