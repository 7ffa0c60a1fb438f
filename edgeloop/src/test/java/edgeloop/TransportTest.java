package edgeloop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.platform.Platform;
import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which engine serves, and what is said where it is not the one that was asked for. */
final class TransportTest {
    private static final ServerOptions SERVER = ServerOptions.defaults();
    private static final ClientOptions CLIENT = ClientOptions.defaults();

    private final ScriptedSyscalls kernel = new ScriptedSyscalls();
    private final Platform platform = new JvmPlatform(() -> kernel);

    /** Skips a test where this machine has no io_uring to offer. */
    private static void assumeRings() {
        assumeTrue(Defaults.HAS_RING, () -> "needs io_uring: " + Defaults.ringRefusal());
    }

    private Server open(Transport asked, int reactors) throws SyscallException {
        return open(SERVER.withTransport(asked).withReactors(reactors));
    }

    private Server open(ServerOptions options) throws SyscallException {
        return Server.open(platform, options, _ -> Connection::write);
    }

    private static void terminate(Server server) {
        server.reactors().forEach(Reactor::terminate);
    }

    @Test
    void autoTakesIoUringForAllReactors() throws Exception {
        assumeRings();
        Server server = open(Transport.AUTO, 3);
        assertThat(server.transport()).isEqualTo(Transport.IO_URING);
        assertThat(server.ioUringRefusal()).isNull();
        assertThat(kernel.count(Call.RING_SETUP)).isEqualTo(3);
        assertThat(kernel.count(Call.EPOLL_CREATE)).isZero();
        terminate(server);
        assertThat(kernel.openDescriptors()).isEmpty();
        assertThat(kernel.mappedBytes()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "ENOSYS, 38, 'not in this kernel, or hidden by a seccomp filter'",
        "EPERM, 1, 'forbidden by kernel.io_uring_disabled, or by a seccomp filter as of a container'",
        "EACCES, 13, forbidden by a security module",
        "EINVAL, 22, the kernel is older than Linux 6.1",
        "ENOMEM, 12, 'too little memory, or too low a limit of ulimit -l'"
    })
    void whereItIsRefusedAutoTakesEpollAndTellsWhy(String name, int errno, String why)
            throws Exception {
        kernel.answerAlways(Call.RING_SETUP, -errno);
        Server server = open(Transport.AUTO, 2);
        assertThat(server.transport()).isEqualTo(Transport.EPOLL);
        assertThat(server.ioUringRefusal()).isEqualTo("io_uring_setup: " + name + " (" + why + ")");
        assertThat(kernel.count(Call.RING_SETUP)).isEqualTo(1);
        assertThat(kernel.count(Call.EPOLL_CREATE)).isEqualTo(2);
        terminate(server);
        assertThat(kernel.openDescriptors()).isEmpty();
        assertThat(kernel.mappedBytes()).isZero();
    }

    /** It can be had, but not what it is to be used with. */
    @ParameterizedTest
    @CsvSource({"RING_REGISTER, io_uring_register", "RING_ENTER, io_uring_enter"})
    void autoTakesEpollWhereAnyOfItsCallsIsRefused(Call call, String name) throws Exception {
        assumeRings();
        kernel.answerAlways(call, -Errno.EPERM);
        Server server = open(Transport.AUTO, 1);
        assertThat(server.transport()).isEqualTo(Transport.EPOLL);
        assertThat(server.ioUringRefusal()).startsWith(name + ": EPERM (forbidden ");
        terminate(server);
        assertThat(kernel.openDescriptors()).isEmpty();
        assertThat(kernel.mappedBytes()).isZero();
    }

    /** As where the memory that may be locked is used up by those before. */
    @Test
    void autoTakesEpollForAllWhereThereAreRingsForSome() throws Exception {
        assumeRings();
        kernel.answerAfterNext(Call.RING_SETUP, -Errno.ENOMEM);
        Server server = open(Transport.AUTO, 3);
        assertThat(server.transport()).isEqualTo(Transport.EPOLL);
        assertThat(server.ioUringRefusal()).startsWith("io_uring_setup: ENOMEM (");
        assertThat(kernel.count(Call.EPOLL_CREATE)).isEqualTo(3);
        terminate(server);
        assertThat(kernel.openDescriptors()).isEmpty();
        assertThat(kernel.mappedBytes()).isZero();
    }

    /** Of which epoll would need as many. */
    @ParameterizedTest
    @EnumSource(names = {"RING_SETUP", "EVENTFD", "TIMERFD"})
    void wantOfDescriptorsIsNoReasonForEpoll(Call call) {
        assumeRings();
        kernel.answerNext(call, -Errno.EMFILE);
        assertThatThrownBy(() -> open(Transport.AUTO, 1))
                .isInstanceOf(SyscallException.class)
                .hasMessageEndingWith(": EMFILE");
        assertThat(kernel.openDescriptors()).isEmpty();
        assertThat(kernel.mappedBytes()).isZero();
    }

