package edgeloop.http;

import edgeloop.ConnectionOptions;
import edgeloop.Options;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What bounds requests. */
public final class HttpOptions extends Options {
    /** A bound on request line and header section together: a head is parsed in one piece. */
    public static final int MAX_HEAD_BYTES = 60 * 1024;

    private static final int LEAST_BYTES = 16;

    private static final Table TABLE = new Table();
    private static final Option<Integer> MAX_REQUEST_LINE_BYTES =
            TABLE.number(
                    "maxRequestLineBytes", 8 * 1024, LEAST_BYTES, MAX_HEAD_BYTES - LEAST_BYTES);
    private static final Option<Integer> MAX_HEADER_BYTES =
            TABLE.object("maxHeaderBytes", 32 * 1024); // the one above bounds it
    private static final Option<Integer> MAX_HEADERS = TABLE.number("maxHeaders", 100, 1, 10_000);
    private static final Option<Long> MAX_BODY_BYTES =
            TABLE.add("maxBodyBytes", 1L << 20, (n, v) -> checkRange(n, v, 0, Long.MAX_VALUE));
    private static final Option<Duration> HEAD_TIMEOUT =
            TABLE.add("headTimeout", Duration.ofSeconds(10), HttpOptions::checkTimeout);
    private static final Option<Integer> MIN_BODY_RATE =
            TABLE.number("minBodyRate", 256, 0, Integer.MAX_VALUE);
    private static final Option<Integer> MIN_OUTPUT_RATE =
            TABLE.number("minOutputRate", 256, 0, Integer.MAX_VALUE);
    private static final Option<Duration> KEEP_ALIVE_TIMEOUT =
            TABLE.add("keepAliveTimeout", Duration.ofSeconds(60), HttpOptions::checkTimeout);
    private static final Option<Duration> ANSWER_TIMEOUT =
            TABLE.add("answerTimeout", Duration.ofSeconds(60), HttpOptions::checkTimeoutOrNone);
    private static final Option<@Nullable Duration> STRICT_TRANSPORT_SECURITY =
            TABLE.add("strictTransportSecurity", null, HttpOptions::checkMaxAge);

    private static final HttpOptions DEFAULTS = new HttpOptions(TABLE.defaults());

    private HttpOptions(Values values) {
        super(values);
    }

    private static void checkMaxAge(String name, @Nullable Duration age) {
        if (age != null && age.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative: " + age);
        }
    }

    private static void checkTimeoutOrNone(String name, Duration timeout) {
        if (!timeout.isZero()) {
            checkTimeout(name, timeout);
        }
    }

    private static void checkTimeout(String name, Duration timeout) {
        if (timeout.compareTo(Duration.ofMillis(1)) < 0
                || timeout.compareTo(Duration.ofDays(24)) > 0) {
            throw new IllegalArgumentException(name + " must be from 1 ms to 24 days: " + timeout);
        }
    }

