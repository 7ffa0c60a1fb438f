package edgeloop.simulation;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A request that a {@link WebPeer} sends: what it says, what is to be done with it, and the books
 * of what came of it, on both sides. All of it is known to whoever judges the answer.
 */
final class WebRequest {
    /** What a request is for. */
    enum Kind {
        /** The scenario's handler, which does what the other fields say. */
        HANDLER,
        /** A static file. */
        FILE,
        /** {@code OPTIONS *}: the server itself. */
        SERVER,
        /** A target with https, which there is not. */
        MISDIRECTED,
        /** A head that no request has: see {@link WebRequest#refusal}. */
        REFUSED
    }

    /** What is done with the request's body. */
    enum Intake {
        IGNORE,
        RECEIVE,
        COLLECT
    }

    /** How the handler answers. */
    enum Answer {
        FIXED,
        EMPTY,
        STREAM,
        LATER,
        THROW,
        NULL
    }

    /**
     * An answer that a handler has given.
     *
     * @param status its status
     * @param length its content; -1 where it is written over time
     */
    record Given(int status, int length) {}

    final int peer;
    final int number;

    /** What its handler draws from. */
    final Choices choices;

    Kind kind = Kind.HANDLER;
    String method = "GET";
    String target = "/";
    int minor = 1;

    /** All of it as it is sent, or to be sent. */
    byte[] bytes = {};

    /** Where in them the head ends, and the whole. */
    int headEnd;

    /** Where it begins in all that the peer sends. */
    long start;

    int fieldCount;

    /** The value of the field X-Number, which is like no other request's. */
    String label = "";

    boolean keepsAlive = true;
    boolean expects;

    /** The body's length; -1 without one. */
    int bodyLength = -1;

    boolean chunked;
    Map<String, String> trailers = Map.of();

    // What is wrong with it.

    /** The status to refuse it with, or its body where that is wrong; 0 if nothing is. */
    int refusal;

    /** Whether it may be refused with 413 just as well. */
    boolean mayBeTooLong;

    /** The bytes of it before the first one that may have it refused. */
    int refusedAt;

    /** Its peer says no more behind the mistake. */
    boolean breaksOff;

    // What is to be done with it.

    Intake intake = Intake.IGNORE;

    /** The receiver throws when it has as many bytes; -1 for never. */
    int receiverFailsAt = -1;

    boolean receiverPauses;
    Answer answer = Answer.FIXED;
    int status = 200;
    int length;
    int pieces = 1;
    WebStream.Pace pace = WebStream.Pace.AT_ONCE;

    /** The stream fails when as many bytes are written; -1 for never. */
    int streamFailsAt = -1;

    boolean streamAborts;
    boolean answersNever;
    Map<String, String> answerTrailers = Map.of();

    // Of a request for a file.

    String file = "";
    boolean acceptsGzip;
    boolean acceptsBrotli;
    @Nullable String ifMatch;
    @Nullable String ifNoneMatch;
    long ifModifiedSince = Long.MIN_VALUE;
    long ifUnmodifiedSince = Long.MIN_VALUE;
    @Nullable String ifRange;
    @Nullable WebRange range;

    // ---- What came of it, on the server's side -------------------------------------------------

    /** When the server was first given a byte of it: the turn's time; -1 before. */
    long seenTurn = -1;

    /** When the whole head was there. */
    long headTurn = -1;

    /** When the handler was called; -1 before. */
    long handledTurn = -1;

    /** Whether the handler has asked for the body. */
    boolean wanted;

    /** Whether its peer waits for 100 (Continue), by all that had come when it was handled. */
    boolean awaitsContinue;

    /** Whether the peer is to be told to send its body. */
    boolean mustContinue;

    int received;
    boolean bodyEnded;
    boolean bodyAborted;

    /** Since when an answer is due; -1 if none is. */
    long dueTurn = -1;

    @Nullable Given given;

    /** When its future got an answer: the turn's time; -1 before. */
    long completedTurn = -1;

    /** What the handler or its receiver threw, or its future failed with. */
    boolean failed;

    @Nullable CompletableFuture<?> future;

    /** Its future has failed, of which the library may hear or not. */
    boolean failedLate;

    /** Whoever was to answer was told, in time or not, that nobody waits any more. */
    boolean overdue;

    @Nullable WebStream stream;

    /** The errnos, a bit each, that calls about files answered meanwhile. */
    long fileErrors;

    /** Memory was refused to whoever was to find its file. */
    boolean lacksMemory;

    // When a file was looked for.
    long handledNanos;
    long handledUntilNanos;

    /** The status by the access log; 0 before. */
    int loggedStatus;

    long loggedBytes;

    // ---- What came of it, on the peer's side ---------------------------------------------------

    boolean continued;

    /** Its final status; 0 before. */
    int answeredStatus;

    int answeredBytes;
    boolean answered;

    WebRequest(int peer, int number, Choices choices) {
        this.peer = peer;
        this.number = number;
        this.choices = choices;
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    /** Where its method ends. */
    long endOfMethod() {
        int emptyLine = bytes[0] == '\r' ? 2 : 0;
        return start + emptyLine + method.length() + 1;
    }

    long end() {
        return start + bytes.length;
    }

    long endOfHead() {
        return start + headEnd;
    }

    /** Where {@link Pattern} has its body, and the content of its answer. */
    int bodyStream() {
        return 20_000 + 160 * peer + number;
    }

    int answerStream() {
        return 40_000 + 160 * peer + number;
    }

    /** What the access log has of it. */
    String line() {
        return method + " " + target + " HTTP/1." + minor;
    }

    /** Whether nobody takes its body, if it has one: what comes of that is not answered. */
    boolean isBodyLeft() {
        return !wanted || bodyAborted;
    }

    /** Whether a list of names may be the answer, where the directory has no index. */
    boolean mayBeListed() {
        return target.contains("/?");
    }

    List<String> names() {
        return file.equals(WebFiles.PLAIN)
                ? List.of(WebFiles.PLAIN, WebFiles.GZIP, WebFiles.BROTLI)
                : List.of(file);
    }

    /**
     * Whether 503 may be the answer to it as far as its handler goes: what that gives as the limit
     * runs out may be too late by as much as the turn takes.
     *
     * @param limit in nanoseconds; 0 for none
     */
    boolean mayBeOverdue(long limit) {
        return given == null
                || (limit > 0
                        && completedTurn >= 0
                        && completedTurn - dueTurn >= limit - Scenario.SLACK_NANOS);
    }

    @Override
    public String toString() {
        return peer + "." + number + " " + kind + " " + line();
    }
}
