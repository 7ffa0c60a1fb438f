package edgeloop.http;

import edgeloop.FileHandle;
import edgeloop.http.HttpConnection.Phase;
import edgeloop.http.semantics.DateLine;
import edgeloop.http.syntax.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * How the answers of a reactor's requests are written: at once, over time as their client takes
 * them, or when they are there; and then what follows an answer.
 */
final class AnswerWriter {
    /** Content is written in pieces of this size, while the client takes them. */
    private static final int PIECE_BYTES = 64 * 1024;

    /** Pieces that are written in a row; then other connections have their turn. */
    private static final int MAX_PIECES = 4;

    private static final byte[] NO_CODING = {};
    private static final byte[] CHUNKED = Bytes.ascii("Transfer-Encoding: chunked\r\n");

    private final HttpLoop loop;

    AnswerWriter(HttpLoop loop) {
        this.loop = loop;
    }

    void answer(HttpConnection http, Response response) {
        http.phase = Phase.ANSWERING;
        switch (response.body()) {
            case Body.None _ -> {
                writeHead(http, response, NO_CODING);
                answered(http);
            }
            case Body.Content bytes -> {
                writeHead(http, response, NO_CODING);
                noteContent(http, bytes.bytes().length);
                write(http, bytes.bytes());
            }
            case Body.FileRange range -> {
                writeHead(http, response, NO_CODING);
                noteContent(http, range.length());
                transfer(http, range);
                answered(http);
            }
            case Body.Parts parts -> {
                writeHead(http, response, NO_CODING);
                noteContent(http, parts.length());
                parts.parts().forEach(part -> transfer(http, part));
                answered(http);
            }
            case Body.Streamed streamed -> {
                noteContent(http, -1);
                startStream(http, response, streamed.producer());
            }
            case Body.Received received -> loop.bodies.receive(http, received.receiver());
            case Body.Later later -> awaitAnswer(http, new LateAnswer(later.answer()));
        }
    }

    private void writeHead(HttpConnection http, Response response, byte[] coding) {
        http.status = response.status();
        http.deadlineNanos = HttpConnection.NEVER;
        if (http.continueAwaited) {
            // It may send its body yet, or not: what follows could be either.
            http.continueAwaited = false;
            http.keepAlive = false;
        }
        http.connection.write(response.head());
        http.connection.write(coding);
        byte[] strict = loop.strictTransport;
        if (strict != null && http.isStrict) {
            http.connection.write(strict);
        }
        DateLine date = loop.dateLine();
        if (!http.keepAlive) {
            http.connection.write(date.closing);
        } else {
            http.connection.write(http.http10 ? date.keepingOpen10 : date.keepingOpen);
        }
    }

    private void awaitAnswer(HttpConnection http, LateAnswer answer) {
        http.lateAnswer = answer;
        try {
            answer.await(http.connection.ref(), late -> answerLate(http, late));
        } catch (Throwable e) { // it is an application's stage
            http.lateAnswer = null;
            answer(http, http.failed(e));
            return;
        }
        loop.deadlines.expectAnswer(http);
    }

    void answerLate(HttpConnection http, LateAnswer answer) {
        LateAnswer.Outcome outcome = answer == http.lateAnswer ? answer.take() : null;
        if (outcome != null) {
            http.lateAnswer = null;
            answer(
                    http,
                    outcome.response() != null
                            ? outcome.response()
                            : http.failed(causeOf(outcome.failure())));
        }
    }

    private static Throwable causeOf(@Nullable Throwable failure) {
        return failure == null ? new NullPointerException("no response") : failure;
    }

    private void startStream(HttpConnection http, Response response, StreamProducer producer) {
        boolean chunked = !http.http10;
        http.keepAlive &= chunked;
        if (http.headOnly) {
            writeStreamHead(http, response, chunked);
            answered(http);
            return;
        }
        ResponseStream started = new ResponseStream(http, http.connection, response, chunked);
        http.stream = started;
        try {
            producer.start(started);
            started.beginUnlessOver();
        } catch (Throwable e) {
            streamFailed(http, started, e);
        }
    }

