package edgeloop.http;

import edgeloop.http.semantics.Status;
import edgeloop.http.syntax.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * An answer. Immutable, and its head is made into bytes once: one that is always the same may be
 * kept and answered a million times, from any thread. The headers Date, Connection, Content-Length
 * and Transfer-Encoding are the server's to write.
 */
public final class Response {
    private static final Set<String> RESERVED =
            Set.of("connection", "content-length", "date", "keep-alive", "transfer-encoding");

    private final int status;
    private final byte[] head;
    private final Body body;

    private Response(int status, byte[] head, Body body) {
        this.status = status;
        this.head = head;
        this.body = body;
    }

    /**
     * {@return an answer without content}
     *
     * @param status from 200 to 599
     */
    public static Response empty(int status) {
        return new Response(
                status,
                Bytes.ascii(
                        statusLine(status)
                                + (Status.hasNoContent(status) ? "" : "Content-Length: 0\r\n")),
                Body.NONE);
    }

    /**
     * {@return 405 with what is allowed}
     *
     * @param allowed the methods that the target has, RFC 9110 section 15.5.6
     */
    public static Response methodNotAllowed(Method... allowed) {
        return text(405, "method not allowed\n").withHeader("Allow", Method.allow(allowed));
    }

    /**
     * {@return an answer with text in UTF-8}
     *
     * @param status from 200 to 599, but not 204 or 304
     * @param text goes out as it is
     */
    public static Response text(int status, String text) {
        return bytes(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return an answer with content}
     *
     * @param status from 200 to 599, but not 204 or 304
     * @param contentType the Content-Type
     * @param content is not copied, and must not change any more
     */
    public static Response bytes(int status, String contentType, byte[] content) {
        return withContent(status, contentType, content.length, new Body.Content(content));
    }

    /**
     * {@return an answer whose content is written over time} It is chunked, RFC 9112 section 7.1;
     * to a client of HTTP/1.0 its end is the connection's.
     *
     * @param status from 200 to 599, but not 204 or 304
     * @param contentType the Content-Type
     * @param producer writes the content
     */
    public static Response stream(int status, String contentType, StreamProducer producer) {
        Objects.requireNonNull(producer, "producer");
        checkContentAllowed(status);
        String head = statusLine(status) + "Content-Type: " + checkValue(contentType) + "\r\n";
        return new Response(status, latin1(head), new Body.Streamed(producer));
    }

    /**
     * {@return what becomes an answer some time} Any thread may complete it. Meanwhile the handler
     * is free, and the connection waits: no other request of it is read.
     *
     * <p>When the client goes, or {@link HttpOptions#answerTimeout} runs out, the answer's future
     * is cancelled: {@link java.util.concurrent.CompletableFuture#cancel}, on the reactor's thread,
     * and with it runs what depends on it; that must not block. One future for several requests
     * would be cancelled for all when one of them goes: each is to have a {@link
     * java.util.concurrent.CompletableFuture#copy} of it.
     *
     * @param answer if it fails, the client gets 500; if it does not come in time, 503. What comes
     *     later than that is dropped
     */
    public static Response later(CompletionStage<Response> answer) {
        Objects.requireNonNull(answer, "answer");
        return new Response(0, new byte[0], new Body.Later(answer));
    }

    static Response whenReceived(BodyReceiver receiver) {
        return new Response(0, new byte[0], new Body.Received(receiver));
    }

    private static void checkContentAllowed(int status) {
        if (Status.hasNoContent(status)) {
            throw new IllegalArgumentException("an answer with " + status + " has no content");
        }
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** An answer whose body brings {@code length} bytes. */
    static Response withContent(int status, String contentType, long length, Body body) {
        checkContentAllowed(status);
        String head =
                statusLine(status)
                        + ("Content-Type: " + checkValue(contentType) + "\r\n")
                        + ("Content-Length: " + length + "\r\n");
        return new Response(status, latin1(head), body);
    }

    private static String statusLine(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("a status must be from 200 to 599: " + status);
        }
        return "HTTP/1.1 " + status + " " + Status.reason(status) + "\r\n";
    }

    /**
     * {@return a copy with one header more}
     *
     * @param name a token
     * @param value in ISO 8859-1, without control characters
     * @throws IllegalArgumentException if either has a character that may not be in it, or the
     *     header is the server's to write
     */
    public Response withHeader(String name, String value) {
        if (status == 0) {
            throw new IllegalStateException("the answer that comes later has the headers");
        }
        byte[] line = fieldLine(name, value);
        byte[] longer = Arrays.copyOf(head, head.length + line.length);
        System.arraycopy(line, 0, longer, head.length, line.length);
        return new Response(status, longer, body);
    }

    /** A copy with more header lines, which are well-formed and not the server's to write. */
    Response withFields(String lines) {
        byte[] more = latin1(lines);
        byte[] longer = Arrays.copyOf(head, head.length + more.length);
        System.arraycopy(more, 0, longer, head.length, more.length);
        return new Response(status, longer, body);
    }

    private static byte[] fieldLine(String name, String value) {
        if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("the server writes the header itself: " + name);
        }
        return latin1(checkName(name) + ": " + checkValue(value) + "\r\n");
    }

    static byte[] fieldLines(Map<String, String> fields) {
        var lines = new ByteArrayOutputStream();
        fields.forEach((name, value) -> lines.writeBytes(fieldLine(name, value)));
        return lines.toByteArray();
    }

    /** A line end in it would end the header, and what follows would be another's. */
    private static String checkValue(String value) {
        Objects.requireNonNull(value, "value");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c > 0xff || !Bytes.is(Bytes.FIELD_VALUE, (byte) c)) {
                throw new IllegalArgumentException(
                        "a character that may not be in a header's value: U+%04X at %d"
                                .formatted((int) c, i));
            }
        }
        return value;
    }

    private static String checkName(String name) {
        boolean valid = !name.isEmpty();
        for (int i = 0; i < name.length(); i++) {
            valid &= name.charAt(i) < 0x80 && Bytes.is(Bytes.TOKEN, (byte) name.charAt(i));
        }
        if (!valid) {
            throw new IllegalArgumentException("not a header's name: " + name);
        }
        return name;
    }

    /** {@return the status; 0 where the answer comes later} */
    public int status() {
        return status;
    }

    /** The status line and the headers, without those of one answer alone and the empty line. */
    byte[] head() {
        return head;
    }

    Body body() {
        return body;
    }

    @Override
    public String toString() {
        return "Response[" + status + "]";
    }
}