    /**
     * {@return a request line of 8 KiB, 100 headers of 32 KiB, a body of 1 MiB that brings 256
     * bytes a second, 10 s for a head, 256 bytes a second of an answer, 60 s between requests and
     * 60 s for an answer}
     */
    public static HttpOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return the longest request line, in bytes without its line end; a longer one is answered
     * with 414}
     */
    public int maxRequestLineBytes() {
        return get(MAX_REQUEST_LINE_BYTES);
    }

    /**
     * {@return the longest header section, in bytes; a longer one is answered with 431} Bounds the
     * trailer section of a chunked body too.
     */
    public int maxHeaderBytes() {
        return get(MAX_HEADER_BYTES);
    }

    /** {@return the most header fields; more are answered with 431} */
    public int maxHeaders() {
        return get(MAX_HEADERS);
    }

    /**
     * {@return a copy with other limits of a request's head}
     *
     * @param requestLineBytes from 16, see {@link #maxRequestLineBytes}
     * @param headerBytes from 16, and together with the request line at most {@link
     *     #MAX_HEAD_BYTES}, see {@link #maxHeaderBytes}
     * @param headers from 1 to 10,000, see {@link #maxHeaders}
     */
    public HttpOptions withMaxHead(int requestLineBytes, int headerBytes, int headers) {
        Values head =
                with(MAX_REQUEST_LINE_BYTES, requestLineBytes)
                        .with(MAX_HEADER_BYTES, headerBytes)
                        .with(MAX_HEADERS, headers);
        checkRange("maxHeaderBytes", headerBytes, LEAST_BYTES, MAX_HEAD_BYTES - requestLineBytes);
        return new HttpOptions(head);
    }

    /**
     * {@return the longest request body that is read, in bytes; where a handler wants a longer one,
     * it is answered with 413, if its length is declared before any of it is read}
     */
    public long maxBodyBytes() {
        return get(MAX_BODY_BYTES);
    }

    /**
     * {@return a copy with another limit of a request's body}
     *
     * @param bytes from 0, see {@link #maxBodyBytes}
     */
    public HttpOptions withMaxBodyBytes(long bytes) {
        return new HttpOptions(with(MAX_BODY_BYTES, bytes));
    }

    /**
     * {@return how long a request's head may take from its first byte on; a slower one is answered
     * with 408}
     */
    public Duration headTimeout() {
        return get(HEAD_TIMEOUT);
    }

    /**
     * {@return a copy with another time for a request's head}
     *
     * @param timeout from 1 ms to 24 days, see {@link #headTimeout}
     */
    public HttpOptions withHeadTimeout(Duration timeout) {
        return new HttpOptions(with(HEAD_TIMEOUT, timeout));
    }

    /**
     * {@return the bytes per second that a request's body must bring in each span of {@link
     * #headTimeout}; a slower one is answered with 408} The time in which a receiver has paused it
     * does not count.
     */
    public int minBodyRate() {
        return get(MIN_BODY_RATE);
    }

    /**
     * {@return a copy with another least rate of a request's body}
     *
     * @param bytesPerSecond from 0, see {@link #minBodyRate}
     */
    public HttpOptions withMinBodyRate(int bytesPerSecond) {
        return new HttpOptions(with(MIN_BODY_RATE, bytesPerSecond));
    }

    /**
     * {@return the bytes per second, or 0 for no such limit, that a client must take of its answer
     * while some of it waits: see {@link ConnectionOptions#minOutputRate}, of which the larger
     * holds} A stream that has nothing to say is not slow.
     */
    public int minOutputRate() {
        return get(MIN_OUTPUT_RATE);
    }

    /**
     * {@return a copy with another least rate at which clients take their answers}
     *
     * @param bytesPerSecond from 0, see {@link #minOutputRate}
     */
    public HttpOptions withMinOutputRate(int bytesPerSecond) {
        return new HttpOptions(with(MIN_OUTPUT_RATE, bytesPerSecond));
    }

    /** {@return how long a connection may wait for its first or next request; then it is closed} */
    public Duration keepAliveTimeout() {
        return get(KEEP_ALIVE_TIMEOUT);
    }

    /**
     * {@return a copy with another time between requests}
     *
     * @param timeout from 1 ms to 24 days, see {@link #keepAliveTimeout}
     */
    public HttpOptions withKeepAliveTimeout(Duration timeout) {
        return new HttpOptions(with(KEEP_ALIVE_TIMEOUT, timeout));
    }

    /**
     * {@return how long the head of an answer may take that is given later, or zero for ever: from
     * the end of the request's head or, where the handler receives the body, from its end; also for
     * how long a receiver may pause it} Then the client gets 503 and the connection is closed. An
     * answer that has begun has no limit of its own.
     */
    public Duration answerTimeout() {
        return get(ANSWER_TIMEOUT);
    }

    /**
     * {@return a copy with another time for an answer}
     *
     * @param timeout from 1 ms to 24 days or zero, see {@link #answerTimeout}
     */
    public HttpOptions withAnswerTimeout(Duration timeout) {
        return new HttpOptions(with(ANSWER_TIMEOUT, timeout));
    }

    /**
     * {@return for how long after each answer over TLS its client is to come by https alone
     * (Strict-Transport-Security, RFC 6797); null, by default, to say nothing of it} Never said
     * where there is no TLS.
     */
    public @Nullable Duration strictTransportSecurity() {
        return get(STRICT_TRANSPORT_SECURITY);
    }

    /**
     * {@return a copy that has clients come by https for another time, or says nothing of it}
     *
     * @param maxAge from 0, which ends what was said before, in whole seconds; or null
     */
    public HttpOptions withStrictTransportSecurity(@Nullable Duration maxAge) {
        return new HttpOptions(with(STRICT_TRANSPORT_SECURITY, maxAge));
    }
}
