package edgeloop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A call fails that as a rule does not: somebody looks, the loop goes on, and it is said. */
class FailedCallsTest {
    private static final Duration IDLE = Duration.ofMillis(200);

    @TempDir Path folder;
    private final RecordingHandler handler = new RecordingHandler();

    @CallsOfEpoll
    @Test
    @DisplayName("E66 where the timerfd can't be set, the wait is bounded, and timeouts come")
    void timeoutsComeWithoutTheTimerfd() {
        ConnectionOptions options = ConnectionOptions.defaults().withIdleTimeout(IDLE);
        try (TurnedServer server = new TurnedServer(options, handler::on)) {
            server.kernel.answerNext(Call.ARM_TIMERFD, -Errno.ENOMEM);
            server.accepted();
            server.turnUntilAsleep();
            assertThat(server.problems)
                    .containsExactly("timerfd_settime failed: waits are bounded instead: ENOMEM");
            assertThat(server.kernel.lastWaitMillis()).isBetween(1, 2 * (int) IDLE.toMillis());

            server.turn(2); // tried again before each wait
            assertThat(server.kernel.count(Call.ARM_TIMERFD)).isEqualTo(2);
            assertThat(server.kernel.lastWaitMillis()).isEqualTo(-1);

            server.kernel.answerAlways(Call.ARM_TIMERFD, -Errno.ENOMEM);
            server.kernel.passTime(IDLE.multipliedBy(2));
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(server.stats().timeouts()).isEqualTo(1);
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E66 a connection that epoll does not take is refused, counted and told of")
    void refusedRegistrationIsTold() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerNext(Call.EPOLL_ADD, -Errno.ENOSPC);
            Peer refused = server.peer();
            server.turnUntil(refused::isEnded);
            assertThat(server.problems)
                    .containsExactly("A connection is refused, as epoll_ctl failed: ENOSPC");
            assertThat(server.stats().acceptErrors()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E66 a disk that fails in sendfile resets the connection, and its peer is named")
    void failingDiskIsTold() throws Exception {
        Files.writeString(folder.resolve("file"), "content");
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.answerNext(Call.SEND_FILE, -Errno.EIO);
            FileHandle file = Directory.open(server.reactor, folder).open("file".getBytes(UTF_8));
            handler.connection.transfer(file, 0, 7);
            file.close();
            server.turnUntil(() -> server.kernelConnections() == 1); // the directory
            assertThat(server.problems)
                    .containsExactly(
                            "Sending a file failed; the connection is reset: EIO, peer 127.0.0.1:"
                                    + peer.port());
            assertThat(server.kernel.count(Call.SET_LINGER_ZERO)).isEqualTo(1);
            assertThat(server.stats().failures()).isEqualTo(1);
        }
    }

    @CallsOfEpoll
    @ParameterizedTest
    @CsvSource({
        "RECV, EIO, Receiving failed; the connection is reset",
        "SEND, ENOBUFS, Sending failed; the connection is reset",
    })
    @DisplayName("E66 what is not the network's is told, with the peer")
    void whatIsNotTheNetworksIsTold(Call call, String errno, String what) {
        try (TurnedServer server = TurnedServer.echo()) {
            Peer peer = server.accepted();
            server.kernel.answerNext(call, errno.equals("EIO") ? -Errno.EIO : -Errno.ENOBUFS);
            peer.send("hello");
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(server.problems)
                    .containsExactly(what + ": " + errno + ", peer 127.0.0.1:" + peer.port());
            assertThat(server.stats().failures()).isEqualTo(1);
        }
    }

    @CallsOfEpoll
    @ParameterizedTest
    @ValueSource(
            ints = {
                Errno.ECONNRESET,
                Errno.EPIPE,
                Errno.ETIMEDOUT,
                Errno.EHOSTUNREACH,
                Errno.ENETUNREACH,
                Errno.EPERM
            })
    @DisplayName("E66 what the network does is counted and not told")
    void whatTheNetworkDoesIsCounted(int errno) {
        for (Call call : new Call[] {Call.RECV, Call.SEND}) {
            try (TurnedServer server = TurnedServer.echo()) {
                Peer peer = server.accepted();
                server.kernel.answerNext(call, -errno);
                peer.send("hello");
                server.turnUntil(() -> server.kernelConnections() == 0);
                assertThat(server.problems).isEmpty();
                assertThat(server.stats().resets() + server.stats().failures()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SHUTDOWN, shutdown failed; the connection is closed",
        "CLOSE, close failed",
    })
    @DisplayName("E66 a failing call at a connection's end is told, and the connection ends")
    void failingCallAtTheEndIsTold(Call call, String what) {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            // After a close the kernel no longer knows.
            assertThat(handler.connection.remoteAddress()).isNotNull();
            server.kernel.answerNext(call, -Errno.EIO);
            handler.connection.close();
            peer.sendFin();
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(server.problems)
                    .containsExactly(what + ": EIO, peer 127.0.0.1:" + peer.port());
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E66 a socket that epoll does not let go is told of, and the connection ends")
    void failingUnregistrationIsTold() {
        failingCallAtTheEndIsTold(
                Call.EPOLL_DELETE, "A socket could not be taken out of epoll before it was closed");
    }

    @Test
    @DisplayName("E66 SO_LINGER that can't be set is told")
    void lingerThatCantBeSetIsTold() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted();
            server.kernel.answerNext(Call.SET_LINGER_ZERO, -Errno.EINVAL);
            handler.connection.abort();
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(server.problems).singleElement().asString().contains("SO_LINGER", "EINVAL");
        }
    }

    @Test
    @DisplayName("E66 a shutdown or a close that tells of the network, or EINTR, is no problem")
    void outcomesOfTheNetworkAtTheEndAreNoProblem() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.answerNext(Call.SHUTDOWN, -Errno.ENOTCONN);
            server.kernel.answerNext(Call.CLOSE, -Errno.EINTR);
            handler.connection.close();
            peer.sendFin();
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(server.problems).isEmpty();
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E66 a socket's error that is not the network's is told")
    void errorOfASocketIsTold() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted();
            server.turnUntilAsleep();
            handler.connection.pause();
            server.kernel.answerNext(Call.TAKE_ERROR, Errno.EIO);
            server.kernel.injectEvent(
                    0x8, server.kernel.keyOf(handler.connection.descriptor())); // EPOLLERR
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(server.problems).singleElement().asString().startsWith("A socket failed");
        }
    }

    @Test
    @DisplayName("E66 memory that munmap does not take back is told of")
    void memoryThatIsNotTakenBackIsTold() {
        TurnedServer server = TurnedServer.echo();
        server.kernel.answerAlways(Call.UNMAP, -Errno.ENOMEM);
        server.close();
        assertThat(server.problems).containsExactly("munmap failed, and memory is lost: ENOMEM");
    }

    @Test
    @DisplayName(
            "E66 a queue whose length the kernel will not tell counts as empty, and it is told")
    void unknownQueueIsTold() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerAlways(Call.ACCEPT_QUEUE_LENGTH, -Errno.EINVAL);
            assertThat(server.stats().pendingConnections()).isZero();
            server.server.shutdown(); // which accepts who waits, by that length
            server.turn(2);
            assertThat(server.problems).singleElement().asString().contains("accept queue");
        }
    }

    @Test
    @DisplayName("E66 a peer whose address the kernel will not tell is refused, and it is told")
    void unknownPeerIsTold() {
        var options = Defaults.server().withMaxConnectionsPerIp(5);
        try (TurnedServer server = new TurnedServer(options, _ -> Connection::write)) {
            server.kernel.answerNext(Call.REMOTE_ADDRESS, -Errno.ENOBUFS);
            Peer peer = server.peer();
            server.turnUntil(() -> server.stats().acceptErrors() == 1);
            assertThat(peer.isEnded()).isTrue();
            assertThat(server.problems).singleElement().asString().contains("peer's address");
        }
    }

    @Test
    @DisplayName("E66 a peer that was reset while it waited to be accepted is none to tell of")
    void peerThatHasGoneIsNotTold() {
        var options = Defaults.server().withMaxConnectionsPerIp(5);
        try (TurnedServer server = new TurnedServer(options, _ -> Connection::write)) {
            server.kernel.answerNext(Call.REMOTE_ADDRESS, -Errno.ENOTCONN);
            server.kernel.answerNext(Call.TAKE_ERROR, Errno.ECONNRESET);
            server.peer();
            server.turnUntil(() -> server.stats().acceptErrors() == 1);
            assertThat(server.problems).isEmpty();
        }
    }

    @Test
    @DisplayName("E66 what the kernel will not tell of the bytes that are lost is told")
    void unknownLossIsTold() {
        TurnedServer server = new TurnedServer(handler::on);
        server.accepted().send("hello");
        server.kernel.answerNext(Call.UNREAD_INPUT, -Errno.EIO);
        server.end();
        assertThat(server.problems).singleElement().asString().contains("lost", "EIO");
        assertThat(server.stats().cutOff()).isEqualTo(1);
        server.close();
    }

    @Test
    @DisplayName("E66 a limit of descriptors that the kernel will not tell is told")
    void unknownLimitIsTold() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerNext(Call.ACCEPT, -Errno.EMFILE); // when it is asked for again
            server.kernel.answerNext(Call.DESCRIPTOR_LIMIT, -Errno.EPERM);
            server.accepted();
            assertThat(server.problems).anyMatch(line -> line.matches("The limit .*EPERM"));
        }
    }

    @Test
    @DisplayName("E66 an address that the kernel will not tell is an error of the start")
    void unknownAddressIsAnErrorOfTheStart() {
        var kernel = new ScriptedSyscalls();
        kernel.answerAlways(Call.LOCAL_ADDRESS, -Errno.ENOBUFS);
        assertThatThrownBy(
                        () ->
                                Server.open(
                                        new JvmPlatform(() -> kernel),
                                        Defaults.server(),
                                        _ -> Connection::write))
                .isInstanceOf(SyscallException.class)
                .hasMessageStartingWith("getsockname");
        assertThat(kernel.openDescriptors()).isEmpty();
        assertThat(kernel.mappedBytes()).isZero();
    }

    @Test
    @DisplayName("E66 a wait that fails for once is told, and the loop goes on")
    void waitThatFailsForOnceIsTold() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerNext(Defaults.WAIT, -Errno.ENOMEM);
            Peer peer = server.accepted().send("hello");
            server.turnUntil(() -> peer.text().equals("hello"));
            assertThat(server.problems).containsExactly(Defaults.WAIT_NAME + " failed: ENOMEM");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.ENOMEM, Errno.EBADF})
    @DisplayName("E66 a wait that fails for good ends the loop, which does not spin")
    void waitThatFailsForGoodEndsTheLoop(int errno) {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerAlways(Defaults.WAIT, -errno);
            assertThatThrownBy(() -> server.turn(100))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(Defaults.WAIT_NAME + ": " + Errno.name(errno));
            assertThat(server.kernel.count(Defaults.WAIT)).isLessThan(20);
        }
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E66 a wakeup that can't be read is told, and the next one wakes all the same")
    void wakeupThatCantBeReadIsTold() throws Exception {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerNext(Call.DRAIN_COUNTER, -Errno.EIO);
            for (int i = 1; i <= 2; i++) {
                int wakeups = i;
                // On this thread, as if on another: the reactor sleeps.
                server.kernel.runBeforeNext(
                        Call.EPOLL_WAIT, () -> server.reactor.execute(() -> {}));
                server.turnUntil(() -> server.kernel.count(Call.DRAIN_COUNTER) >= wakeups);
            }
            assertThat(server.problems)
                    .containsExactly("A wakeup could not be read from its eventfd: EIO");
        }
    }

    @Test
    @DisplayName("E66 a wakeup by eventfd that fails is made by the timer, and told of")
    void wakeupThatFailsIsMadeByTheTimer() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerAlways(Call.SIGNAL_EVENTFD, -Errno.EIO);
            boolean[] ran = {false};
            server.kernel.runBeforeNext(
                    Defaults.WAIT, () -> server.reactor.execute(() -> ran[0] = true));
            server.turnUntil(() -> ran[0]);
            assertThat(server.kernel.count(Call.EXPIRE_TIMERFD)).isEqualTo(1);
            assertThat(server.problems)
                    .containsExactly("A wakeup by eventfd failed; the timer does it: EIO");
        }
    }

    @Test
    @DisplayName("E66 calls about files are made again after EINTR, and not for ever")
    void interruptedCallsAboutFilesAreMadeAgain() throws Exception {
        Files.writeString(folder.resolve("file"), "content");
        byte[] name = "file".getBytes(UTF_8);
        try (TurnedServer server = TurnedServer.echo()) {
            for (Call call :
                    new Call[] {
                        Call.OPEN_AT,
                        Call.OPEN_BENEATH,
                        Call.STATUS,
                        Call.READ_FILE,
                        Call.DIRECTORY_ENTRIES
                    }) {
                server.kernel.answerNext(call, -Errno.EINTR);
            }
            Directory directory = Directory.open(server.reactor, folder);
            try (FileHandle file = directory.open(name);
                    FileHandle all = directory.open(new byte[0])) {
                assertThat(file.read(0, new byte[7])).isEqualTo(7);
                assertThat(all.names()).hasSize(1);
            }
            server.kernel.answerAlways(Call.STATUS, -Errno.EINTR);
            assertThatThrownBy(() -> directory.open(name)).hasMessage("statx: EINTR");
            server.kernel.answerByKernel(Call.STATUS);
            server.kernel.answerAlways(Call.OPEN_BENEATH, -Errno.EINTR);
            assertThatThrownBy(() -> directory.open(name)).hasMessage("openat2: EINTR");
        }
    }
}
