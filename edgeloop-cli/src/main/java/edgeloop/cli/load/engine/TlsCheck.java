package edgeloop.cli.load.engine;

import edgeloop.Addresses;
import edgeloop.Client;
import edgeloop.ClientOptions;
import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionOptions;
import edgeloop.IoBuffer;
import edgeloop.SyscallException;
import edgeloop.TlsException;
import edgeloop.TlsSession;
import edgeloop.TransportSecurity;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.TlsAdvice;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server speaks TLS, and in a way that this tester can do with: asked by one connection,
 * as a thousand that fail for one reason would say no more.
 */
public final class TlsCheck {
    /**
     * In TLS 1.3 a client is done before its server is: a certificate that it lacks is missed when
     * the handshake is over (RFC 8446 section 4.4.2.4). So long is waited for such a word, and as
     * long again as the handshake took.
     */
    private static final Duration LAST_WORD = Duration.ofMillis(50);

    private static final Duration ANSWER = Duration.ofMillis(500);

    /** A ClientHello without content: who speaks TLS answers with an alert, RFC 8446 section 6. */
    private static final byte[] EMPTY_HELLO = {22, 3, 1, 0, 4, 1, 0, 0, 0};

    private static final int ALERT = 21;
    private static final int MAJOR_VERSION = 3;

    private TlsCheck() {}

    /**
     * Shakes hands once. Where there is no connection at all this has nothing to say: those of the
     * run will show that, and why.
     *
     * @throws CannotRunException if it fails, or what TLS is to be made of can't be used
     */
    public static void handshake(
            InetSocketAddress server, TransportSecurity tls, Duration connectTimeout)
            throws CannotRunException, InterruptedException {
        CloseReason end = end(server, tls, connectTimeout);
        String name = Addresses.format(server);
        switch (end) {
            case CloseReason.TlsFailed failed ->
                    throw new CannotRunException(TlsAdvice.on(name, failed.message()));
            case CloseReason.TimedOut timedOut
                    when timedOut.limit() == CloseReason.TimedOut.Limit.HANDSHAKE ->
                    throw new CannotRunException(TlsAdvice.on(name, "the handshake timed out"));
            default -> {}
        }
    }

    private static CloseReason end(
            InetSocketAddress server, TransportSecurity tls, Duration connectTimeout)
            throws CannotRunException, InterruptedException {
        CompletableFuture<CloseReason> end = new CompletableFuture<>();
        try (Client client = start(tls, connectTimeout)) {
            client.connect(
                    server,
                    connection -> {
                        TlsSession agreed = connection.tls();
                        long handshake = agreed == null ? 0 : agreed.handshakeNanos();
                        connection.schedule(LAST_WORD.plusNanos(handshake), connection::close);
                        return new Ended(end);
                    },
                    end::complete);
            return client.reactor().await(end);
        } catch (SyscallException e) {
            throw LoadSession.noReactor(e);
        } catch (TlsException e) {
            throw new CannotRunException(String.valueOf(e.getMessage()));
        }
    }

    private static Client start(@Nullable TransportSecurity tls, Duration connectTimeout)
            throws SyscallException {
        return Client.start(
                ClientOptions.defaults()
                        .withTls(tls)
                        .withConnection(
                                ConnectionOptions.defaults().withLingerTimeout(Duration.ZERO))
                        .withConnectTimeout(connectTimeout));
    }

    /**
     * Whether a server that was spoken with without TLS wants it. Nothing of TLS is needed to ask.
     */
    public static boolean isWantedBy(InetSocketAddress server) throws InterruptedException {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        try (Client client = start(null, ANSWER)) {
            client.connect(
                    server,
                    connection -> {
                        connection.write(EMPTY_HELLO);
                        connection.schedule(ANSWER, connection::abort);
                        return new Answer(answer);
                    },
                    _ -> answer.complete(false));
            return client.reactor().await(answer);
        } catch (SyscallException e) {
            return false; // what is asked is for a hint alone
        }
    }

    /** Tells why its connection ended. */
    private record Ended(CompletableFuture<CloseReason> end) implements ConnectionHandler {
        @Override
        public void onRead(Connection connection, IoBuffer in) {
            in.skip(in.remaining());
        }

        @Override
        public void onClose(Connection connection, CloseReason reason) {
            end.complete(reason);
        }
    }

    /** Tells whether what comes first is an alert. */
    private record Answer(CompletableFuture<Boolean> answer) implements ConnectionHandler {
        @Override
        public void onRead(Connection connection, IoBuffer in) {
            if (in.remaining() >= 2) {
                answer.complete(in.readByte() == ALERT && in.readByte() == MAJOR_VERSION);
                in.skip(in.remaining());
                connection.abort();
            }
        }

        @Override
        public void onClose(Connection connection, CloseReason reason) {
            answer.complete(false); // unless it was answered before
        }
    }
}
