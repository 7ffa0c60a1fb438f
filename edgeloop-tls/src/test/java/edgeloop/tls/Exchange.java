package edgeloop.tls;

import edgeloop.Client;
import edgeloop.ClientOptions;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionOptions;
import edgeloop.HandlerFactory;
import edgeloop.IoBuffer;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.ServerStats;
import edgeloop.SyscallException;
import edgeloop.tls.openssl.OpenSsl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Servers, clients and the sockets of the JDK, over loopback. All that it has opened ends with it.
 */
final class Exchange implements AutoCloseable {
    /** Nothing takes so long. */
    static final Duration BOUND = Duration.ofSeconds(30);

    static final TestCertificates CERTIFICATES = TestCertificates.get();

    /** Echoes, and closes when the peer has ended. */
    static final HandlerFactory ECHO = _ -> Connection::write;

    private final Provider provider;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    Exchange(Provider provider) {
        this.provider = provider;
    }

    /** Those that this machine has. */
    static List<Provider> providers() {
        List<Provider> all = new ArrayList<>(List.of(Provider.JDK));
        if (OpenSsl.missing() == null) {
            all.add(Provider.OPENSSL);
        }
        return all;
    }

    Tls serverTls() {
        return serverTls(CERTIFICATES.server());
    }

    Tls serverTls(TestCertificates.Entry entry) {
        return Tls.server(entry.chain(), entry.key()).withProvider(provider);
    }

    Tls clientTls() {
        return Tls.client().withTrust(CERTIFICATES.authority()).withProvider(provider);
    }

    /** A server on loopback. */
    Server serve(Tls tls, HandlerFactory handlers) throws SyscallException {
        ServerOptions options =
                ServerOptions.defaults()
                        .withPort(0)
                        .withBindAddress(InetAddress.getLoopbackAddress())
                        .withTls(tls);
        return ending(Server.start(options, handlers));
    }

    /** A client that reads while it can't write: it speaks with an echo. */
    Client client(Tls tls) throws SyscallException {
        ConnectionOptions reading = ConnectionOptions.defaults().withBackpressure(false);
        ClientOptions options = ClientOptions.defaults().withConnection(reading).withTls(tls);
        return ending(Client.start(options));
    }

    /** Has it closed at the end. */
    <T extends AutoCloseable> T ending(T it) {
        opened.push(it);
        return it;
    }

    /** Begins to connect to a port of loopback, under the name of localhost. */
    Talk call(Client client, int port) {
        return call(client, "localhost", port);
    }

    /** Likewise, under another name. */
    Talk call(Client client, String name, int port) {
        Talk talk = new Talk();
        client.connect(address(name, port), talk::on, talk::failed);
        return talk;
    }

    static InetSocketAddress address(String name, int port) {
        try {
            byte[] loopback = {127, 0, 0, 1};
            return new InetSocketAddress(InetAddress.getByAddress(name, loopback), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A plain socket, connected, whose reads are bounded. */
    Socket socket(int port) throws IOException {
        Socket socket = ending(new Socket());
        prepare(socket, port);
        return socket;
    }

    static void prepare(Socket socket, int port) throws IOException {
        socket.setSoTimeout((int) BOUND.toMillis());
        socket.setTcpNoDelay(true);
        socket.connect(address("localhost", port), (int) BOUND.toMillis());
    }

    /** A socket of the JDK's, as a client that trusts the tests' authority. */
    SSLSocket secure(Socket socket, String... protocols)
            throws IOException, GeneralSecurityException {
        return secure(socket, context(CERTIFICATES.authority(), null), protocols);
    }

    SSLSocket secure(Socket socket, SSLContext context, String... protocols) throws IOException {
        SSLSocket secure =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, "localhost", socket.getPort(), true);
        if (protocols.length > 0) {
            secure.setEnabledProtocols(protocols);
        }
        return ending(secure);
    }

    /** The JDK's own TLS, without what is tested here. */
    static SSLContext context(Path trust, TestCertificates.Entry identity)
            throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (var in = Files.newInputStream(trust)) {
            var factory = CertificateFactory.getInstance("X.509");
            trusted.setCertificateEntry("trusted", factory.generateCertificate(in));
        }
        TrustManagerFactory trust509 = TrustManagerFactory.getInstance("PKIX");
        trust509.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(
                identity == null ? null : TestCertificates.load(identity.pkcs12()),
                TestCertificates.PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust509.getTrustManagers(), null);
        return context;
    }

    /** Waits until a server's numbers are so. */
    static ServerStats awaitStats(Server server, Predicate<ServerStats> so) {
        long end = System.nanoTime() + BOUND.toNanos();
        ServerStats stats = server.stats();
        while (!so.test(stats)) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("still " + stats);
            }
            Thread.onSpinWait();
            stats = server.stats(); // waits for the loop
        }
        return stats;
    }

    /** Says something when the peer has ended, and closes. */
    static ConnectionHandler answeringAtTheEnd(String answer) {
        return new ConnectionHandler() {
            @Override
            public void onRead(Connection connection, IoBuffer in) {
                in.skip(in.remaining());
            }

            @Override
            public void onEnd(Connection connection, IoBuffer in) {
                connection.write(answer);
                connection.close();
            }
        };
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
