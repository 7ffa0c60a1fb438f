package edgeloop.tls;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import edgeloop.Client;
import edgeloop.ClientOptions;
import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.IoBuffer;
import edgeloop.Server;
import edgeloop.tls.openssl.OpenSsl;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * However handshakes with OpenSSL end, what they held is given back, and so are certificates that
 * are loaded anew: what malloc(3) has given to the process stays the same. {@code make tls-leaks}
 * has 100,000 handshakes of each end, where here a few hundred find what is lost whole.
 */
class TlsLeakTest {
    private static final int HANDSHAKES = Integer.getInteger("tls.leaks.handshakes", 400);
    private static final int RELOADS = Integer.getInteger("tls.leaks.reloads", 200);
    private static final int CROWD = Integer.getInteger("tls.leaks.crowd", 500);

    /** An SSL alone has 7 KB; the JVM, which shares malloc, comes and goes by less than this. */
    private static final long BOUND = 1_000_000;

    private static final int SAMPLES = 10;
    private static final int AT_ONCE = 16;
    private static final int TIMED_AT_ONCE = 500;
    private static final Duration TIMEOUT = Duration.ofMillis(300);

    /** More than malloc has for one that has sent a piece of a hello. */
    private static final long WAITING_BYTES = 2_000;

    private Exchange exchange;
    private Server server;

    @BeforeEach
    void open() throws Exception {
        assumeThat(OpenSsl.missing()).isNull();
        exchange = new Exchange(Provider.OPENSSL);
        server = exchange.serve(exchange.serverTls().withHandshakeTimeout(TIMEOUT), Exchange.ECHO);
    }

    @AfterEach
    void close() {
        if (exchange != null) {
            exchange.close();
        }
    }

    // ---- Memory -------------------------------------------------------------------------------

    /** mallinfo2(3). */
    @SuppressWarnings("restricted")
    private static final class Malloc {
        /** uordblks, of ten. */
        private static final int IN_USE = 7;

        private static final MemoryLayout INFO = MemoryLayout.sequenceLayout(10, JAVA_LONG);
        private static final MethodHandle MALLINFO2 =
                Linker.nativeLinker()
                        .downcallHandle(
                                Linker.nativeLinker().defaultLookup().findOrThrow("mallinfo2"),
                                FunctionDescriptor.of(
                                        MemoryLayout.structLayout(INFO.withName("info"))));

        static long inUse() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment info =
                        (MemorySegment) MALLINFO2.invokeExact((SegmentAllocator) arena);
                return info.getAtIndex(JAVA_LONG, IN_USE);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static long residentBytes() throws IOException {
        String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
        return Long.parseLong(pages[1]) * 4096;
    }

