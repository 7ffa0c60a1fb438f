package edgeloop;

import static edgeloop.sys.SocketConstants.IPPROTO_TCP;
import static edgeloop.sys.SocketConstants.SOL_SOCKET;
import static edgeloop.sys.SocketConstants.SO_KEEPALIVE;
import static edgeloop.sys.SocketConstants.TCP_KEEPCNT;
import static edgeloop.sys.SocketConstants.TCP_KEEPIDLE;
import static edgeloop.sys.SocketConstants.TCP_KEEPINTVL;
import static edgeloop.sys.SocketConstants.TCP_NODELAY;
import static edgeloop.sys.SocketConstants.TCP_USER_TIMEOUT;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keepalive and the user timeout, as the kernel has them of each connection. */
final class TcpOptionsTest {
    private static final TcpOptions ASKED =
            TcpOptions.defaults()
                    .withKeepAlive(Duration.ofSeconds(60))
                    .withUserTimeout(Duration.ofMillis(2_500));

    @SuppressWarnings("restricted") // what the kernel has, past the library
    private static final MethodHandle GETSOCKOPT =
            Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("getsockopt"),
                            FunctionDescriptor.of(
                                    JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));

    private static int option(int fd, int level, int option) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocateFrom(JAVA_INT, 4);
            assertThat((int) GETSOCKOPT.invokeExact(fd, level, option, value, length)).isZero();
            return value.get(JAVA_INT, 0);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static void assertHasAll(int fd) {
        assertThat(option(fd, SOL_SOCKET, SO_KEEPALIVE)).isEqualTo(1);
        assertThat(option(fd, IPPROTO_TCP, TCP_KEEPIDLE)).isEqualTo(60);
        assertThat(option(fd, IPPROTO_TCP, TCP_KEEPINTVL)).isEqualTo(20);
        assertThat(option(fd, IPPROTO_TCP, TCP_KEEPCNT)).isEqualTo(3);
        assertThat(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT)).isEqualTo(2_500);
        assertThat(option(fd, IPPROTO_TCP, TCP_NODELAY)).isEqualTo(1);
    }

    private static TurnedServer server(TcpOptions options) {
        return new TurnedServer(Defaults.server().withTcp(options), _ -> Connection::write);
    }

    @Test
    void acceptedSocketHasThemFromItsListenerWithoutACall() {
        try (TurnedServer server = server(ASKED)) {
            server.kernel.forgetCounts();
            var _ = server.accepted();
            var _ = server.accepted();
            assertHasAll(server.lastAccepted());
            assertThat(server.kernel.count(Call.SETSOCKOPT)).isZero();
        }
    }

    @Test
    void nothingIsSetThatWasNotAskedFor() {
        try (TurnedServer server = server(TcpOptions.defaults())) {
            assertThat(server.kernel.count(Call.SETSOCKOPT))
                    .isEqualTo(3); // REUSEADDR, V6ONLY, NODELAY
            var _ = server.accepted();
            assertThat(option(server.lastAccepted(), SOL_SOCKET, SO_KEEPALIVE)).isZero();
            assertThat(option(server.lastAccepted(), IPPROTO_TCP, TCP_USER_TIMEOUT)).isZero();
        }
    }

    @Test
    void clientsSocketHasThem() {
        try (TurnedServer server = TurnedServer.echo()) {
            Client client = Client.on(server.reactor, Defaults.client().withTcp(ASKED));
            List<String> failures = new ArrayList<>();
            List<Connection> connected = new ArrayList<>();
            client.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.server.port()),
                    connection -> {
                        connected.add(connection);
                        return (_, _) -> {};
                    },
                    failure -> failures.add(failure.toString()));
            server.turnUntil(() -> !connected.isEmpty() || !failures.isEmpty());
            assertThat(failures).isEmpty();
            assertHasAll(connected.getFirst().descriptor());
        }
    }

    @Test
    void refusedOptionFailsTheStartAndTheConnect() {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerAlways(Call.SETSOCKOPT, -Errno.EINVAL);
            assertThatThrownBy(
                            () ->
                                    Server.open(
                                            new JvmPlatform(() -> server.kernel),
                                            Defaults.server().withTcp(ASKED),
                                            _ -> Connection::write))
                    .isInstanceOf(SyscallException.class)
                    .hasMessageContaining("setsockopt");
            List<CloseReason> failures = new ArrayList<>();
            Client.on(server.reactor, Defaults.client().withTcp(ASKED))
                    .connect(
                            new InetSocketAddress(
                                    InetAddress.getLoopbackAddress(), server.server.port()),
                            _ -> (_, _) -> {},
                            failures::add);
            server.turnUntil(() -> !failures.isEmpty());
            server.kernel.answerByKernel(Call.SETSOCKOPT);
            assertThat(failures).containsExactly(new CloseReason.Failed(Errno.EINVAL));
        }
    }

    @Test
    void valuesThatTheKernelDoesNotHaveAreRefused() {
        TcpOptions options = TcpOptions.defaults();
        assertThat(options.withKeepAlive(Duration.ofSeconds(1)).keepAliveInterval())
                .isEqualTo(Duration.ofSeconds(1));
        for (Duration idle :
                List.of(
                        Duration.ofMillis(1_500),
                        Duration.ofSeconds(32_768),
                        Duration.ofSeconds(-1))) {
            assertThatThrownBy(() -> options.withKeepAlive(idle))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("keepAliveIdle must be whole seconds from 0 to 32767");
        }
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> options.withKeepAlive(second, Duration.ZERO, 1))
                .hasMessageStartingWith("keepAliveInterval must be");
        assertThatThrownBy(() -> options.withKeepAlive(second, second, 128))
                .hasMessageStartingWith("keepAliveProbes must be");
        assertThatThrownBy(() -> options.withUserTimeout(Duration.ofDays(25)))
                .hasMessageStartingWith("userTimeout must be");
    }
}
