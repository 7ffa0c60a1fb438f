package edgeloop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every peer that is installed here starts and answers rightly: one that drops bytes, or keeps
 * without bound what a reader hasn't taken, would be cheaper than it may be. Edgeloop itself is
 * tested where it is made.
 */
@Timeout(60)
class PeersIT {
    private static final int STREAM_SIZE = 24 * 1024 * 1024;

    /** The kernel's buffers of four socket ends at most, and a peer's own water mark. */
    private static final long MOST_UNREAD = 96 * 1024 * 1024;

    private static final long STUCK_MILLIS = 500;

    private static final Set<String> EDGELOOP =
            Set.of(ServerCatalog.EDGELOOP, ServerCatalog.EDGELOOP_RING);

    /**
     * Stands still for ever in the middle of a stream, once in a few runs: so it is measured with
     * small requests alone, each of which the load client checks.
     */
    private static final String STALLS = "netty-io_uring-buffers";

    /** How long a peer may send nothing; a read from a socket hears of no interrupt. */
    private static final int SILENCE_MILLIS = 30_000;

    private static CPrograms programs;

    @BeforeAll
    static void compile() throws Exception {
        programs = CompiledPrograms.compile();
    }

    static Stream<ServerSpec> peers() {
        var catalog = new ServerCatalog(CompiledPrograms.module().getParent(), programs);
        var byName = new LinkedHashMap<String, ServerSpec>();
        Stream.concat(catalog.all().stream(), catalog.rings().stream())
                .forEach(spec -> byName.putIfAbsent(spec.name(), spec));
        return byName.values().stream()
                .filter(spec -> !EDGELOOP.contains(spec.name()))
                .filter(spec -> Executables.find(spec.executable()).isPresent());
    }

    static Stream<ServerSpec> echoPeers() {
        return peers().filter(spec -> spec.protocol() == Protocol.ECHO);
    }

    static Stream<ServerSpec> streamPeers() {
        return echoPeers().filter(spec -> !spec.name().equals(STALLS));
    }

    static Stream<ServerSpec> otherPeers() {
        return peers().filter(spec -> spec.protocol() != Protocol.ECHO);
    }

    private static RunningServer start(ServerSpec spec) throws Exception {
        return RunningServer.start(spec, OptionalInt.empty());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("otherPeers")
    void fixedAnswerComes(ServerSpec spec) throws Exception {
        try (var server = start(spec)) {
            assertThat(server.answerLength()).isPositive();
        }
    }

    /**
     * E13, E20: partial writes, and a client that is done sending long before it is done reading.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("streamPeers")
    void echoIsCompleteAfterPeerFin(ServerSpec spec) throws Exception {
        byte[] sent = new byte[STREAM_SIZE];
        new Random(1).nextBytes(sent);
        try (var server = start(spec);
                var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(SILENCE_MILLIS);
            Thread.startVirtualThread(() -> sendAndFinish(socket, sent));
            InputStream in = socket.getInputStream();
            assertThat(in.readAllBytes()).isEqualTo(sent);
        }
    }

    private static void sendAndFinish(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** E16. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("echoPeers")
    void nothingMoreIsReadFromAPeerThatNeverReads(ServerSpec spec) throws Exception {
        try (var server = start(spec);
                var channel =
                        SocketChannel.open(
                                new InetSocketAddress(
                                        InetAddress.getLoopbackAddress(), server.port()));
                var selector = Selector.open()) {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_WRITE);
            var bytes = ByteBuffer.allocateDirect(64 * 1024);
            long sent = 0;
            while (sent < MOST_UNREAD && selector.select(key -> {}, STUCK_MILLIS) > 0) {
                sent += channel.write(bytes.clear());
            }
            assertThat(sent).isLessThan(MOST_UNREAD);
        }
    }
}
