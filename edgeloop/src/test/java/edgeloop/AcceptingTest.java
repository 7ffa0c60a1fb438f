package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections come, more at once than one accept takes, and accepting fails in all its ways. */
class AcceptingTest {
    private static final Duration PAUSE = Duration.ofMillis(100);

    @Test
    @DisplayName("E1 all who wait are accepted on one edge, some in each turn")
    void allWhoWaitAreAcceptedOnOneEdge() {
        List<Integer> listening = new ArrayList<>();
        var listener =
                new ReactorListener() {
                    @Override
                    public void onEvents(EventSource source, int events) {
                        listening.add(source.fd());
                    }
                };
        ServerOptions options = Defaults.server().withListeners(_ -> listener);
        try (TurnedServer server = new TurnedServer(options, _ -> Connection::write)) {
            int connections = 200;
            for (int i = 0; i < connections; i++) {
                var _ = server.peer();
            }
            server.turn();
            assertThat(server.kernelConnections()).isGreaterThan(1).isLessThan(connections);
            int listenersFd = listening.getFirst();

            server.turn();
            assertThat(server.kernel.lastWaitMillis()).as("timeout with some left").isZero();
            server.turnUntil(() -> server.kernelConnections() == connections);
            assertThat(server.stats().accepted()).isEqualTo(connections);
            assertThat(server.stats().pendingConnections()).isZero();
            assertThat(listening.stream().filter(fd -> fd == listenersFd)).hasSize(1);
        }
    }

    @Test
    void whoWaitsIsCountedAsPending() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerAlways(Call.ACCEPT, -Errno.EAGAIN);
            server.peer();
            server.peer();
            assertThat(server.stats().pendingConnections()).isEqualTo(2);
            assertThat(server.stats().activeConnections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM})
    @DisplayName("E2 want of descriptors or memory pauses accepting, which resumes by itself")
    void wantOfResourcesPausesAccepting(int errno) {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerNext(Call.ACCEPT, -errno);
            Peer peer = server.peer().send("hello");
            server.turn(5);
            assertThat(server.kernel.count(Call.ACCEPT)).isEqualTo(1);
            assertThat(server.kernelConnections()).isZero();

            server.kernel.passTime(PAUSE);
            server.turnUntil(() -> peer.text().equals("hello"));
            assertThat(server.stats().acceptPauses()).isEqualTo(1);
            assertThat(server.stats().acceptErrors()).isEqualTo(1);
            assertThat(server.stats().errors()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E2 while accepting pauses, a new connection does not end the pause")
    void newConnectionDoesNotEndThePause() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerAlways(Call.ACCEPT, -Errno.EMFILE);
            server.peer();
            server.turn();
            server.peer();
            server.turn(5);
            assertThat(server.kernel.count(Call.ACCEPT)).isEqualTo(1);

            server.kernel.passTime(PAUSE);
            server.turn(5);
            assertThat(server.kernel.count(Call.ACCEPT)).isEqualTo(2);
            assertThat(server.stats().acceptPauses()).isEqualTo(2);

            server.kernel.answerByKernel(Call.ACCEPT);
            server.kernel.passTime(PAUSE);
            server.turnUntil(() -> server.kernelConnections() == 2);
        }
    }

    static IntStream faultsOfOneConnection() {
        return IntStream.of(
                Errno.ECONNABORTED,
                Errno.EPROTO,
                Errno.EPERM,
                Errno.ENETDOWN,
                Errno.ENETUNREACH,
                Errno.EHOSTUNREACH,
                Errno.EHOSTDOWN,
                Errno.ENONET,
                Errno.ENOPROTOOPT,
                Errno.EOPNOTSUPP);
    }

    @ParameterizedTest
    @MethodSource("faultsOfOneConnection")
    @DisplayName("E3 the fault of one connection is counted, and the next is accepted")
    void faultOfOneConnectionIsCounted(int errno) {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerNext(Call.ACCEPT, -errno);
            server.kernel.answerNext(Call.ACCEPT, -errno);
            server.peer();
            server.turn();
            assertThat(server.kernelConnections()).isEqualTo(1);
            assertThat(server.stats().acceptErrors()).isEqualTo(2);
            assertThat(server.stats().acceptPauses()).isZero();
        }
    }

    @Test
    @DisplayName("E3 an interrupted accept is no error")
    void interruptedAcceptIsNoError() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerNext(Call.ACCEPT, -Errno.EINTR);
            server.peer();
            server.turn();
            assertThat(server.kernelConnections()).isEqualTo(1);
            assertThat(server.stats().acceptErrors()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.ECONNABORTED, Errno.EINVAL})
    @DisplayName("E3 a fault that does not end pauses accepting and does not hold up the loop")
    void faultWithoutEndPausesAccepting(int errno) {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerAlways(Call.ACCEPT, -errno);
            server.peer();
            server.turn(5);
            assertThat(server.stats().acceptPauses()).isEqualTo(1);
            assertThat(server.kernel.count(Call.ACCEPT)).isLessThan(100);

            server.kernel.answerByKernel(Call.ACCEPT);
            server.kernel.passTime(PAUSE);
            server.turnUntil(() -> server.kernelConnections() == 1);
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E4 a connection that cannot be registered is closed, and its slot is not lost")
    void connectionThatCannotBeRegisteredIsClosed() {
        try (TurnedServer server = TurnedServer.echo()) {
            Peer first = server.accepted();
            int slots = server.reactor.channels.size();
            for (int i = 0; i < 10; i++) {
                server.kernel.answerNext(Call.EPOLL_ADD, -Errno.ENOMEM);
                Peer refused = server.peer();
                server.turnUntil(refused::isEnded);
            }
            assertThat(server.kernelConnections()).isEqualTo(1);
            assertThat(server.stats().acceptErrors()).isEqualTo(10);
            assertThat(server.stats().accepted()).isEqualTo(1);
            assertThat(server.stats().activeConnections()).isEqualTo(1);
            assertThat(server.reactor.channels.size()).isLessThanOrEqualTo(slots + 1);

            first.send("still here");
            server.turnUntil(() -> first.text().equals("still here"));
        }
    }

    @Test
    @DisplayName(
            "E5 a connection beyond the limit is closed at once and counted; the rest is served")
    void connectionBeyondTheLimitIsClosed() {
        ServerOptions options = Defaults.server().withMaxConnections(2);
        try (TurnedServer server = new TurnedServer(options, _ -> Connection::write)) {
            Peer first = server.accepted();
            Peer second = server.accepted();
            Peer third = server.peer();
            server.turnUntil(third::isEnded);
            assertThat(server.stats().rejected()).isEqualTo(1);
            assertThat(server.stats().accepted()).isEqualTo(2);
            assertThat(server.stats().errors()).isZero();

            second.send("hello");
            server.turnUntil(() -> second.text().equals("hello"));
            first.sendFin();
            server.turnUntil(first::isEnded);
            Peer fourth = server.peer().send("room again");
            server.turnUntil(() -> fourth.text().equals("room again"));
        }
    }
}
