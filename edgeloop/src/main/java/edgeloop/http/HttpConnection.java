package edgeloop.http;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.FileHandle;
import edgeloop.IoBuffer;
import edgeloop.Timeout;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection's requests and answers, one after the other.
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
    private enum Phase {
        HEAD,
        BODY,
        ANSWERING,
        ENDED
    }

    /** Pipelined requests that are answered in a row; then other connections have their turn. */
    private static final int MAX_IN_A_ROW = 64;

    /** Content is written in pieces of this size, while the client takes them. */
    private static final int PIECE_BYTES = 64 * 1024;

    /** Pieces that are written in a row; then other connections have their turn. */
    private static final int MAX_PIECES = 4;

    private static final byte[] NO_CODING = {};
    private static final byte[] CHUNKED = Bytes.ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] CONTINUE = Bytes.ascii("HTTP/1.1 100 Continue\r\n\r\n");
    private static final long NEVER = 0;
    private static final long MAX_GRAIN_NANOS = 1 << 29;

    private final HttpLoop loop;
    private final Connection connection;
    private Phase phase = Phase.HEAD;
    private @Nullable HeadParser head;
    private @Nullable BodyDecoder decoder;

    /** Input is being looked at: what is answered meanwhile need not ask for more. */
    private boolean inRead;

    /** The bytes that were left in the input; they come again with the next read. */
    private int unread;

    // Of the request that is being answered.
    private boolean keepAlive;
    private boolean headOnly;
    private boolean http10;
    private boolean bodyLeft;
    private boolean bodyTooLong;
    private boolean continueAwaited;
    private int status;

    /** What is to be logged of it; null without an access log. */
    private @Nullable AccessNote note;

    /** Who receives the body, and what it holds; null where nobody does. */
    private @Nullable BodyReceiver receiver;

    private @Nullable RequestBody body;
    private boolean bodyPaused;

    // What is written over time: content that the client has yet to take, a stream, or what there
    // will be some time.
    private byte @Nullable [] content;
    private int contentAt;
    private @Nullable ResponseStream stream;
    private @Nullable LateAnswer lateAnswer;

    // Limits in time, on the reactor's clock.
    private long idleSinceNanos;
    private long deadlineNanos = NEVER; // of a head that has begun, or of an answer's head
    private long windowEndNanos;
    private long windowBytes;
    private @Nullable Timeout timer;
    private long timerNanos;

    HttpConnection(HttpLoop loop, Connection connection) {
        this.loop = loop;
        this.connection = connection;
        this.idleSinceNanos = loop.reactor.nanoTime();
        setTimer(idleSinceNanos + loop.keepAliveNanos);
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
            setDeadline(loop.headNanos);
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
                case BODY -> going = readBody(in);
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
    private void giveWay(Consumer<Connection> task) {
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
            refuse(result, current.problem());
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
            decoder().begin(current);
        }
        phase = Phase.ANSWERING;
        Response response = handle(current, in);
        in.skip(current.length());
        // RFC 9110 section 10.1.1: one that does not wait for 100 need not be told to go on.
        continueAwaited = bodyLeft && current.expectsContinue() && !in.hasRemaining();
        giveHeadBack();
        answer(response);
    }

    private BodyDecoder decoder() {
        BodyDecoder current = decoder;
        if (current == null) {
            current = new BodyDecoder(loop.options);
            decoder = current;
        }
        return current;
    }

    private Response handle(HeadParser current, IoBuffer in) {
        Request request = loop.request();
        request.attach(current, in, connection);
        try {
            note = loop.accessLog == null ? null : new AccessNote(connection, request);
            if (current.line().isForServer()) {
                return HttpLoop.OPTIONS_OF_SERVER;
            }
            if (current.line().isSecure()) {
                return HttpLoop.MISDIRECTED;
            }
            return Objects.requireNonNull(loop.handler.handle(request), "a handler's response");
        } catch (Throwable e) {
            return failed(e);
        } finally {
            request.detach();
        }
    }

    private Response failed(Throwable cause) {
        loop.countHandlerFailure();
        loop.reactor.reportProblem("An HTTP handler failed; the client gets 500", cause);
        return HttpLoop.FAILED;
    }

    private void giveHeadBack() {
        HeadParser current = head;
        if (current != null) {
            head = null;
            loop.give(current);
        }
    }

    // ---- The body -----------------------------------------------------------------------------

    private void receive(BodyReceiver newReceiver) {
        receiver = newReceiver;
        body = new RequestBody(this);
        if (!bodyLeft) {
            bodyReceived(Map.of());
            return;
        }
        if (bodyTooLong) {
            refuse(413, "a body longer than " + loop.options.maxBodyBytes() + " bytes");
            return;
        }
        if (continueAwaited) {
            continueAwaited = false;
            connection.write(CONTINUE);
        }
        phase = Phase.BODY;
        bodyPaused = false;
        deadlineNanos = NEVER;
        beginWindow();
        if (!inRead) {
            connection.resume();
        }
    }

    /**
     * Reads the body as far as it has come: for its receiver or, where there is none, so that the
     * next request can be found behind it.
     *
     * @return whether to go on with the next phase
     */
    private boolean readBody(IoBuffer in) {
        while (phase == Phase.BODY && !bodyPaused) {
            int length = decoder().next(in);
            if (length > 0) {
                windowBytes += length;
                decoder().read(length);
                deliver(in.readSlice(length));
            } else if (length == BodyDecoder.COMPLETE) {
                bodyEnded();
            } else if (length == BodyDecoder.REFUSED) {
                refuseBody(decoder().status(), decoder().problem());
            } else {
                return false;
            }
        }
        return !bodyPaused;
    }

    private void deliver(IoBuffer data) {
        if (receiver != null && body != null) {
            try {
                receiver.onData(body, data);
            } catch (Throwable e) {
                endBody();
                answer(failed(e));
            }
        }
        data.invalidate();
    }

    private void bodyEnded() {
        bodyLeft = false;
        bodyReceived(decoder().trailers());
    }

    private void bodyReceived(Map<String, String> trailers) {
        BodyReceiver current = receiver;
        RequestBody ended = body;
        endBody();
        if (current == null || ended == null) {
            awaitRequest();
            return;
        }
        phase = Phase.ANSWERING;
        Response response;
        try {
            ended.setTrailers(trailers);
            response = Objects.requireNonNull(current.onEnd(ended), "a receiver's response");
        } catch (Throwable e) {
            response = failed(e);
        }
        answer(response);
    }

    /** There is no body to be received any more. */
    private void endBody() {
        receiver = null;
        body = null;
        bodyPaused = false;
    }

    void pause(RequestBody paused) {
        if (paused == body && phase == Phase.BODY && !bodyPaused) {
            bodyPaused = true;
            connection.pause();
            expectAnswer();
        }
    }

    void resume(RequestBody resumed) {
        if (resumed == body && bodyPaused) {
            bodyPaused = false;
            deadlineNanos = NEVER;
            if (!inRead && decoder().isComplete()) {
                bodyEnded(); // no input is left to come and show it
            } else {
                beginWindow();
                connection.resume();
            }
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
    private void abandon() {
        BodyReceiver receiving = receiver;
        ResponseStream writing = stream;
        LateAnswer awaited = lateAnswer;
        endBody();
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
    private void tell(Runnable news, String problem) {
        try {
            news.run();
        } catch (Throwable e) {
            loop.reactor.reportProblem(problem, e);
        }
    }

    // ---- Output -------------------------------------------------------------------------------

    private void answer(Response response) {
        phase = Phase.ANSWERING;
        switch (response.body()) {
            case Body.None _ -> {
                writeHead(response, NO_CODING);
                answered();
            }
            case Body.Content bytes -> {
                writeHead(response, NO_CODING);
                noteContent(bytes.bytes().length);
                write(bytes.bytes());
            }
            case Body.FileRange range -> {
                writeHead(response, NO_CODING);
                noteContent(range.length());
                transfer(range);
                answered();
            }
            case Body.Parts parts -> {
                writeHead(response, NO_CODING);
                noteContent(parts.length());
                parts.parts().forEach(this::transfer);
                answered();
            }
            case Body.Streamed streamed -> {
                noteContent(-1);
                startStream(response, streamed.producer());
            }
            case Body.Received received -> receive(received.receiver());
            case Body.Later later -> awaitAnswer(new LateAnswer(later.answer()));
        }
    }

    private void writeHead(Response response, byte[] coding) {
        status = response.status();
        deadlineNanos = NEVER;
        if (continueAwaited) {
            // It may send its body yet, or not: what follows could be either.
            continueAwaited = false;
            keepAlive = false;
        }
        connection.write(response.head());
        connection.write(coding);
        DateLine date = loop.dateLine();
        if (!keepAlive) {
            connection.write(date.closing);
        } else {
            connection.write(http10 ? date.keepingOpen10 : date.keepingOpen);
        }
    }

    private void awaitAnswer(LateAnswer answer) {
        lateAnswer = answer;
        try {
            answer.await(connection.ref(), this::answerLate);
        } catch (Throwable e) { // it is an application's stage
            lateAnswer = null;
            answer(failed(e));
            return;
        }
        expectAnswer();
    }

    private void answerLate(LateAnswer answer) {
        LateAnswer.Outcome outcome = answer == lateAnswer ? answer.take() : null;
        if (outcome != null) {
            lateAnswer = null;
            answer(
                    outcome.response() != null
                            ? outcome.response()
                            : failed(causeOf(outcome.failure())));
        }
    }

    private static Throwable causeOf(@Nullable Throwable failure) {
        return failure == null ? new NullPointerException("no response") : failure;
    }

    private void startStream(Response response, StreamProducer producer) {
        boolean chunked = !http10;
        keepAlive &= chunked;
        if (headOnly) {
            writeStreamHead(response, chunked);
            answered();
            return;
        }
        ResponseStream started = new ResponseStream(this, connection, response, chunked);
        stream = started;
        try {
            producer.start(started);
            started.beginUnlessOver();
        } catch (Throwable e) {
            streamFailed(started, e);
        }
    }

    private void streamFailed(ResponseStream failed, Throwable cause) {
        Response answer = failed(cause);
        if (failed.hasBegun()) {
            failed.abort();
        } else {
            failed.replaced();
            stream = null;
            answer(answer);
        }
    }

    void writeStreamHead(Response response, boolean chunked) {
        writeHead(response, chunked ? CHUNKED : NO_CODING);
    }

    void streamEnded() {
        stream = null;
        answered();
    }

    private void write(byte[] bytes) {
        if (headOnly) {
            answered();
        } else if (bytes.length <= PIECE_BYTES) {
            connection.write(bytes);
            answered();
        } else {
            content = bytes;
            contentAt = 0;
            writeOn();
        }
    }

    /** Writes what takes no room here however much it is. */
    private void transfer(Body part) {
        if (headOnly) {
            return;
        }
        switch (part) {
            case Body.FileRange(FileHandle file, long offset, long length) ->
                    connection.transfer(file, offset, length);
            case Body.Content(byte[] bytes) -> connection.write(bytes);
            default -> throw new IllegalArgumentException("not to be written at once: " + part);
        }
    }

    /** Writes content until it is all written or the client takes no more. */
    private void writeOn() {
        byte[] bytes = content;
        if (bytes == null) {
            return;
        }
        for (int pieces = 0; contentAt < bytes.length && !connection.isCongested(); pieces++) {
            if (pieces == MAX_PIECES) {
                giveWay(_ -> writeOn());
                return;
            }
            int length = Math.min(PIECE_BYTES, bytes.length - contentAt);
            connection.write(bytes, contentAt, length);
            contentAt += length;
        }
        if (contentAt == bytes.length) {
            content = null;
            answered();
        }
    }

    @Override
    public void onDrain(Connection from) {
        if (stream != null) {
            stream.drained();
        } else if (phase == Phase.ANSWERING) {
            writeOn();
        } else if (!bodyPaused) {
            connection.resume();
        }
    }

    /** The answer has been written to its end. */
    private void answered() {
        countAnswer(status);
        if (!keepAlive) {
            phase = Phase.ENDED;
            connection.close();
        } else if (bodyLeft) {
            phase = Phase.BODY; // for nobody, so that the next request can be found behind it
            beginWindow();
        } else {
            awaitRequest();
        }
        if (!inRead) {
            connection.resume();
        }
    }

    private void countAnswer(int answer) {
        loop.countAnswer(answer);
        AccessLog log = loop.accessLog;
        AccessNote logged = note;
        if (log != null && logged != null) {
            note = null;
            tell(
                    () -> log.onAnswered(logged.entry(answer, loop.reactor.wallClockMillis())),
                    "An access log failed; an answer is missing in it");
        }
    }

    /** Notes the length of the content that is about to be written. */
    private void noteContent(long bytes) {
        if (note != null) {
            note.contentBytes = headOnly ? 0 : bytes;
        }
    }

    private void awaitRequest() {
        phase = Phase.HEAD;
        idleSinceNanos = loop.reactor.nanoTime();
    }

    /**
     * Answers what is wrong with the request, and closes: where the next one begins is not known.
     */
    private void refuse(int refusal, String problem) {
        keepAlive = false;
        if (phase == Phase.HEAD) {
            headOnly = head != null && head.isHead();
        }
        if (note == null && loop.accessLog != null) {
            note = new AccessNote(connection);
        }
        byte[] content = Bytes.ascii(problem + "\n");
        writeHead(Response.bytes(refusal, "text/plain; charset=utf-8", content), NO_CODING);
        noteContent(content.length);
        if (!headOnly) {
            connection.write(content);
        }
        countAnswer(refusal);
        phase = Phase.ENDED;
        giveHeadBack();
        abandon();
        connection.protocolError(problem);
    }

    /** The body is not what it must be; a request that has its answer gets no second one. */
    private void refuseBody(int refusal, String problem) {
        if (receiver != null) {
            refuse(refusal, problem);
            return;
        }
        keepAlive = false;
        phase = Phase.ENDED;
        giveHeadBack();
        connection.protocolError(problem);
    }

    // ---- Limits in time -----------------------------------------------------------------------

    /**
     * Has {@link #wake} called at {@code deadline}, or somewhat later so that many share a wakeup.
     */
    private void setTimer(long deadline) {
        if (timer != null && timer.isPending()) {
            if (timerNanos - deadline <= 0) {
                return; // it looks for itself then
            }
            timer.cancel();
        }
        long left = deadline - loop.reactor.nanoTime();
        long grain = Math.clamp(Long.highestOneBit(left / 16), 1, MAX_GRAIN_NANOS);
        timerNanos = Math.ceilDiv(deadline, grain) * grain;
        Duration delay = Duration.ofNanos(timerNanos - loop.reactor.nanoTime());
        timer = connection.schedule(delay, this::wake);
    }

    private void wake() {
        if (lateAnswer != null) {
            answerLate(lateAnswer); // perhaps it could not be told that it is there
        }
        long now = loop.reactor.nanoTime();
        long deadline =
                switch (phase) {
                    case HEAD -> orDeadline(idleSinceNanos + loop.keepAliveNanos);
                    case BODY -> orDeadline(windowEndNanos);
                    case ANSWERING -> {
                        // As soon as it is answered, the wait for the next request begins.
                        long next = now + loop.keepAliveNanos;
                        yield next - orDeadline(next) < 0 ? next : orDeadline(next);
                    }
                    case ENDED -> now + loop.keepAliveNanos;
                };
        if (deadline - now > 0) {
            setTimer(deadline);
        } else {
            expired(now);
        }
    }

    private long orDeadline(long other) {
        return deadlineNanos == NEVER ? other : deadlineNanos;
    }

    private void setDeadline(long nanos) {
        deadlineNanos = loop.reactor.nanoTime() + nanos;
        setTimer(deadlineNanos);
    }

    /** The head of the answer is due from now on, unless it has been before. */
    private void expectAnswer() {
        if (loop.answerNanos > 0 && deadlineNanos == NEVER) {
            setDeadline(loop.answerNanos);
        }
    }

    private void expired(long now) {
        if (phase == Phase.ANSWERING || (bodyPaused && deadlineNanos != NEVER)) {
            answerOverdue();
        } else if (phase == Phase.BODY) {
            if (windowBytes < loop.windowBytes && !bodyPaused && !connection.isCongested()) {
                refuseBody(408, "a body slower than " + loop.options.minBodyRate() + " bytes/s");
            } else {
                beginWindow();
            }
        } else if (deadlineNanos != NEVER && !connection.isCongested()) {
            refuse(408, "a head that took longer than " + loop.options.headTimeout());
        } else if (connection.pendingOutput() > 0) {
            setTimer(now + loop.keepAliveNanos); // the client reads the last answer yet
        } else {
            phase = Phase.ENDED;
            connection.close();
        }
    }

    /** Answers in the place of whoever was to answer, and tells them. */
    private void answerOverdue() {
        loop.reactor.reportProblem(
                "An HTTP handler gave no answer within "
                        + loop.options.answerTimeout()
                        + "; the client gets 503",
                null);
        keepAlive = false;
        answer(HttpLoop.OVERDUE);
        abandon();
    }

    private void beginWindow() {
        windowBytes = 0;
        windowEndNanos = loop.reactor.nanoTime() + loop.headNanos;
        setTimer(windowEndNanos);
    }
}
