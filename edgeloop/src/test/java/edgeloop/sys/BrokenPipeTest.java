package edgeloop.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Sending to a peer that is gone. The JVM catches SIGPIPE, so a signal would not show: this thread
 * blocks it, and then it stays pending in /proc/thread-self/status, where it can be seen.
 */
final class BrokenPipeTest {
    private static final int SIGPIPE = 13;
    private static final int SIG_BLOCK = 0;
    private static final int SIG_UNBLOCK = 1;

    private final LinuxSyscalls syscalls = new LinuxSyscalls();
    private final Arena arena = Arena.ofConfined();
    private int listener;
    private int socket;

    @BeforeEach
    void connectAndBreak() throws Throwable {
        mask(SIG_BLOCK);
        listener = syscalls.socket(SocketConstants.AF_INET);
        assertThat(
                        syscalls.bind(
                                listener,
                                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)))
                .isZero();
        assertThat(syscalls.listen(listener, 1)).isZero();
        InetSocketAddress address = syscalls.localAddress(listener);
        try (Socket peer = new Socket(InetAddress.ofLiteral("127.0.0.1"), address.getPort())) {
            socket = syscalls.accept(listener);
            peer.setSoLinger(true, 0);
        } // a reset
        assertThat(syscalls.takeError(socket)).isEqualTo(Errno.ECONNRESET);
    }

    @AfterEach
    void close() throws Throwable {
        syscalls.close(socket);
        syscalls.close(listener);
        arena.close();
        mask(SIG_UNBLOCK);
    }

    @Test
    @DisplayName("E18 send to a peer that is gone is EPIPE and no signal")
    void sendIsNoSignal() throws Exception {
        MemorySegment bytes = arena.allocate(8);
        assertNoSignal(() -> syscalls.send(socket, bytes, 0, 8));
    }

    @Test
    @DisplayName("E18 sendmsg to a peer that is gone is EPIPE and no signal")
    void sendmsgIsNoSignal() throws Exception {
        IoVector vector = new IoVector(arena.allocate(IoVector.BYTES, 8));
        vector.add(arena.allocate(8), 0, 8);
        assertNoSignal(() -> syscalls.send(socket, vector));
    }

    private static void assertNoSignal(IntSupplier send) throws IOException {
        assertThat(send.getAsInt()).isEqualTo(-Errno.EPIPE);
        long pending =
                Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                        .filter(line -> line.startsWith("SigPnd:"))
                        .mapToLong(line -> Long.parseUnsignedLong(line.substring(8).strip(), 16))
                        .findFirst()
                        .orElseThrow();
        assertThat(pending & 1L << (SIGPIPE - 1)).as("SIGPIPE pending").isZero();
    }

    @SuppressWarnings("restricted")
    private static void mask(int how) throws Throwable {
        MethodHandle sigmask =
                Linker.nativeLinker()
                        .downcallHandle(
                                Linker.nativeLinker()
                                        .defaultLookup()
                                        .findOrThrow("pthread_sigmask"),
                                FunctionDescriptor.of(
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.JAVA_INT,
                                        ValueLayout.ADDRESS,
                                        ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(128, 8); // sigset_t
            set.set(ValueLayout.JAVA_LONG, 0, 1L << (SIGPIPE - 1));
            int result = (int) sigmask.invokeExact(how, set, MemorySegment.NULL);
            assertThat(result).isZero();
        }
    }
}
