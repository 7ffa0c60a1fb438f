package edgeloop.http;

import edgeloop.Reactor;
import edgeloop.http.semantics.DateLine;
import edgeloop.http.syntax.BodyDecoder;
import edgeloop.http.syntax.Bytes;
import edgeloop.http.syntax.HeadParser;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** What the HTTP connections of one reactor share: all that one needs only while it is served. */
final class HttpLoop {
    /** Spare parsers that are kept; more are wanted only while heads arrive in pieces. */
    private static final int MAX_SPARES = 64;

    /**
     * What handlers see as a request takes turns, so that one which was kept stays dead for a while
     * and does not stand for the next request at once. Where assertions are on, or as {@code
     * -Dedgeloop.debug} says, each is a new one and stays dead for ever.
     */
    private static final int REQUESTS = 64;

    private static final String DEBUG = System.getProperty("edgeloop.debug");
    private static final boolean NEW_REQUESTS =
            DEBUG == null ? HttpLoop.class.desiredAssertionStatus() : Boolean.parseBoolean(DEBUG);

    private static final int HANDLER_FAILURES = 0;

    static final Response FAILED = Response.text(500, "internal server error\n");

    /** For want of an answer in time. */
    static final Response OVERDUE = Response.text(503, "no answer in time\n");

    /** RFC 9110 section 9.3.7. */
    static final Response OPTIONS_OF_SERVER =
            Response.empty(204).withHeader("Allow", Method.ALL_NAMES);

    /** RFC 9110 section 7.4: an https URI is not to be had where there is no TLS. */
    static final Response MISDIRECTED = Response.text(421, "no https here\n");

    final Reactor reactor;
    final HttpOptions options;
    final HttpHandler handler;
    final @Nullable AccessLog accessLog;
    final long keepAliveNanos;
    final long headNanos;

    /** Zero for ever. */
    final long answerNanos;

    /** Said with each answer over TLS; null for nothing. */
    final byte @Nullable [] strictTransport;

    /** What a body must bring in {@link #headNanos}. */
    final long windowBytes;

    // What is done to connections, beside finding their requests.
    final BodyIntake bodies = new BodyIntake(this);
    final AnswerWriter answers = new AnswerWriter(this);
    final HttpDeadlines deadlines = new HttpDeadlines(this);

    private final Deque<HeadParser> spares = new ArrayDeque<>();
    private final Request[] requests = new Request[NEW_REQUESTS ? 0 : REQUESTS];
    private int nextRequest;
    private DateLine dateLine;

    /** By the status's first digit; the first is for what has none. Written by one thread. */
    private final AtomicLongArray counts = new AtomicLongArray(6);

    HttpLoop(
            Reactor reactor,
            HttpOptions options,
            HttpHandler handler,
            @Nullable AccessLog accessLog) {
        this.reactor = reactor;
        this.options = options;
        this.handler = handler;
        this.accessLog = accessLog;
        this.keepAliveNanos = options.keepAliveTimeout().toNanos();
        this.headNanos = options.headTimeout().toNanos();
        this.answerNanos = options.answerTimeout().toNanos();
        this.windowBytes = options.minBodyRate() * options.headTimeout().toMillis() / 1000;
        Duration maxAge = options.strictTransportSecurity();
        this.strictTransport =
                maxAge == null
                        ? null
                        : Bytes.ascii(
                                "Strict-Transport-Security: max-age="
                                        + maxAge.toSeconds()
                                        + "\r\n");
        Arrays.setAll(requests, _ -> new Request());
        this.dateLine = new DateLine(reactor.nanoTime(), reactor.wallClockMillis());
    }

    /** A parser that has seen nothing yet. */
    HeadParser take() {
        HeadParser spare = spares.pollLast();
        return spare == null ? parser(options) : spare;
    }

    /** A parser with the limits of {@code options}. */
    static HeadParser parser(HttpOptions options) {
        return new HeadParser(
                Method.NAMES,
                options.maxRequestLineBytes(),
                options.maxHeaderBytes(),
                options.maxHeaders());
    }

    /** The same for bodies. */
    static BodyDecoder decoder(HttpOptions options) {
        return new BodyDecoder(
                options.maxBodyBytes(), options.maxHeaderBytes(), options.maxHeaders());
    }

    void give(HeadParser head) {
        head.reset();
        if (spares.size() < MAX_SPARES) {
            spares.addLast(head);
        }
    }

    /** A request that stands for nothing yet, and will again when its handler has returned. */
    Request request() {
        return NEW_REQUESTS ? new Request() : requests[nextRequest++ & REQUESTS - 1];
    }

    DateLine dateLine() {
        long now = reactor.nanoTime();
        if (!dateLine.holdsAt(now)) {
            dateLine = new DateLine(now, reactor.wallClockMillis());
        }
        return dateLine;
    }

    void countAnswer(int status) {
        count(status / 100);
    }

    void countHandlerFailure() {
        count(HANDLER_FAILURES);
    }

    /** Others read it meanwhile, and a long must not be torn; more is not needed. */
    private void count(int index) {
        counts.setOpaque(index, counts.getPlain(index) + 1);
    }

    /** Any thread may ask. */
    HttpStats stats() {
        return new HttpStats(
                counts.getOpaque(2),
                counts.getOpaque(3),
                counts.getOpaque(4),
                counts.getOpaque(5),
                counts.getOpaque(HANDLER_FAILURES));
    }
}
