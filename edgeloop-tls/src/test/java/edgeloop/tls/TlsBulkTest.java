package edgeloop.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import edgeloop.ConnectionOptions;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.SyscallException;
import edgeloop.Transport;
import edgeloop.Trigger;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Much goes through TLS and comes back the same, on every engine and by either implementation, from
 * a client that reads more slowly than it could and ends its own direction first. {@code make
 * tls-bulk} does it with 300 MB.
 */
@ParameterizedClass(name = "{0} {1} {2}")
@MethodSource("everywhere")
class TlsBulkTest {
    private static final long BYTES = Integer.getInteger("tls.bulk.megabytes", 6) * 1_000_000L;

    /** What a peer must take in a second, or be cut off; the slow reader takes more. */
    private static final int LEAST_RATE = 1_000_000;

    private static final long SLOW_RATE = 60_000_000;
    private static final int LONGEST_WRITE = 100_000;
    private static final int LIMIT_SECONDS = 300;

    @Parameter(0)
    Provider provider;

    @Parameter(1)
    Transport transport;

    @Parameter(2)
    Trigger trigger;

    private Exchange exchange;

    static List<Arguments> everywhere() {
        List<Arguments> all = new ArrayList<>();
        for (Provider provider : Exchange.providers()) {
            for (Trigger trigger : Trigger.values()) {
                all.add(Arguments.of(provider, Transport.EPOLL, trigger));
            }
            all.add(Arguments.of(provider, Transport.IO_URING, Trigger.EDGE));
        }
        return all;
    }

    @AfterEach
    void close() {
        if (exchange != null) {
            exchange.close();
        }
    }

    private Server serve() throws SyscallException {
        exchange = new Exchange(provider);
        ConnectionOptions limits =
                ConnectionOptions.defaults()
                        .withWriteTimeout(Duration.ofSeconds(10))
                        .withMinOutputRate(LEAST_RATE);
        ServerOptions options =
                ServerOptions.defaults()
                        .withPort(0)
                        .withBindAddress(InetAddress.getLoopbackAddress())
                        .withConnection(limits)
                        .withTransport(transport)
                        .withTls(exchange.serverTls());
        boolean epoll = transport == Transport.EPOLL;
        return exchange.ending(
                Server.start(epoll ? options.withTrigger(trigger) : options, Exchange.ECHO));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsSentComesBack(boolean small) throws Exception {
        Server server;
        try {
            server = serve();
        } catch (SyscallException e) {
            assumeThat(transport).as(e.getMessage()).isEqualTo(Transport.EPOLL);
            throw e;
        }
        Socket plain = exchange.ending(new Socket());
        plain.setReceiveBufferSize(small ? 16 * 1024 : 1024 * 1024);
        Exchange.prepare(plain, server.port());
        SSLSocket socket = exchange.secure(plain, "TLSv1.3");
        CompletableFuture<String> sent = CompletableFuture.supplyAsync(() -> send(socket));
        String heard = hear(socket);
        assertThat(heard).isEqualTo(sent.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        Exchange.awaitStats(server, all -> all.activeConnections() == 0);
        assertThat(server.stats().timeouts()).isZero();
        assertThat(server.stats().handshakes().truncated()).isZero();
    }

    /** Sends in pieces of any length, and ends; answers the digest. */
    private static String send(SSLSocket socket) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            Random random = new Random(11);
            byte[] bytes = new byte[2 * LONGEST_WRITE];
            random.nextBytes(bytes);
            OutputStream out = socket.getOutputStream();
            long left = BYTES;
            while (left > 0) {
                int length = (int) Math.min(left, 1 + random.nextInt(LONGEST_WRITE));
                int from = random.nextInt(LONGEST_WRITE);
                digest.update(bytes, from, length);
                out.write(bytes, from, length);
                left -= length;
            }
            socket.shutdownOutput();
            return HexFormat.of().formatHex(digest.digest());
        } catch (Exception e) {
            return e.toString();
        }
    }

    /** Reads all, at no more than a rate; answers the digest. */
    private static String hear(SSLSocket socket) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        InputStream in = socket.getInputStream();
        byte[] piece = new byte[64 * 1024];
        long began = System.nanoTime();
        long length = 0;
        try {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                digest.update(piece, 0, n);
                length += n;
                long due = began + TimeUnit.SECONDS.toNanos(1) * length / SLOW_RATE;
                LockSupport.parkNanos(due - System.nanoTime()); // not at all where it is late
            }
        } catch (IOException e) {
            return "after " + length + " bytes: " + e;
        }
        assertThat(length).isEqualTo(BYTES);
        return HexFormat.of().formatHex(digest.digest());
    }
}
