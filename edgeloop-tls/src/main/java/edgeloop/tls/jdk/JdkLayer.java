package edgeloop.tls.jdk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import edgeloop.layer.Agreement;
import edgeloop.layer.Flow;
import edgeloop.layer.Layer;
import edgeloop.tls.config.PeerName;
import edgeloop.tls.hello.ClientHello;
import edgeloop.tls.hello.PlainHttp;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One connection's TLS. A server's has no engine before a whole ClientHello is there and it is its
 * turn.
 *
 * <p>An engine is a puzzle of two statuses; what is relied upon here: no task is run on the loop's
 * thread and no engine is asked again while one runs (netty#3361); a record is taken only when
 * there is room for it, and if the output has not enough, room is made elsewhere (netty#1134); a
 * wrap that makes nothing and changes nothing ends the wrapping (open-liberty#12608).
 *
 * <p><b>Sessions.</b> The JDK's server puts them into tickets, which costs sixteen times what it
 * costs OpenSSL, and what turns that off is a system property, the application's affair. But a
 * session that has a value bound to it can't be put into a ticket. With TLS 1.3 it is kept in the
 * SSLContext's cache then, and the ticket is its number; so each is given a value. With TLS 1.2 the
 * ticket is an empty one, and no session is found again where the client can use tickets at all; so
 * one is given a value only where it is not to be found. Nothing tells of a session that was taken
 * up again; but it has a value already, or was made at another time than last used.
 */
final class JdkLayer extends Layer {
    private static final String MARK = "edgeloop";
    private static final String TLS_1_3 = "TLSv1.3";
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** More wraps than any end of a connection takes. */
    private static final int LAST_WRAPS = 8;

    private final JdkLayers shared;
    private final @Nullable PeerName peer;
    private @Nullable ClientHello hello;
    private @Nullable SSLEngine engine;
    private boolean established;
    private boolean isMarked;
    private boolean resumed;
    private boolean isStranger;
    private @Nullable String failure;

    /** Plaintext that there was no room for. */
    private byte @Nullable [] left;

    private int leftAt;

    /** A server's. */
    JdkLayer(JdkLayers shared) {
        this.shared = shared;
        this.peer = null;
        this.hello = new ClientHello();
    }

    /** A client's. */
    JdkLayer(JdkLayers shared, PeerName peer) {
        this.shared = shared;
        this.peer = peer;
        this.engine = shared.context.engines().client(peer);
    }

    // ---- Input --------------------------------------------------------------------------------

    @Override
    public Step decode(Flow flow) {
        if (failure != null) {
            return Step.FAILED;
        }
        if (left != null) {
            return giveLeft(flow, left);
        }
        int before = flow.outputAt;
        shared.begin();
        try {
            Step step = engine == null ? listen(flow) : advance(engine, flow);
            shared.send();
            return step;
        } catch (SSLException e) {
            Step step = fail(Failures.describe(e, peer == null ? null : peer.host()));
            return flow.outputAt > before ? Step.GOES_ON : step; // what came before is good
        }
    }

    /** A client is about to say hello. */
    private Step listen(Flow flow) throws SSLException {
        ClientHello so = Objects.requireNonNull(hello);
        return switch (so.look(flow)) {
            case INCOMPLETE -> Step.WANTS_INPUT;
            case COMPLETE -> flow.takesTurn() ? meet(so, flow) : Step.WAITS_FOR_TURN;
            case PLAIN_HTTP -> {
                isStranger = true;
                shared.records(PlainHttp.ANSWER.length).put(PlainHttp.ANSWER);
                shared.send();
                failure = PlainHttp.FAILURE;
                yield Step.FAILED;
            }
            case OTHER -> {
                failure = "what came is no TLS";
                yield Step.FAILED;
            }
        };
    }

    private Step meet(ClientHello so, Flow flow) throws SSLException {
        SSLEngine server = shared.context.engines().server();
        engine = server;
        hello = null;
        ByteBuffer bytes = shared.helloOf(so, flow);
        while (bytes.hasRemaining()) { // its records, of which there is one as a rule
            if (server.unwrap(bytes, NOTHING).bytesConsumed() == 0) {
                return fail("the hello is in pieces that make no sense");
            }
        }
        return advance(server, flow);
    }

    private Step advance(SSLEngine of, Flow flow) throws SSLException {
        int before = flow.outputAt;
        if (!established && !isMarked && peer == null) {
            mark(of.getHandshakeSession());
        }
        while (true) {
            switch (of.getHandshakeStatus()) {
                case NEED_TASK -> {
                    return established ? renegotiates() : startTasks(of);
                }
                case NEED_WRAP -> {
                    Step step = answer(of);
                    if (step != null) {
                        return step;
                    }
                }
                default -> {
                    Step step = take(of, flow, before);
                    if (step != null) {
                        return step;
                    }
                }
            }
        }
    }

    /** Sends what the engine has to say; null where it may go on. */
    private @Nullable Step answer(SSLEngine of) throws SSLException {
        if (established && !of.isInboundDone() && !isTls13(of.getSession())) {
            return renegotiates(); // there is nothing else to be said unasked
        }
        SSLEngineResult result = wrap(of, NOTHING);
        if (isFinished(result)) {
            return establish(of);
        }
        if (result.bytesProduced() > 0 || of.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
            return null;
        }
        return of.isInboundDone() ? ended() : fail("the engine has nothing to say");
    }

    /** Takes a record; null where it may go on. */
    private @Nullable Step take(SSLEngine of, Flow flow, int before) throws SSLException {
        boolean isFirst = flow.outputAt == before;
        if (of.isInboundDone()) {
            return isFirst ? ended() : Step.GOES_ON;
        }
        if (flow.inputLength() == 0 && (established || peer == null)) {
            return Step.WANTS_INPUT; // a client's engine begins at its first unwrap
        }
        ByteBuffer in = shared.recordOf(flow);
        ByteBuffer out = shared.outputOf(flow);
        SSLEngineResult result = of.unwrap(in, out);
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            if (!isFirst) {
                return Step.GOES_ON;
            }
            result = takeAside(of, in, flow);
        } else {
            flow.outputAt += result.bytesProduced();
        }
        flow.inputAt += result.bytesConsumed();
        if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
            return Step.WANTS_INPUT;
        }
        if (isFinished(result)) {
            return establish(of);
        }
        return left == null ? null : Step.GOES_ON;
    }

    /** Takes a record where the handler has left so much unread that there is no room for one. */
    private SSLEngineResult takeAside(SSLEngine of, ByteBuffer in, Flow flow) throws SSLException {
        ByteBuffer room = shared.aside(of.getSession().getApplicationBufferSize());
        SSLEngineResult result = of.unwrap(in, room);
        room.flip();
        if (room.hasRemaining()) {
            byte[] all = new byte[room.remaining()];
            room.get(all);
            left = all;
            leftAt = 0;
            Step _ = giveLeft(flow, all);
        }
        return result;
    }

    private Step giveLeft(Flow flow, byte[] from) {
        int length = Math.min(from.length - leftAt, flow.outputSpace());
        MemorySegment.copy(from, leftAt, flow.output, JAVA_BYTE, flow.outputAt, length);
        flow.outputAt += length;
        leftAt += length;
        if (leftAt == from.length) {
            left = null;
        }
        return Step.GOES_ON;
    }

    /** It says so of what follows the handshake, too. */
    private boolean isFinished(SSLEngineResult result) {
        return !established && result.getHandshakeStatus() == HandshakeStatus.FINISHED;
    }

    private Step ended() {
        return established ? Step.ENDED : fail("the peer ended the handshake");
    }

    /** What a client wants of TLS 1.2 to do again would cost the server as often as it wants. */
    private Step renegotiates() {
        return fail("the peer asked for a renegotiation");
    }

    // ---- The handshake ------------------------------------------------------------------------

    private Step startTasks(SSLEngine of) throws SSLException {
        Runnable first = of.getDelegatedTask();
        if (first == null) {
            throw new SSLException("the engine waits for a task that is not there");
        }
        Runnable continuation = shared.sink.continuation();
        shared.context
                .tasks()
                .execute(
                        () -> {
                            try {
                                for (Runnable task = first;
                                        task != null;
                                        task = of.getDelegatedTask()) {
                                    task.run(); // what it throws is told by the next wrap or unwrap
                                }
                            } finally {
                                continuation.run();
                            }
                        });
        return Step.WAITS_FOR_TASK;
    }

    private Step establish(SSLEngine of) {
        SSLSession session = of.getSession();
        if (!isMarked) {
            mark(session);
        }
        if (!shared.context.settings().resumed()) {
            session.invalidate(); // not to be found by its number
        }
        established = true;
        return Step.ESTABLISHED;
    }

    private void mark(@Nullable SSLSession session) {
        if (session == null) {
            return; // it is not known yet, or the hello was refused
        }
        isMarked = true;
        resumed =
                session.getValue(MARK) != null
                        || session.getLastAccessedTime() != session.getCreationTime();
        boolean found = shared.context.settings().resumed();
        if (peer != null || isTls13(session) || !found) {
            session.putValue(MARK, MARK);
        }
        if (isTls13(session) && !found) {
            session.invalidate(); // no ticket; TLS 1.2 has promised one, and OpenSSL insists
        }
    }

    private static boolean isTls13(SSLSession session) {
        return session.getProtocol().equals(TLS_1_3);
    }

    @Override
    public boolean isResumed() {
        return resumed;
    }

    @Override
    public Agreement agreement() {
        SSLEngine of = Objects.requireNonNull(engine);
        SSLSession session = of.getSession();
        String protocol = of.getApplicationProtocol();
        String name = peer == null ? null : peer.serverName();
        if (peer == null && session instanceof ExtendedSSLSession extended) {
            name = Keys.hostName(extended.getRequestedServerNames());
        }
        return new Agreement(
                session.getProtocol(),
                session.getCipherSuite(),
                protocol == null || protocol.isEmpty() ? null : Engines.ofAlpn(protocol),
                name,
                certificates(session),
                resumed);
    }

    private static List<X509Certificate> certificates(SSLSession session) {
        List<X509Certificate> all = new ArrayList<>();
        try {
            for (Certificate each : session.getPeerCertificates()) {
                all.add((X509Certificate) each);
            }
        } catch (SSLPeerUnverifiedException e) {
            return List.of(); // that is how it says that there are none
        }
        return List.copyOf(all);
    }

    // ---- Output -------------------------------------------------------------------------------

    @Override
    public boolean encode(Flow flow) {
        SSLEngine of = engine;
        if (failure != null || of == null) {
            return false;
        }
        ByteBuffer in = shared.plainOf(flow);
        shared.begin();
        try {
            while (in.hasRemaining()) {
                SSLEngineResult result = wrap(of, in);
                if (result.getStatus() == Status.CLOSED) {
                    // RFC 5246 section 7.2.1, of which the JDK is a believer
                    failure = "the peer has ended, which with TLS 1.2 ends both directions";
                    return false;
                }
                if (result.bytesConsumed() + result.bytesProduced() == 0) {
                    throw new SSLException("the engine takes nothing: " + result);
                }
            }
            flow.inputAt = flow.inputEnd;
            shared.send();
            return true;
        } catch (SSLException e) {
            Step _ = fail(Failures.describe(e, peer == null ? null : peer.host()));
            return false;
        }
    }

    private SSLEngineResult wrap(SSLEngine of, ByteBuffer in) throws SSLException {
        ByteBuffer records = shared.records(of.getSession().getPacketBufferSize());
        return of.wrap(in, records);
    }

    // ---- The end ------------------------------------------------------------------------------

    @Override
    public void finish() {
        if (engine != null && failure == null) {
            shared.begin();
            sayLast(engine);
        }
    }

    /** An alert says why, if the engine has one. */
    private Step fail(String why) {
        failure = why;
        if (engine != null) {
            sayLast(engine);
        }
        return Step.FAILED;
    }

    private void sayLast(SSLEngine of) {
        of.closeOutbound();
        try {
            for (int i = 0; i < LAST_WRAPS && !of.isOutboundDone(); i++) {
                if (wrap(of, NOTHING).bytesProduced() == 0) {
                    break;
                }
            }
        } catch (SSLException e) {
            // The connection ends in any case, and why is known.
        }
        shared.send();
    }

    @Override
    public String failure() {
        return failure == null ? "" : failure;
    }

    @Override
    public boolean isStranger() {
        return isStranger;
    }

    @Override
    public void dispose() {
        engine = null;
        hello = null;
        left = null;
    }
}
