package edgeloop.http;

import edgeloop.Connection;
import edgeloop.IoBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request's head, as it lies in the input buffer. Looking at it costs nothing; what answers a
 * {@code String} makes one at each call.
 *
 * <p>Valid while {@link HttpHandler#handle} runs, and on its thread: afterwards the object stands
 * for another request, and each method throws {@link IllegalStateException} until it does.
 */
public final class Request {
    final HeadParser head;
    private @Nullable IoBuffer in;
    private @Nullable Connection connection;

    Request(HeadParser head) {
        this.head = head;
    }

    void attach(IoBuffer buffer, Connection newConnection) {
        in = buffer;
        connection = newConnection;
    }

    void detach() {
        in = null;
        connection = null;
    }

    private IoBuffer in() {
        if (in == null) {
            throw new IllegalStateException("a request is valid only while its handler runs");
        }
        return in;
    }

    /** {@return the connection that it came on; a handler must not write to it} */
    public Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("a request is valid only while its handler runs");
        }
        return connection;
    }

    /** {@return the method} */
    public Method method() {
        IoBuffer _ = in();
        return head.method();
    }

    /** {@return 1 for HTTP/1.1, 0 for HTTP/1.0} */
    public int minorVersion() {
        IoBuffer _ = in();
        return head.minorVersion();
    }

    // ---- The target ----------------------------------------------------------------------------

    /** {@return the request target as it was sent} */
    public String target() {
        return Bytes.text(in(), head.targetStart(), head.targetEnd() - head.targetStart());
    }

    /**
     * {@return the target's path as it was sent, percent-encoded, such as {@code /a%20b}; {@code *}
     * is OPTIONS' alone}
     */
    public String path() {
        return Bytes.text(in(), head.pathStart(), pathLength());
    }

    /** {@return the length of {@link #path} in bytes, from 1} */
    public int pathLength() {
        return head.pathEnd() - head.pathStart();
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
        return in().getByte(head.pathStart() + index);
    }

    /**
     * Whether the path, as it was sent, is this one.
     *
     * @param path in ASCII
     * @return true if each byte is the same
     */
    public boolean pathEquals(byte[] path) {
        return Bytes.equal(in(), head.pathStart(), pathLength(), path);
    }

    /**
     * Whether the path, as it was sent, begins so.
     *
     * @param start in ASCII
     * @return true if each byte of it is the same
     */
    public boolean pathStartsWith(byte[] start) {
        return pathLength() >= start.length
                && Bytes.equal(in(), head.pathStart(), start.length, start);
    }

    /**
     * {@return a hash of the path as it was sent: {@link java.util.Arrays#hashCode(byte[])} of its
     * bytes}
     */
    public int pathHash() {
        IoBuffer buffer = in();
        int hash = 1;
        for (int i = head.pathStart(); i < head.pathEnd(); i++) {
            hash = 31 * hash + buffer.getByte(i);
        }
        return hash;
    }

    /** {@return what follows the target's first "?", as it was sent; null if there is none} */
    public @Nullable String query() {
        IoBuffer buffer = in();
        int start = head.queryStart();
        int end = head.targetEnd();
        return start > end ? null : Bytes.text(buffer, start, end - start);
    }

    /**
     * {@return the host, and port if there is one, that the request is for: an absolute target's,
     * or else the Host header's (RFC 9112 section 3.2.2); empty if it names none}
     */
    public String host() {
        return Bytes.text(in(), head.hostStart(), head.hostEnd() - head.hostStart());
    }

    // ---- The body ------------------------------------------------------------------------------

    /** {@return whether a body follows} */
    public boolean hasBody() {
        IoBuffer _ = in();
        return head.hasBody();
    }

    /**
     * Has the body received piece by piece. A client that waits for it gets {@code 100 Continue},
     * RFC 9110 section 10.1.1; without this or {@link #collect} the body is passed over.
     *
     * @param receiver gives the answer in the end, also where there is no body
     * @return for the handler to return
     */
    public Response receive(BodyReceiver receiver) {
        IoBuffer _ = in();
        return Response.whenReceived(receiver);
    }

    /**
     * As {@link #receive}, but of the body as a whole; {@link HttpOptions#maxBodyBytes} bounds it.
     *
     * @param handler gives the answer
     * @return for the handler to return
     */
    public Response collect(BodyHandler handler) {
        return receive(new BodyCollector(handler));
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
        IoBuffer _ = in();
        return head.fields.count();
    }

    /**
     * {@return the name in a header line, as it was sent}
     *
     * @param line from 0 to below {@link #headerCount}
     */
    public String headerName(int line) {
        FieldLines fields = head.fields;
        return Bytes.text(in(), fields.nameStart(line), fields.nameLength(line));
    }

    /**
     * {@return the value in a header line, without the blanks around it}
     *
     * @param line from 0 to below {@link #headerCount}
     */
    public String headerValue(int line) {
        FieldLines fields = head.fields;
        return Bytes.text(in(), fields.valueStart(line), fields.valueLength(line));
    }

    private int find(String name, int from) {
        IoBuffer buffer = in();
        FieldLines fields = head.fields;
        for (int line = from; line < fields.count(); line++) {
            int length = fields.nameLength(line);
            if (Bytes.equalIgnoringCase(buffer, fields.nameStart(line), length, name)) {
                return line;
            }
        }
        return -1;
    }
}
