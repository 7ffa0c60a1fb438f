package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A server shuts down while peers wait: to be accepted, to be read, to be answered. */
class LastCallTest {
    private static TurnedServer echo(Duration drainTimeout) {
        return new TurnedServer(
                Defaults.server().withDrainTimeout(drainTimeout), _ -> Connection::write);
    }

    @Test
    @DisplayName("E70 who waits to be accepted when a shutdown begins is accepted and served")
    void waitingPeersAreServed() {
        try (TurnedServer server = echo(Duration.ofSeconds(10))) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 150; i++) { // more than are accepted in one go
                peers.add(server.peer().send("hello"));
            }
            server.server.shutdown();
            for (Peer peer : peers) {
                server.turnUntil(() -> text(peer).equals("hello"));
            }
            endThoughPeersStay(server);
            for (Peer peer : peers) {
                assertThat(peer.gotFin()).isTrue();
            }
            assertThat(server.server.stats().accepted()).isEqualTo(150);
            assertThat(server.server.stats().errors()).isZero();
        }
    }

    @Test
    @DisplayName("E70 one who was accepted last has a moment for a request that is on its way")
    void requestOnItsWayIsServed() {
        try (TurnedServer server = echo(Duration.ofSeconds(10))) {
            Peer peer = server.peer();
            server.server.shutdown();
            server.turn(5);
            peer.send("hello");
            server.turnUntil(() -> text(peer).equals("hello"));
        }
    }

    @Test
    @DisplayName("E70 one who was accepted just before the shutdown has that moment, too")
    void newcomerHasAMoment() {
        try (TurnedServer server = echo(Duration.ofSeconds(10))) {
            Peer peer = server.accepted();
            server.server.shutdown();
            server.turn(5);
            peer.send("hello");
            server.turnUntil(() -> text(peer).equals("hello"));
        }
    }

    @Test
    @DisplayName("E70 one who has been served, or has said nothing for a second, has none")
    void othersHaveNoMoment() {
        try (TurnedServer server = echo(Duration.ofSeconds(10))) {
            server.kernel.stopClock(server.kernel.nanoTime());
            Peer silent = server.accepted();
            server.kernel.passTime(Duration.ofMillis(1_001));
            server.turn();
            Peer served = server.accepted().send("hello");
            server.turnUntil(() -> text(served).equals("hello"));
            server.server.shutdown();
            server.turn(3);
            assertThat(silent.gotFin()).isTrue();
            assertThat(served.gotFin()).isTrue();
        }
    }

    @Test
    @DisplayName(
            "E70, E68 those of the last call who are there end though others can't be accepted")
    void lastCallDoesNotHoldWhatItWaitsFor() {
        try (TurnedServer server = echo(Duration.ofSeconds(10))) {
            server.kernel.stopClock(server.kernel.nanoTime());
            Peer first = server.peer().send("hello");
            Runnable noneLeft = () -> server.kernel.answerAlways(Call.ACCEPT, -Errno.EMFILE);
            server.kernel.runBeforeNext(
                    Call.ACCEPT, () -> server.kernel.runBeforeNext(Call.ACCEPT, noneLeft));
            Peer second = server.peer().send("hello");
            server.server.shutdown();
            server.turn(5);
            assertThat(text(first)).isEqualTo("hello");
            assertThat(text(second)).isEmpty();

            server.kernel.passTime(Duration.ofMillis(1_100));
            server.turn(3);
            assertThat(first.gotFin()).isTrue();
            first.close();
            server.turnUntil(() -> server.kernelConnections() == 0);
            server.kernel.answerByKernel(Call.ACCEPT);
            server.kernel.passTime(Duration.ofMillis(110)); // a pause of accepting
            server.turnUntil(() -> text(second).equals("hello"));
        }
    }

    @Test
    @DisplayName("E70 what peers have sent when a shutdown begins is served")
    void whatWaitsToBeReadIsServed() {
        try (TurnedServer server = echo(Duration.ofSeconds(10))) {
            Peer peer = server.accepted();
            server.turnUntilAsleep();
            peer.send("hello");
            server.server.shutdown();
            server.turnUntil(() -> text(peer).equals("hello"));
        }
    }

    @Test
    @DisplayName("E70 nobody who comes after the shutdown began is accepted")
    void latecomersAreNotAccepted() {
        try (TurnedServer server = echo(Duration.ofSeconds(10))) {
            server.accepted();
            server.turnUntilAsleep();
            server.server.shutdown();
            server.turn(2);
            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(() -> Peer.connect(server.server.port()))
                    .withCauseInstanceOf(ConnectException.class);
        }
    }

    @Test
    @DisplayName("E70 connections that the drain timeout cuts off are counted, with what is lost")
    void cutOffIsCounted() {
        try (TurnedServer server = echo(Duration.ofSeconds(1))) {
            Peer peer = server.accepted(4096);
            long sent = 0;
            byte[] bytes = new byte[64 * 1024];
            for (int idle = 0; idle < 100; ) {
                int n = peer.offer(bytes, 0, bytes.length);
                sent += n;
                idle = n == 0 ? idle + 1 : 0;
                server.turn();
            }
            server.server.shutdown();
            server.turn(2);
            server.kernel.passTime(Duration.ofSeconds(2));
            server.runToEnd();
            ServerStats stats = server.server.stats();
            assertThat(stats.cutOff()).isEqualTo(1);
            assertThat(stats.errors()).isEqualTo(1);
            assertThat(stats.locallyClosed()).isZero();
            // What was read and not delivered is the least; what the kernel held comes on top of
            // it.
            long undelivered = stats.bytesRead() - peer.size();
            assertThat(undelivered).isPositive();
            assertThat(stats.cutOffBytes()).isBetween(undelivered + 1, sent);
        }
    }

    @Test
    @DisplayName("E70 connections that nobody accepted before shutdownNow are counted")
    void unacceptedAreCounted() {
        try (TurnedServer server = echo(Duration.ofSeconds(1))) {
            server.peer();
            server.peer();
            server.end();
            assertThat(server.server.stats().unaccepted()).isEqualTo(2);
            assertThat(server.server.stats().errors()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("E70 a peer that has all and only has not closed yet is not cut off")
    void lingeringIsNotCutOff() {
        try (TurnedServer server = echo(Duration.ofSeconds(10))) {
            Peer peer = server.accepted().send("hello");
            server.turnUntil(() -> text(peer).equals("hello"));
            server.server.shutdown();
            server.turn(3);
            server.end();
            assertThat(peer.gotFin()).isTrue();
            assertThat(server.server.stats().cutOff()).isZero();
            assertThat(server.server.stats().locallyClosed()).isEqualTo(1);
        }
    }

    private static String text(Peer peer) {
        return peer.text();
    }

    /** The time for lingering passes, and the loop runs to its end. */
    private static void endThoughPeersStay(TurnedServer server) {
        server.kernel.passTime(Duration.ofSeconds(2));
        server.turn(3);
        server.kernel.passTime(Duration.ofSeconds(2));
        server.runToEnd();
    }
}
