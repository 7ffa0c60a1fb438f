package edgeloop.http;

import edgeloop.Connection;
import edgeloop.IoBuffer;
import edgeloop.http.syntax.Bytes;
import edgeloop.http.syntax.FieldLines;
import edgeloop.http.syntax.HeadParser;
import edgeloop.http.syntax.RequestLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request's head, as it lies in the input buffer. Looking at it costs nothing; what answers a
 * {@code String} makes one at each call.
 *
 * <p>Valid while {@link HttpHandler#handle} runs, and on its thread. When that has returned the
 * object is dead: each method throws {@link IllegalStateException}. What an answer that is given
 * later needs is to be asked before. The object stands for another request after 63 others, while
 * that is handled; where assertions are on, or with {@code -Dedgeloop.debug=true}, it never does.
 */
public final class Request {
    private @Nullable HeadParser head;
    private @Nullable IoBuffer in;
    private @Nullable Connection connection;

    Request() {}

    void attach(HeadParser newHead, IoBuffer buffer, Connection newConnection) {
        head = newHead;
        in = buffer;
        connection = newConnection;
    }

    void detach() {
        head = null;
        in = null;
        connection = null;
    }

    private HeadParser head() {
        return living(head);
    }

    private RequestLine line() {
        return head().line();
    }

    private IoBuffer in() {
        return living(in);
    }

    private static <T> T living(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("a request is valid only while its handler runs");
        }
        return part;
    }

    /** {@return the connection that it came on; a handler must not write to it} */
    public Connection connection() {
        return living(connection);
    }

    /** {@return the method} */
    public Method method() {
        return Method.at(line().method());
    }

    /** {@return 1 for HTTP/1.1, 0 for HTTP/1.0} */
    public int minorVersion() {
        return line().minorVersion();
    }

    // ---- The target ----------------------------------------------------------------------------

    /** {@return the request target as it was sent} */
    public String target() {
        RequestLine parsed = line();
        int start = parsed.targetStart();
        return Bytes.text(in(), start, parsed.targetEnd() - start);
    }

    /**
     * {@return the target's path as it was sent, percent-encoded, such as {@code /a%20b}; {@code *}
     * is OPTIONS' alone}
     */
    public String path() {
        return Bytes.text(in(), line().pathStart(), pathLength());
    }

    /** {@return the length of {@link #path} in bytes, from 1} */
    public int pathLength() {
        RequestLine parsed = line();
        return parsed.pathEnd() - parsed.pathStart();
    }

    /**
     * {@return a byte of {@link #path}}
     *
     * @param index from 0 to below {@link #pathLength}
     */
    public byte pathByte(int index) {
        if (index < 0 || index >= pathLength()) {
            throw new IndexOutOfBoundsException(index);
        }
        return in().getByte(line().pathStart() + index);
    }

    /**
     * Whether the path, as it was sent, is this one.
     *
     * @param path in ASCII
     * @return true if each byte is the same
     */
    public boolean pathEquals(byte[] path) {
        return Bytes.equal(in(), line().pathStart(), pathLength(), path);
    }

    /**
     * Whether the path, as it was sent, begins so.
     *
     * @param start in ASCII
     * @return true if each byte of it is the same
     */
    public boolean pathStartsWith(byte[] start) {
        return pathLength() >= start.length
                && Bytes.equal(in(), line().pathStart(), start.length, start);
    }

    /**
     * {@return a hash of the path as it was sent: {@link java.util.Arrays#hashCode(byte[])} of its
     * bytes}
     */
    public int pathHash() {
        IoBuffer buffer = in();
        int end = line().pathEnd();
        int hash = 1;
        for (int i = line().pathStart(); i < end; i++) {
            hash = 31 * hash + buffer.getByte(i);
        }
        return hash;
    }

    /** {@return what follows the target's first "?", as it was sent; null if there is none} */
    public @Nullable String query() {
        IoBuffer buffer = in();
        int start = line().queryStart();
        int end = line().targetEnd();
        return start > end ? null : Bytes.text(buffer, start, end - start);
    }

    /**
     * {@return the host, and port if there is one, that the request is for: an absolute target's,
     * or else the Host header's (RFC 9112 section 3.2.2); empty if it names none}
     */
    public String host() {
        HeadParser parsed = head();
        int start = parsed.hostStart();
        return Bytes.text(in(), start, parsed.hostEnd() - start);
    }

    // ---- The body ------------------------------------------------------------------------------

    /** {@return whether a body follows} */
    public boolean hasBody() {
        return head().hasBody();
    }

    /**
     * Has the body received piece by piece. A client that waits for it gets {@code 100 Continue},
     * RFC 9110 section 10.1.1; without this or {@link #collect} the body is passed over.
     *
     * <p>A body whose declared length is above {@link HttpOptions#maxBodyBytes} is answered with
     * 413 then, and the receiver is told by {@link BodyReceiver#onAbort}.
     *
     * @param receiver gives the answer in the end, also where there is no body
     * @return for the handler to return
     */
    public Response receive(BodyReceiver receiver) {
        HeadParser _ = head();
        return Response.whenReceived(Objects.requireNonNull(receiver, "receiver"));
    }

    /**
     * As {@link #receive}, but of the body as a whole; {@link HttpOptions#maxBodyBytes} bounds it.
     *
     * @param handler gives the answer
     * @return for the handler to return
     */
    public Response collect(BodyHandler handler) {
        HeadParser _ = head();
        return receive(new BodyCollector(Objects.requireNonNull(handler, "handler")));
    }

    // ---- Headers -------------------------------------------------------------------------------

    /**
     * The value of a header, without the blanks around it. Makes no garbage where there is none.
     *
     * @param name in any case
     * @return the first one's, in ISO 8859-1; null if there is none
     */
    public @Nullable String header(String name) {
        int line = find(name, 0);
        return line < 0 ? null : headerValue(line);
    }

    /**
     * {@return all values of a header, in the order in which they were sent}
     *
     * @param name in any case
     */
    public List<String> headers(String name) {
        List<String> values = new ArrayList<>();
        for (int line = find(name, 0); line >= 0; line = find(name, line + 1)) {
            values.add(headerValue(line));
        }
        return values;
    }

    /**
     * {@return whether there is such a header}
     *
     * @param name in any case
     */
    public boolean hasHeader(String name) {
        return find(name, 0) >= 0;
    }

    /** {@return the number of header lines} */
    public int headerCount() {
        return head().fields.count();
    }

    /**
     * {@return the name in a header line, as it was sent}
     *
     * @param line from 0 to below {@link #headerCount}
     */
    public String headerName(int line) {
        FieldLines fields = head().fields;
        return Bytes.text(in(), fields.nameStart(line), fields.nameLength(line));
    }

    /**
     * {@return the value in a header line, without the blanks around it}
     *
     * @param line from 0 to below {@link #headerCount}
     */
    public String headerValue(int line) {
        FieldLines fields = head().fields;
        return Bytes.text(in(), fields.valueStart(line), fields.valueLength(line));
    }

    private int find(String name, int from) {
        IoBuffer buffer = in();
        FieldLines fields = head().fields;
        for (int line = from; line < fields.count(); line++) {
            int length = fields.nameLength(line);
            if (Bytes.equalIgnoringCase(buffer, fields.nameStart(line), length, name)) {
                return line;
            }
        }
        return -1;
    }
}
