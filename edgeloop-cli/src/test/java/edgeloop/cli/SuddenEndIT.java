package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Clients that are killed, peers without manners, and a server that is stopped for a while. */
@Tag("faults")
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT) // mostly waits
final class SuddenEndIT {
    private static final int KILLED = 1_000;
    private static final int RUDE = 60;

    private ServerProcess server;
    private ProcessProbe probe;
    private int port;
    private int descriptors;

    @BeforeEach
    void start() throws Exception {
        server =
                ServerProcess.launch(
                        "env",
                        "EDGELOOP_JAVA_OPTS=-Dedgeloop.debug=false -Dedgeloop.leaks=true"
                                + " -XX:NativeMemoryTracking=summary",
                        "./myepollserver",
                        "--port=0",
                        "--idle-timeout=2s",
                        "--write-timeout=2s");
        port = server.port();
        probe = new ProcessProbe(server.pid());
        ProcessProbe.Memory _ = probe.memory(); // opens what it takes to be asked
        descriptors = probe.descriptors();
    }

    @AfterEach
    void end() {
        server.close();
    }

    /** As before: the same echo, and nothing held; answers what was counted. */
    private String endAsBegun() throws Exception {
        try (EchoClients clients = EchoClients.connect(3, port)) {
            clients.echo();
        }
        Waiting.until(() -> probe.descriptors() <= descriptors);
        assertThat(probe.memory().inUse()).as("segments and connections in use").isZero();
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.err().all()).noneMatch(line -> line.contains("never given back"));
        return server.err().all().getLast();
    }

    @Test
    @DisplayName("E25: a thousand clients are killed at once")
    void killedClientsAreGone() throws Exception {
        try (Crowd crowd = Crowd.connect(KILLED, port)) {
            Waiting.until(() -> probe.descriptors() >= descriptors + KILLED);
            try (EchoClients after = EchoClients.connect(1, port)) {
                after.echo(); // so all before it have been sent theirs
            }
            crowd.kill();
        }
        // Each had left its echo unread, so each end is a reset.
        assertThat(endAsBegun()).contains(KILLED + " connections reset by the peer");
    }

    @Test
    @DisplayName("E39: clients of a server that was stopped are served when it goes on")
    void stoppedServerGoesOn() throws Exception {
        try (EchoClients clients = EchoClients.connect(20, port)) {
            clients.echo();
            server.signal("STOP");
            clients.send();
            try (EchoClients late = EchoClients.connect(20, port)) {
                late.send();
                Waiting.pass(Duration.ofSeconds(3)); // longer than the idle timeout
                server.signal("CONT");
                clients.receive();
                late.receive();
            }
        }
        server.out().await("Max events.*");
        try (EchoClients clients = EchoClients.connect(1, port)) {
            clients.echo();
            // Silent now: so that there is something to count.
            Waiting.until(() -> probe.descriptors() <= descriptors);
        }
        assertThat(endAsBegun()).contains("1 timed out");
    }

    @Test
    @DisplayName("E16, E20, E25: peers that reset, half-close, trickle, never read")
    void rudePeersLeaveNothing() throws Exception {
        RudePeers peers = RudePeers.start(RUDE, port, System.currentTimeMillis());
        try (peers) {
            Waiting.until(() -> peers.connections() > 600);
        }
        assertThat(peers.complaints()).isEmpty();
        assertThat(peers.echoes()).isPositive();
        assertThat(endAsBegun()).contains("connections reset by the peer").contains("timed out");
    }
}