    private void streamFailed(HttpConnection http, ResponseStream failed, Throwable cause) {
        Response answer = http.failed(cause);
        if (failed.hasBegun()) {
            failed.abort();
        } else {
            failed.replaced();
            http.stream = null;
            answer(http, answer);
        }
    }

    void writeStreamHead(HttpConnection http, Response response, boolean chunked) {
        writeHead(http, response, chunked ? CHUNKED : NO_CODING);
    }

    void streamEnded(HttpConnection http) {
        http.stream = null;
        answered(http);
    }

    private void write(HttpConnection http, byte[] bytes) {
        if (http.headOnly) {
            answered(http);
        } else if (bytes.length <= PIECE_BYTES) {
            http.connection.write(bytes);
            answered(http);
        } else {
            http.content = bytes;
            http.contentAt = 0;
            writeOn(http);
        }
    }

    /** Writes what takes no room here however much it is. */
    private void transfer(HttpConnection http, Body part) {
        if (http.headOnly) {
            return;
        }
        switch (part) {
            case Body.FileRange(FileHandle file, long offset, long length) ->
                    http.connection.transfer(file, offset, length);
            case Body.Content(byte[] bytes) -> http.connection.write(bytes);
            default -> throw new IllegalArgumentException("not to be written at once: " + part);
        }
    }

    /** Writes content until it is all written or the client takes no more. */
    void writeOn(HttpConnection http) {
        byte[] bytes = http.content;
        if (bytes == null) {
            return;
        }
        for (int pieces = 0;
                http.contentAt < bytes.length && !http.connection.isCongested();
                pieces++) {
            if (pieces == MAX_PIECES) {
                http.giveWay(_ -> writeOn(http));
                return;
            }
            int length = Math.min(PIECE_BYTES, bytes.length - http.contentAt);
            http.connection.write(bytes, http.contentAt, length);
            http.contentAt += length;
        }
        if (http.contentAt == bytes.length) {
            http.content = null;
            answered(http);
        }
    }

    /** The answer has been written to its end. */
    private void answered(HttpConnection http) {
        countAnswer(http, http.status);
        if (!http.keepAlive) {
            http.phase = Phase.ENDED;
            http.connection.close();
        } else if (http.bodyLeft) {
            http.phase = Phase.BODY; // for nobody, so that the next request can be found behind it
            loop.deadlines.beginWindow(http);
        } else {
            http.awaitRequest();
        }
        if (!http.inRead) {
            http.connection.resume();
        }
    }

    private void countAnswer(HttpConnection http, int answer) {
        loop.countAnswer(answer);
        AccessLog log = loop.accessLog;
        AccessNote logged = http.note;
        if (log != null && logged != null) {
            http.note = null;
            http.tell(
                    () -> log.onAnswered(logged.entry(answer, loop.reactor.wallClockMillis())),
                    "An access log failed; an answer is missing in it");
        }
    }

    /** Notes the length of the content that is about to be written. */
    private void noteContent(HttpConnection http, long bytes) {
        if (http.note != null) {
            http.note.contentBytes = http.headOnly ? 0 : bytes;
        }
    }

    /**
     * Answers what is wrong with the request, and closes: where the next one begins is not known.
     */
    void refuse(HttpConnection http, int refusal, String problem) {
        http.keepAlive = false;
        if (http.phase == Phase.HEAD) {
            http.headOnly = http.head != null && http.head.isHead();
        }
        if (http.note == null && loop.accessLog != null) {
            http.note = new AccessNote(http.connection);
        }
        byte[] text = Bytes.ascii(problem + "\n");
        writeHead(http, Response.bytes(refusal, "text/plain; charset=utf-8", text), NO_CODING);
        noteContent(http, text.length);
        if (!http.headOnly) {
            http.connection.write(text);
        }
        countAnswer(http, refusal);
        http.phase = Phase.ENDED;
        http.giveHeadBack();
        http.abandon();
        http.connection.protocolError(problem);
    }
}
