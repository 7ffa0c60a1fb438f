package edgeloop.http;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.IoBuffer;
import edgeloop.Timeout;
import edgeloop.http.syntax.BodyDecoder;
import edgeloop.http.syntax.HeadParser;
import edgeloop.http.syntax.Parsing;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection's requests and answers, one after the other. Here requests are found in the input
 * and brought to the handler, and here is all that is kept of them; {@link BodyIntake}, {@link
 * AnswerWriter} and {@link HttpDeadlines}, of which a reactor has one each, do the rest with it.
 *
 * <pre>
 *            ┌────────────────── another request ◄───────────────┐
 *            ▼                                                   │
 *          HEAD ── complete ──► ANSWERING ── all written ──► body read?
 *            │                   │     ▲                         │ not yet
 *            │    handler wants  ▼     │ complete                ▼
 *            │         the body  BODY ─┘                        BODY, for nobody
 *            │                   │
 *            ▼                   ▼ malformed, too long, too slow
 *          ENDED   the refusal is written; what still comes is thrown away
 * </pre>
 *
 * <p>While a request is answered, reading is paused: what the client sends meanwhile waits in the
 * kernel and, up to one read, in the connection. So answers are in order, and a client that sends
 * requests without end is slowed down to the pace of its answers.
 */
final class HttpConnection implements ConnectionHandler {
    enum Phase {
        HEAD,
        BODY,
        ANSWERING,
        ENDED
    }

    /** Pipelined requests that are answered in a row; then other connections have their turn. */
    private static final int MAX_IN_A_ROW = 64;

    static final long NEVER = 0;

    /** What TLS says first, RFC 8446 section 5.1: the type of a record, handshake. */
    private static final byte TLS_HANDSHAKE = 22;

    final HttpLoop loop;
    final Connection connection;

    /** Whether its client is told to come by https alone; RFC 6797 section 7.2: over TLS only. */
    final boolean isStrict;

    Phase phase = Phase.HEAD;
    @Nullable HeadParser head;
    @Nullable BodyDecoder decoder;

    /** Input is being looked at: what is answered meanwhile need not ask for more. */
    boolean inRead;

    /** The bytes that were left in the input; they come again with the next read. */
    int unread;

    // Of the request that is being answered.
    boolean keepAlive;
    boolean headOnly;
    boolean http10;
    boolean bodyLeft;
    boolean bodyTooLong;
    boolean continueAwaited;
    int status;

    /** What is to be logged of it; null without an access log. */
    @Nullable AccessNote note;

    /** Who receives the body, and what it holds; null where nobody does. */
    @Nullable BodyReceiver receiver;

    @Nullable RequestBody body;
    boolean bodyPaused;

    // What is written over time: content that the client has yet to take, a stream, or what there
    // will be some time.
    byte @Nullable [] content;
    int contentAt;
    @Nullable ResponseStream stream;
    @Nullable LateAnswer lateAnswer;

    // Limits in time, on the reactor's clock.
    long idleSinceNanos;
    long deadlineNanos = NEVER; // of a head that has begun, or of an answer's head
    long windowEndNanos;
    long windowBytes;
    @Nullable Timeout timer;
    long timerNanos;

    HttpConnection(HttpLoop loop, Connection connection) {
        this.loop = loop;
        this.connection = connection;
        this.isStrict = loop.strictTransport != null && connection.tls() != null;
        this.idleSinceNanos = loop.reactor.nanoTime();
        loop.deadlines.setTimer(this, idleSinceNanos + loop.keepAliveNanos);
    }

    // ---- Input --------------------------------------------------------------------------------

    @Override
    public void onRead(Connection from, IoBuffer in) {
        // A read that filled the buffer may have left something in the kernel, and so may one that
        // brought nothing but what was here: of neither rest an event would tell.
        boolean all = in.remaining() > unread && in.remaining() <= Connection.MAX_UNREAD_BYTES;
        inRead = true;
        readRequests(in);
        inRead = false;
        unread = in.remaining();
        if (phase != Phase.HEAD) {
            return;
        }
        if (head == null) {
            if (all && unread == 0) {
                connection.awaitInput(); // it has its answer, and need not be asked for more
            }
        } else if (deadlineNanos == NEVER) {
            loop.deadlines.setDeadline(this, loop.headNanos);
        }
    }

    private void readRequests(IoBuffer in) {
        int answered = 0;
        boolean going = true;
        while (going) {
            switch (phase) {
                case HEAD -> {
                    if (!in.hasRemaining()) {
                        going = false;
                    } else if (connection.isCongested()) {
                        connection.pause(); // until it has drained
                        going = false;
                    } else if (answered++ == MAX_IN_A_ROW) {
                        connection.pause();
                        giveWay(Connection::resume);
                        going = false;
                    } else {
                        going = readHead(in);
                    }
                }
                case BODY -> going = loop.bodies.readBody(this, in);
                case ANSWERING -> {
                    connection.pause(); // until it is answered
                    going = false;
                }
                case ENDED -> {
                    in.skip(in.remaining());
                    going = false;
                }
            }
        }
    }

