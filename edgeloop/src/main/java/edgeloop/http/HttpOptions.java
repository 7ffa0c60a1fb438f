package edgeloop.http;

import edgeloop.ConnectionOptions;
import java.time.Duration;
import java.util.Objects;

/**
 * What bounds requests. Immutable: a {@code with} method answers a copy.
 *
 * @param maxRequestLineBytes the longest request line, without its line end, from 16 bytes; a
 *     longer one is answered with 414. Together with {@code maxHeaderBytes} at most {@link
 *     #MAX_HEAD_BYTES}
 * @param maxHeaderBytes the longest header section, from 16 bytes; a longer one is answered with
 *     431. Bounds the trailer section of a chunked body too
 * @param maxHeaders the most header fields, from 1 to 10,000; more are answered with 431
 * @param maxBodyBytes the longest request body that is read, from 0; where a handler wants a longer
 *     one, it is answered with 413, if its length is declared before any of it is read
 * @param headTimeout how long a request's head may take from its first byte on, from 1 ms to 24
 *     days; a slower one is answered with 408
 * @param minBodyRate the bytes per second that a request's body must bring, from 0, in each span of
 *     {@code headTimeout}; a slower one is answered with 408. The time in which a receiver has
 *     paused it does not count
 * @param minOutputRate the bytes per second, from 0 for no such limit, that a client must take of
 *     its answer while some of it waits: see {@link ConnectionOptions#minOutputRate}, of which the
 *     larger holds. A stream that has nothing to say is not slow
 * @param keepAliveTimeout how long a connection may wait for its first or next request, from 1 ms
 *     to 24 days; then it is closed
 * @param answerTimeout how long the head of an answer may take that is given later, from 1 ms to 24
 *     days, or zero for ever: from the end of the request's head or, where the handler receives the
 *     body, from its end; also for how long a receiver may pause it. Then the client gets 503 and
 *     the connection is closed. An answer that has begun has no limit of its own
 */
public record HttpOptions(
        int maxRequestLineBytes,
        int maxHeaderBytes,
        int maxHeaders,
        long maxBodyBytes,
        Duration headTimeout,
        int minBodyRate,
        int minOutputRate,
        Duration keepAliveTimeout,
        Duration answerTimeout) {

    /** A bound on request line and header section together: a head is parsed in one piece. */
    public static final int MAX_HEAD_BYTES = 60 * 1024;

    private static final HttpOptions DEFAULTS =
            new HttpOptions(
                    8 * 1024,
                    32 * 1024,
                    100,
                    1 << 20,
                    Duration.ofSeconds(10),
                    256,
                    256,
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(60));

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a limit is outside its range; the message names it
     */
    public HttpOptions {
        checkRange("maxRequestLineBytes", maxRequestLineBytes, 16, MAX_HEAD_BYTES - 16);
        checkRange("maxHeaderBytes", maxHeaderBytes, 16, MAX_HEAD_BYTES - maxRequestLineBytes);
        checkRange("maxHeaders", maxHeaders, 1, 10_000);
        checkRange("maxBodyBytes", maxBodyBytes, 0, Long.MAX_VALUE);
        checkRange("minBodyRate", minBodyRate, 0, Integer.MAX_VALUE);
        checkRange("minOutputRate", minOutputRate, 0, Integer.MAX_VALUE);
        checkTimeout("headTimeout", headTimeout);
        checkTimeout("keepAliveTimeout", keepAliveTimeout);
        if (!Duration.ZERO.equals(answerTimeout)) {
            checkTimeout("answerTimeout", answerTimeout);
        }
    }

    private static void checkRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " must be from " + min + " to " + max + ": " + value);
        }
    }

    private static void checkTimeout(String name, Duration timeout) {
        Objects.requireNonNull(timeout, name);
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
     * {@return a copy with other limits of a request's head}
     *
     * @param requestLineBytes see {@link #maxRequestLineBytes}
     * @param headerBytes see {@link #maxHeaderBytes}
     * @param headers see {@link #maxHeaders}
     */
    public HttpOptions withMaxHead(int requestLineBytes, int headerBytes, int headers) {
        return new HttpOptions(
                requestLineBytes,
                headerBytes,
                headers,
                maxBodyBytes,
                headTimeout,
                minBodyRate,
                minOutputRate,
                keepAliveTimeout,
                answerTimeout);
    }

    /**
     * {@return a copy with another limit of a request's body}
     *
     * @param bytes see {@link #maxBodyBytes}
     */
    public HttpOptions withMaxBodyBytes(long bytes) {
        return new HttpOptions(
                maxRequestLineBytes,
                maxHeaderBytes,
                maxHeaders,
                bytes,
                headTimeout,
                minBodyRate,
                minOutputRate,
                keepAliveTimeout,
                answerTimeout);
    }

    /**
     * {@return a copy with another time for a request's head}
     *
     * @param timeout see {@link #headTimeout}
     */
    public HttpOptions withHeadTimeout(Duration timeout) {
        return new HttpOptions(
                maxRequestLineBytes,
                maxHeaderBytes,
                maxHeaders,
                maxBodyBytes,
                timeout,
                minBodyRate,
                minOutputRate,
                keepAliveTimeout,
                answerTimeout);
    }

    /**
     * {@return a copy with another least rate of a request's body}
     *
     * @param bytesPerSecond see {@link #minBodyRate}
     */
    public HttpOptions withMinBodyRate(int bytesPerSecond) {
        return new HttpOptions(
                maxRequestLineBytes,
                maxHeaderBytes,
                maxHeaders,
                maxBodyBytes,
                headTimeout,
                bytesPerSecond,
                minOutputRate,
                keepAliveTimeout,
                answerTimeout);
    }

    /**
     * {@return a copy with another least rate at which clients take their answers}
     *
     * @param bytesPerSecond see {@link #minOutputRate}
     */
    public HttpOptions withMinOutputRate(int bytesPerSecond) {
        return new HttpOptions(
                maxRequestLineBytes,
                maxHeaderBytes,
                maxHeaders,
                maxBodyBytes,
                headTimeout,
                minBodyRate,
                bytesPerSecond,
                keepAliveTimeout,
                answerTimeout);
    }

    /**
     * {@return a copy with another time between requests}
     *
     * @param timeout see {@link #keepAliveTimeout}
     */
    public HttpOptions withKeepAliveTimeout(Duration timeout) {
        return new HttpOptions(
                maxRequestLineBytes,
                maxHeaderBytes,
                maxHeaders,
                maxBodyBytes,
                headTimeout,
                minBodyRate,
                minOutputRate,
                timeout,
                answerTimeout);
    }

    /**
     * {@return a copy with another time for an answer}
     *
     * @param timeout zero for ever, see {@link #answerTimeout}
     */
    public HttpOptions withAnswerTimeout(Duration timeout) {
        return new HttpOptions(
                maxRequestLineBytes,
                maxHeaderBytes,
                maxHeaders,
                maxBodyBytes,
                headTimeout,
                minBodyRate,
                minOutputRate,
                keepAliveTimeout,
                timeout);
    }
}