    @Test
    void askedForByNameItIsRefusedBeforeItServes() {
        assumeRings();
        kernel.answerAlways(Call.RING_ENTER, -Errno.EPERM);
        assertThatThrownBy(() -> open(Transport.IO_URING, 2))
                .isInstanceOf(SyscallException.class)
                .hasMessageStartingWith("io_uring_enter: EPERM (");
        assertThat(kernel.openDescriptors()).isEmpty();
        assertThat(kernel.mappedBytes()).isZero();
    }

    @Test
    void askedForByNameItIsRefusedWithTheWayOut() {
        kernel.answerAlways(Call.RING_SETUP, -Errno.EPERM);
        assertThatThrownBy(() -> open(Transport.IO_URING, 2))
                .isInstanceOfSatisfying(
                        SyscallException.class,
                        e -> {
                            assertThat(e.call()).isEqualTo("io_uring_setup");
                            assertThat(e.errnoName()).isEqualTo("EPERM");
                        })
                .hasMessage(
                        "io_uring_setup: EPERM (forbidden by kernel.io_uring_disabled, or by a"
                                + " seccomp filter as of a container); Transport.AUTO and"
                                + " Transport.EPOLL do without io_uring");
        assertThat(kernel.openDescriptors()).isEmpty();
        assertThat(kernel.mappedBytes()).isZero();
    }

    @Test
    void nobodyTriesWhatWasNotAskedFor() throws Exception {
        Server server = open(SERVER);
        assertThat(server.transport()).isEqualTo(Transport.EPOLL);
        assertThat(server.ioUringRefusal()).isNull();
        assertThat(kernel.count(Call.RING_SETUP)).isZero();
        terminate(server);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EDGE")
    void aTriggerIsOfEpollAlone(Trigger trigger) throws Exception {
        String message = "trigger must be EDGE with transport IO_URING: " + trigger;
        assertThatThrownBy(
                        () -> open(SERVER.withTransport(Transport.IO_URING).withTrigger(trigger)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        ClientOptions client = CLIENT.withTransport(Transport.IO_URING).withTrigger(trigger);
        assertThatThrownBy(() -> Platform.call(platform, () -> Client.start(client)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        Server server = open(SERVER.withTransport(Transport.AUTO).withTrigger(trigger));
        assertThat(server.transport()).isEqualTo(Transport.EPOLL);
        assertThat(server.ioUringRefusal()).isEqualTo("trigger " + trigger + " is of epoll alone");
        assertThat(kernel.count(Call.RING_SETUP)).isZero();
        terminate(server);
    }

    @Test
    void aClientChoosesLikewise() throws Exception {
        kernel.answerAlways(Call.RING_SETUP, -Errno.ENOSYS);
        ClientOptions auto = CLIENT.withTransport(Transport.AUTO);
        try (Client client = Platform.call(platform, () -> Client.start(auto))) {
            assertThat(client.transport()).isEqualTo(Transport.EPOLL);
            assertThat(client.ioUringRefusal()).startsWith("io_uring_setup: ENOSYS (");
        }
        ClientOptions named = CLIENT.withTransport(Transport.IO_URING);
        assertThatThrownBy(() -> Platform.call(platform, () -> Client.start(named)))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("Transport.AUTO");
        assertThat(kernel.openDescriptors()).isEmpty();
    }

    /** Whatever it asks for. */
    @Test
    void aClientOnTheReactorOfAServerHasItsTransport() throws Exception {
        Server server = open(Transport.EPOLL, 1);
        ClientOptions other = CLIENT.withTransport(Transport.IO_URING);
        assertThat(Client.on(server.reactors().getFirst(), other).transport())
                .isEqualTo(Transport.EPOLL);
        terminate(server);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatAutoTookServes(int reactors) throws Exception {
        ServerOptions options = SERVER.withTransport(Transport.AUTO).withReactors(reactors);
        try (Server server = Server.start(options, _ -> Connection::write)) {
            for (int i = 0; i < 4 * reactors; i++) {
                assertThat(echoed(server.port())).isEqualTo("hello");
            }
        }
    }

    @Test
    void aCallOfTheRingThatFailsIsSaidByItsName() throws Exception {
        assumeRings();
        ServerOptions options = SERVER.withTransport(Transport.IO_URING);
        try (var server = new TurnedServer(options, _ -> Connection::write)) {
            server.kernel.answerNext(Call.RING_ENTER, -Errno.EINTR);
            server.kernel.answerNext(Call.RING_ENTER, -Errno.ENOMEM);
            server.turn(2);
            assertThat(server.problems).containsExactly("io_uring_enter failed: ENOMEM");
            server.kernel.answerNext(Call.RING_ENTER, -Errno.EBADF);
            assertThatThrownBy(server::turn)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("io_uring_enter: EBADF");
        }
    }

    private static String echoed(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("hello".getBytes(US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), US_ASCII);
        }
    }
}