    /** What is in use, without what the JVM takes for a moment, to compile. */
    private static long inUse() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < SAMPLES; i++) {
            System.gc();
            least = Math.min(least, Malloc.inUse());
        }
        return least;
    }

    /** Likewise, once nothing is under way. */
    private long settled() {
        Exchange.awaitStats(server, all -> all.activeConnections() == 0);
        return inUse();
    }

    private interface Task {
        void run() throws Exception;
    }

    /** Does something some times, and then many times, which must make no difference. */
    private void assertGivesBack(int times, Task task) throws Exception {
        for (int i = 0; i < Math.max(100, times / 4); i++) {
            task.run();
        }
        finish();
        long before = settled();
        long residentBefore = residentBytes();
        for (int i = 0; i < times; i++) {
            task.run();
        }
        finish();
        long end = System.nanoTime() + Exchange.BOUND.toNanos();
        long growth = settled() - before;
        while (growth > BOUND && System.nanoTime() < end) { // cleaners run when they like
            growth = settled() - before;
        }
        System.out.printf(
                "%,d times: malloc %+,d bytes, resident %+,d bytes%n",
                times, growth, residentBytes() - residentBefore);
        assertThat(growth).isLessThan(BOUND);
    }

    // ---- Handshakes ---------------------------------------------------------------------------

    private final Semaphore room = new Semaphore(AT_ONCE);
    private final LongAdder established = new LongAdder();
    private final LongAdder failures = new LongAdder();

    private void finish() {
        room.acquireUninterruptibly(AT_ONCE);
        room.release(AT_ONCE);
    }

    private final ConnectionHandler leaving =
            new ConnectionHandler() {
                @Override
                public void onRead(Connection connection, IoBuffer in) {
                    in.skip(in.remaining());
                }

                @Override
                public void onClose(Connection connection, CloseReason reason) {
                    room.release();
                }
            };

    private void shakeHands(Client client) {
        room.acquireUninterruptibly();
        client.connect(
                Exchange.address("localhost", server.port()),
                connection -> {
                    established.increment();
                    connection.close();
                    return leaving;
                },
                _ -> {
                    failures.increment();
                    room.release();
                });
    }

    @Test
    void handshakesThatSucceed() throws Exception {
        Client client = exchange.client(exchange.clientTls());
        assertGivesBack(HANDSHAKES, () -> shakeHands(client));
        assertThat(established.sum()).isGreaterThan(HANDSHAKES);
        assertThat(failures.sum()).isZero();
    }

    @Test
    void handshakesWhoseCertificateIsRefused() throws Exception {
        Client client = exchange.client(Tls.client().withProvider(Provider.OPENSSL));
        assertGivesBack(HANDSHAKES, () -> shakeHands(client));
        assertThat(failures.sum()).isGreaterThan(HANDSHAKES);
        assertThat(established.sum()).isZero();
    }

    /** The first message of a client. */
    private byte[] hello() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Client client = exchange.client(exchange.clientTls());
            exchange.call(client, listener.getLocalPort());
            try (Socket socket = listener.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                byte[] head = in.readNBytes(5);
                int length = (head[3] & 0xff) << 8 | (head[4] & 0xff);
                byte[] body = in.readNBytes(length);
                byte[] all = Arrays.copyOf(head, head.length + length);
                System.arraycopy(body, 0, all, head.length, length);
                return all;
            }
        }
    }

    @Test
    void handshakesThatEndInTheMiddleByReset() throws Exception {
        byte[] hello = hello();
        assertGivesBack(
                HANDSHAKES,
                () -> {
                    try (Socket socket = new Socket()) {
                        Exchange.prepare(socket, server.port());
                        socket.setSoLinger(true, 0);
                        socket.getOutputStream().write(hello);
                        assertThat(socket.getInputStream().read()).isNotNegative();
                    }
                });
        assertThat(server.stats().handshakes().abandoned()).isGreaterThan(HANDSHAKES);
    }

    private List<Socket> silent(int number, byte[] bytes) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            Socket socket = new Socket();
            Exchange.prepare(socket, server.port());
            socket.getOutputStream().write(bytes);
            sockets.add(socket);
        }
        return sockets;
    }

    private static void awaitEnds(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            try (socket) {
                socket.getInputStream().skipNBytes(Long.MAX_VALUE);
            } catch (IOException e) {
                // its end, or a reset
            }
        }
    }

    @Test
    void handshakesThatTakeTooLong() throws Exception {
        byte[] hello = hello();
        int at = Math.min(HANDSHAKES, TIMED_AT_ONCE);
        List<Socket> batch = new ArrayList<>();
        assertGivesBack(
                HANDSHAKES,
                () -> {
                    batch.addAll(silent(1, hello));
                    if (batch.size() == at) {
                        awaitEnds(batch);
                        batch.clear();
                    }
                });
        awaitEnds(batch);
        Exchange.awaitStats(server, all -> all.handshakes().timedOut() > HANDSHAKES);
    }

    /** A hello that isn't whole costs no SSL, and a crowd of them little memory. */
    @Test
    void crowdThatStaysSilentCostsLittle() throws Exception {
        exchange.close();
        exchange = new Exchange(Provider.OPENSSL);
        Duration whileTheyCome = Duration.ofMillis(8_000 + CROWD);
        Tls patient = exchange.serverTls().withHandshakeTimeout(whileTheyCome);
        server = exchange.serve(patient, Exchange.ECHO);
        byte[] piece = Arrays.copyOf(hello(), 100);
        awaitEnds(closing(silent(1, piece)));
        long before = settled();
        List<Socket> crowd = silent(CROWD, piece);
        Exchange.awaitStats(server, all -> all.activeConnections() == CROWD);
        long each = (inUse() - before) / CROWD;
        while (each >= WAITING_BYTES && server.stats().activeConnections() == CROWD) {
            each = (inUse() - before) / CROWD; // the JVM may be compiling for some seconds
        }
        System.out.printf("%,d at once: %,d bytes each%n", CROWD, each);
        assertThat(each).isLessThan(WAITING_BYTES);
        awaitEnds(crowd);
        Exchange.awaitStats(server, all -> all.handshakes().timedOut() == CROWD);
        assertThat(settled() - before).isLessThan(BOUND);
    }

    private static List<Socket> closing(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.shutdownOutput();
        }
        return sockets;
    }

    /** It has loaded what it would have needed, and nobody has opened that. */
    @Test
    void clientsThatNeverConnect() throws Exception {
        ClientOptions options = ClientOptions.defaults().withTls(exchange.clientTls());
        assertGivesBack(1_000, () -> Client.start(options).close());
    }

    // ---- Certificates -------------------------------------------------------------------------

    /** While some come and go, and so hold what has been replaced. */
    @Test
    void certificatesThatAreLoadedAnew() throws Exception {
        Client client = exchange.client(exchange.clientTls());
        assertGivesBack(
                RELOADS,
                () -> {
                    shakeHands(client);
                    server.reloadTls();
                });
        assertThat(failures.sum()).isZero();
    }
}
