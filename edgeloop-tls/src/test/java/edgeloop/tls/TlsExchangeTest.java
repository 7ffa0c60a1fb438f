package edgeloop.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.Client;
import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.Directory;
import edgeloop.FileHandle;
import edgeloop.IoBuffer;
import edgeloop.Server;
import edgeloop.TlsSession;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said arrives, whole and in order, and so does the end of it. */
@ParameterizedClass(name = "{0}")
@MethodSource("edgeloop.tls.Exchange#providers")
class TlsExchangeTest {
    private static final int LARGE = 20_000_000;

    @Parameter Provider provider;

    private Exchange exchange;

    @BeforeEach
    void open() {
        exchange = new Exchange(provider);
    }

    @AfterEach
    void close() {
        exchange.close();
    }

    @Test
    void whatIsSaidIsAnswered() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls());
        Talk talk = exchange.call(client, server.port()).say("hello");
        assertThat(talk.hear(5)).isEqualTo("hello");
        assertThat(talk.end().reason()).isEqualTo(new CloseReason.LocallyClosed());
        Exchange.awaitStats(server, all -> all.handshakes().full() == 1);
    }

    @Test
    void bothKnowWhatWasAgreedOn() throws Exception {
        Talk served = new Talk();
        Server server = exchange.serve(exchange.serverTls(), served::on);
        Client client = exchange.client(exchange.clientTls());
        TlsSession session = exchange.call(client, server.port()).session();
        assertThat(session.protocol()).isEqualTo("TLSv1.3");
        assertThat(session.cipherSuite()).startsWith("TLS_").contains("_SHA");
        assertThat(session.serverName()).isEqualTo("localhost");
        assertThat(session.applicationProtocol()).isNull();
        assertThat(session.peerCertificates().getFirst())
                .isEqualTo(Exchange.CERTIFICATES.server().certificate());
        assertThat(session.resumed()).isFalse();
        assertThat(served.session().cipherSuite()).isEqualTo(session.cipherSuite());
        assertThat(served.session().serverName()).isEqualTo("localhost");
        assertThat(served.session().peerCertificates()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void foreignClientIsServed(String version) throws Exception {
        Talk served = new Talk();
        Server server = exchange.serve(exchange.serverTls(), served::on);
        SSLSocket socket = exchange.secure(exchange.socket(server.port()), version);
        socket.getOutputStream().write("hello".getBytes(UTF_8));
        assertThat(served.hear(5)).isEqualTo("hello");
        assertThat(served.session().protocol()).isEqualTo(version);
        served.say("welcome");
        assertThat(new String(socket.getInputStream().readNBytes(7), UTF_8)).isEqualTo("welcome");
        socket.close();
        assertThat(served.reason()).isEqualTo(new CloseReason.PeerClosed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void foreignServerIsSpokenWith(String version) throws Exception {
        var context =
                Exchange.context(Exchange.CERTIFICATES.authority(), Exchange.CERTIFICATES.server());
        try (var listener =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0)) {
            listener.setEnabledProtocols(new String[] {version});
            CompletableFuture<String> heard =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try (Socket socket = listener.accept()) {
                                    socket.setSoTimeout((int) Exchange.BOUND.toMillis());
                                    byte[] all = socket.getInputStream().readNBytes(5);
                                    socket.getOutputStream().write("answer".getBytes(UTF_8));
                                    return new String(all, UTF_8);
                                } catch (IOException e) {
                                    return e.toString();
                                }
                            });
            Client client = exchange.client(exchange.clientTls());
            Talk talk = exchange.call(client, listener.getLocalPort()).say("hello");
            assertThat(talk.hearAll()).isEqualTo("answer");
            assertThat(talk.session().protocol()).isEqualTo(version);
            assertThat(heard.get(30, TimeUnit.SECONDS)).isEqualTo("hello");
            assertThat(talk.reason()).isEqualTo(new CloseReason.PeerClosed());
        }
    }

    /** Speaks as fast as the peer takes it, and adds up what comes back. */
    private static final class Bulk implements ConnectionHandler {
        private final byte[] bytes;
        private final MessageDigest heard;
        private final CompletableFuture<String> digest = new CompletableFuture<>();
        private int said;
        private int length;

        Bulk(byte[] bytes) throws Exception {
            this.bytes = bytes;
            this.heard = MessageDigest.getInstance("SHA-256");
        }

        ConnectionHandler on(Connection connection) {
            say(connection);
            return this;
        }

        private void say(Connection connection) {
            while (said < bytes.length && !connection.isCongested()) {
                int n = Math.min(100_001, bytes.length - said);
                connection.write(bytes, said, n);
                said += n;
            }
        }

        @Override
        public void onDrain(Connection connection) {
            say(connection);
        }

        @Override
        public void onRead(Connection connection, IoBuffer in) {
            length += in.remaining();
            heard.update(in.readBytes(in.remaining()));
            if (length >= bytes.length) {
                digest.complete(HexFormat.of().formatHex(heard.digest()));
            }
        }

        @Override
        public void onClose(Connection connection, CloseReason reason) {
            boolean _ = digest.complete("closed after " + length + " bytes: " + reason);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void largeTransferBothWaysIsWhole() throws Exception {
        byte[] bytes = random(LARGE);
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls());
        Bulk bulk = new Bulk(bytes);
        client.connect(
                Exchange.address("localhost", server.port()),
                bulk::on,
                why -> bulk.digest.complete(why.toString()));
        assertThat(bulk.digest.get(60, TimeUnit.SECONDS)).isEqualTo(sha256(bytes));
    }

    /** Has the server hold back, in the middle of records. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void fileArrivesAtSlowReader(String version, @TempDir Path folder) throws Exception {
        byte[] bytes = random(LARGE / 4);
        Files.write(folder.resolve("file"), bytes);
        Server server =
                exchange.serve(
                        exchange.serverTls(),
                        connection -> {
                            try (Directory directory =
                                            Directory.open(connection.reactor(), folder);
                                    FileHandle file = directory.open("file".getBytes(UTF_8))) {
                                connection.transfer(file, 0, bytes.length);
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                            connection.close();
                            return Connection::write;
                        });
        Socket slow = exchange.ending(new Socket());
        slow.setReceiveBufferSize(4096);
        Exchange.prepare(slow, server.port());
        SSLSocket socket = exchange.secure(slow, version);
        MessageDigest heard = MessageDigest.getInstance("SHA-256");
        InputStream in = socket.getInputStream();
        byte[] piece = new byte[1000];
        int total = 0;
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) { // the end is a close_notify's
            heard.update(piece, 0, n);
            total += n;
        }
        assertThat(total).isEqualTo(bytes.length);
        assertThat(HexFormat.of().formatHex(heard.digest())).isEqualTo(sha256(bytes));
    }

    /** Leaves up to 60 KiB unread, where the next record finds no room. */
    @Test
    void whatIsLeftUnreadLeavesLittleRoomForRecords() throws Exception {
        int message = 65_000;
        int messages = 20;
        Server server =
                exchange.serve(
                        exchange.serverTls(),
                        _ ->
                                (connection, in) -> {
                                    while (in.remaining() >= message) {
                                        connection.write(in.readSlice(message));
                                    }
                                });
        byte[] bytes = random(message * messages);
        Client client = exchange.client(exchange.clientTls());
        Bulk bulk = new Bulk(bytes);
        client.connect(
                Exchange.address("localhost", server.port()),
                bulk::on,
                why -> bulk.digest.complete(why.toString()));
        assertThat(bulk.digest.get(60, TimeUnit.SECONDS)).isEqualTo(sha256(bytes));
    }

    @Test
    void answerIsCompleteAfterPeerHasEnded() throws Exception {
        Server server =
                exchange.serve(exchange.serverTls(), _ -> Exchange.answeringAtTheEnd("bye"));
        SSLSocket socket = exchange.secure(exchange.socket(server.port()), "TLSv1.3");
        socket.getOutputStream().write(1);
        socket.shutdownOutput();
        assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8)).isEqualTo("bye");
    }

    /** With TLS 1.2 both directions end at once, RFC 5246 section 7.2.1. */
    @Test
    void endOfOldTlsIsAnswered() throws Exception {
        Talk served = new Talk();
        Server server = exchange.serve(exchange.serverTls(), served::on);
        SSLSocket socket = exchange.secure(exchange.socket(server.port()), "TLSv1.2");
        socket.getOutputStream().write("x".getBytes(UTF_8));
        assertThat(served.hear(1)).isEqualTo("x");
        socket.close();
        assertThat(served.reason()).isEqualTo(new CloseReason.PeerClosed());
        assertThat(server.stats().handshakes().truncated()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void finWithoutCloseNotifyIsTruncation(String version) throws Exception {
        Talk served = new Talk();
        Server server = exchange.serve(exchange.serverTls(), served::on);
        Socket plain = exchange.socket(server.port());
        SSLSocket socket = exchange.secure(plain, version);
        socket.getOutputStream().write("half".getBytes(UTF_8));
        assertThat(served.hear(4)).isEqualTo("half");
        plain.shutdownOutput();
        assertThat(served.reason()).isEqualTo(new CloseReason.Truncated());
        assertThat(socket.getInputStream().read()).isEqualTo(-1); // it was told properly
        Exchange.awaitStats(server, all -> all.handshakes().truncated() == 1);
    }

    /** With TLS 1.3 that asks for new keys, which are answered by new ones. */
    @Test
    void keysAreUpdated() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        SSLSocket socket = exchange.secure(exchange.socket(server.port()), "TLSv1.3");
        for (int i = 0; i < 5; i++) {
            socket.startHandshake();
            socket.getOutputStream().write(i);
            assertThat(socket.getInputStream().read()).isEqualTo(i);
        }
    }

    @Test
    void renegotiationIsRefused() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        SSLSocket socket = exchange.secure(exchange.socket(server.port()), "TLSv1.2");
        socket.getOutputStream().write(1);
        assertThat(socket.getInputStream().read()).isEqualTo(1);
        assertThatThrownBy(
                        () -> {
                            socket.startHandshake();
                            socket.getOutputStream().write(2);
                            if (socket.getInputStream().read() < 0) {
                                throw new IOException("the end");
                            }
                        })
                .isInstanceOf(IOException.class);
        Exchange.awaitStats(server, all -> all.handshakes().full() == 1);
    }
}
