package edgeloop.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.IoBuffer;
import edgeloop.TlsSession;
import java.io.ByteArrayOutputStream;
import java.util.function.Predicate;

/** One side of a connection, which the test's thread speaks by and waits for. */
final class Talk implements ConnectionHandler {
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private Connection connection;
    private TlsSession session;
    private CloseReason reason;
    private CloseReason failure;
    private boolean ended;

    /** As a factory. */
    synchronized ConnectionHandler on(Connection established) {
        connection = established;
        session = established.tls();
        notifyAll();
        return this;
    }

    synchronized void failed(CloseReason why) {
        failure = why;
        notifyAll();
    }

    @Override
    public synchronized void onRead(Connection from, IoBuffer in) {
        received.writeBytes(in.readBytes(in.remaining()));
        notifyAll();
    }

    @Override
    public synchronized void onEnd(Connection from, IoBuffer in) {
        ended = true;
        notifyAll();
        from.close();
    }

    @Override
    public synchronized void onClose(Connection from, CloseReason why) {
        reason = why;
        notifyAll();
    }

    private synchronized void await(String what, Predicate<Talk> so) {
        long end = System.nanoTime() + Exchange.BOUND.toNanos();
        while (!so.test(this)) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new AssertionError("waited in vain for " + what + ": " + this);
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Once the handshake is over. */
    TlsSession session() {
        await("the handshake", talk -> talk.session != null || talk.failure != null);
        if (session == null) {
            throw new AssertionError(failure);
        }
        return session;
    }

    Talk say(String text) {
        TlsSession _ = session();
        connection.reactor().execute(() -> connection.write(text));
        return this;
    }

    Talk end() {
        TlsSession _ = session();
        connection.reactor().execute(connection::close);
        return this;
    }

    /** What has come, once it is so long. */
    String hear(int length) {
        await("the answer", talk -> talk.received.size() >= length || talk.reason != null);
        return text();
    }

    /** What has come, once the peer has ended. */
    String hearAll() {
        await("the end", talk -> talk.ended || talk.reason != null);
        return text();
    }

    private synchronized String text() {
        return received.toString(UTF_8);
    }

    /** Why it ended. */
    CloseReason reason() {
        await("the close", talk -> talk.reason != null);
        return reason;
    }

    /** Why there is no connection, in the words of TLS. */
    String refusal() {
        await("the failure", talk -> talk.failure != null || talk.session != null);
        if (failure instanceof CloseReason.TlsFailed tls) {
            return tls.message();
        }
        throw new AssertionError("not refused: " + failure + ", " + session);
    }

    @Override
    public synchronized String toString() {
        return "Talk[%s, %s, %s, %d bytes, ended %s]"
                .formatted(session, failure, reason, received.size(), ended);
    }
}