    /** Others have their turn, then {@code task} goes on; if too many tasks wait, it does now. */
    void giveWay(Consumer<Connection> task) {
        try {
            connection.ref().execute(task);
        } catch (RejectedExecutionException e) {
            task.accept(connection);
        }
    }

    private boolean readHead(IoBuffer in) {
        HeadParser current = head;
        if (current == null) {
            current = loop.take();
            head = current;
        }
        int result = current.parse(in);
        if (result == Parsing.MORE) {
            return false;
        }
        deadlineNanos = NEVER;
        if (result == Parsing.DONE) {
            dispatch(current, in);
        } else {
            if (in.getByte(0) == TLS_HANDSHAKE) {
                loop.reactor.reportProblem("A client spoke TLS to a port without it", null);
            }
            loop.answers.refuse(this, result, current.problem());
        }
        return true;
    }

    private void dispatch(HeadParser current, IoBuffer in) {
        bodyTooLong = current.contentLength() > loop.options.maxBodyBytes();
        // Nor is one passed over that is longer than any that would be read.
        keepAlive = current.keepsAlive() && !bodyTooLong;
        headOnly = current.isHead();
        http10 = current.line().minorVersion() == 0;
        bodyLeft = current.hasBody();
        if (bodyLeft) {
            loop.bodies.decoder(this).begin(current);
        }
        phase = Phase.ANSWERING;
        Response response = handle(current, in);
        in.skip(current.length());
        // RFC 9110 section 10.1.1: one that does not wait for 100 need not be told to go on.
        continueAwaited = bodyLeft && current.expectsContinue() && !in.hasRemaining();
        giveHeadBack();
        loop.answers.answer(this, response);
    }

    private Response handle(HeadParser current, IoBuffer in) {
        Request request = loop.request();
        request.attach(current, in, connection);
        try {
            note = loop.accessLog == null ? null : new AccessNote(connection, request);
            if (current.line().isForServer()) {
                return HttpLoop.OPTIONS_OF_SERVER;
            }
            if (current.line().isSecure() && connection.tls() == null) {
                return HttpLoop.MISDIRECTED;
            }
            return Objects.requireNonNull(loop.handler.handle(request), "a handler's response");
        } catch (Throwable e) {
            return failed(e);
        } finally {
            request.detach();
        }
    }

    Response failed(Throwable cause) {
        loop.countHandlerFailure();
        loop.reactor.reportProblem("An HTTP handler failed; the client gets 500", cause);
        return HttpLoop.FAILED;
    }

    void giveHeadBack() {
        HeadParser current = head;
        if (current != null) {
            head = null;
            loop.give(current);
        }
    }

    // ---- The end ------------------------------------------------------------------------------

    /** An answer that is under way is finished first. */
    @Override
    public void onShutdown(Connection from) {
        boolean underWay = phase == Phase.ANSWERING || (phase == Phase.BODY && receiver != null);
        if (underWay) {
            keepAlive = false;
        } else {
            phase = Phase.ENDED;
            connection.close();
        }
    }

    /** It waits for a request of which nothing has come. */
    @Override
    public boolean isIdle(Connection from) {
        return phase == Phase.HEAD && head == null;
    }

    /** The client sends no more. What it asked for whole has been answered before. */
    @Override
    public void onEnd(Connection from, IoBuffer in) {
        if (phase == Phase.BODY || head != null) {
            connection.protocolError("a request that ends before its end");
        } else {
            connection.close();
        }
        phase = Phase.ENDED;
    }

    @Override
    public void onClose(Connection from, CloseReason reason) {
        phase = Phase.ENDED;
        giveHeadBack();
        abandon();
    }

    /** Tells those who receive or write that nothing will come of it. */
    void abandon() {
        BodyReceiver receiving = receiver;
        ResponseStream writing = stream;
        LateAnswer awaited = lateAnswer;
        loop.bodies.endBody(this);
        stream = null;
        content = null;
        lateAnswer = null;
        if (receiving != null) {
            tell(receiving::onAbort, "A receiver failed when told that no more of its body comes");
        }
        if (writing != null) {
            tell(writing::closed, "A stream's onClose failed");
        }
        if (awaited != null) {
            tell(awaited::cancel, "An answer could not be cancelled");
        }
    }

    /** What the user's code does about an end changes nothing about that end. */
    void tell(Runnable news, String problem) {
        try {
            news.run();
        } catch (Throwable e) {
            loop.reactor.reportProblem(problem, e);
        }
    }

    // ---- Output -------------------------------------------------------------------------------

    @Override
    public void onDrain(Connection from) {
        if (stream != null) {
            stream.drained();
        } else if (phase == Phase.ANSWERING) {
            loop.answers.writeOn(this);
        } else if (!bodyPaused) {
            connection.resume();
        }
    }

    void awaitRequest() {
        phase = Phase.HEAD;
        idleSinceNanos = loop.reactor.nanoTime();
    }
}
