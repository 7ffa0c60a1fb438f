package edgeloop.http;

import edgeloop.Connection;
import edgeloop.ConnectionRef;
import edgeloop.IoBuffer;
import edgeloop.Reactor;
import edgeloop.Timeout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The content of an answer that is written over time: chunked for HTTP/1.1, RFC 9112 section 7.1,
 * ended by the connection's end for HTTP/1.0.
 *
 * <p>A producer that can write faster than the client reads asks {@link #isCongested} and goes on
 * at {@link #onDrain}. All methods but {@link #execute} are for the reactor's thread; when the
 * client has gone, writing does nothing.
 */
public final class ResponseStream {
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n'};
    private static final int MAX_SIZE_DIGITS = 8;

    private final HttpConnection exchange;
    private final Connection connection;
    private final ConnectionRef ref;
    private final Reactor reactor;
    private final Response response;
    private final boolean chunked;
    private boolean begun;
    private boolean over;
    private @Nullable Runnable onDrain;
    private @Nullable Runnable onClose;

    ResponseStream(
            HttpConnection exchange, Connection connection, Response response, boolean chunked) {
        this.exchange = exchange;
        this.connection = connection;
        this.ref = connection.ref();
        this.reactor = connection.reactor();
        this.response = response;
        this.chunked = chunked;
    }

    /**
     * Writes a copy of {@code bytes}.
     *
     * @param bytes may be empty
     */
    public void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    /**
     * Writes a copy of a part of {@code bytes}.
     *
     * @param bytes the array that the part is in
     * @param offset where it begins, from 0
     * @param length its length, from 0
     */
    public void write(byte[] bytes, int offset, int length) {
        if (length > 0 && beginChunk(length)) {
            connection.write(bytes, offset, length);
            endChunk();
        }
    }

    /**
     * Writes {@code text} in UTF-8.
     *
     * @param text goes out as it is
     */
    public void write(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes what is unread in {@code in}, and reads it thereby.
     *
     * @param in is copied, so that it need not be kept
     */
    public void write(IoBuffer in) {
        if (in.hasRemaining() && beginChunk(in.remaining())) {
            connection.write(in);
            endChunk();
        }
    }

    private boolean beginChunk(int length) {
        if (over) {
            return false;
        }
        begin();
        if (chunked) {
            byte[] line = new byte[MAX_SIZE_DIGITS + 2];
            int at = MAX_SIZE_DIGITS;
            for (int rest = length; rest > 0; rest >>>= 4) {
                line[--at] = (byte) Character.forDigit(rest & 0xf, 16);
            }
            line[MAX_SIZE_DIGITS] = '\r';
            line[MAX_SIZE_DIGITS + 1] = '\n';
            connection.write(line, at, line.length - at);
        }
        return true;
    }

    private void endChunk() {
        if (chunked) {
            connection.write(LINE_END);
        }
    }

    /** Writes the head, if that is still to be done. */
    void begin() {
        if (!begun) {
            begun = true;
            exchange.loop.answers.writeStreamHead(exchange, response, chunked);
        }
    }

    void beginUnlessOver() {
        if (!over) {
            begin();
        }
    }

    boolean hasBegun() {
        return begun;
    }

    /**
     * Whether as much waits for the client as should, see {@link Connection#isCongested}, or the
     * client has gone: so a loop that asks ends either way.
     *
     * @return true from then to {@link #onDrain} or {@link #onClose}
     */
    public boolean isCongested() {
        return over || !connection.isOpen() || connection.isCongested();
    }

    /**
     * Says what to do when a congested stream has drained, each time.
     *
     * @param task what it throws aborts the connection
     */
    public void onDrain(Runnable task) {
        onDrain = task;
    }

    /**
     * Says what to do if the client goes before the {@link #end}.
     *
     * @param task runs once at most
     */
    public void onClose(Runnable task) {
        onClose = task;
    }

    /** Ends the content. */
    public void end() {
        end(Map.of());
    }

    /**
     * Ends the content with trailer fields, RFC 9110 section 6.5. HTTP/1.0 has none: they are left
     * out then.
     *
     * @param trailers values by name
     * @throws IllegalArgumentException if a name or value has a character that may not be in it
     */
    public void end(Map<String, String> trailers) {
        byte[] lines = Response.fieldLines(trailers);
        if (over) {
            return;
        }
        begin();
        over = true;
        if (chunked) {
            connection.write(LAST_CHUNK);
            connection.write(lines);
            connection.write(LINE_END);
        }
        exchange.loop.answers.streamEnded(exchange);
    }

    /** Resets the connection, so that the client does not take what it got for the whole. */
    public void abort() {
        if (!over) {
            over = true;
            connection.abort();
        }
    }

    /**
     * Runs {@code task} with this on the reactor's thread, or does nothing if the client has gone
     * by then. Any thread may call this; it does not wait.
     *
     * @param task what it throws closes the connection
     * @throws RejectedExecutionException if the reactor has stopped, or too many tasks wait
     */
    public void execute(Consumer<ResponseStream> task) {
        Objects.requireNonNull(task, "task");
        ref.execute(_ -> task.accept(this));
    }

    /**
     * As {@link #execute(Consumer)}, and tells if the client has gone: one of the two runs, unless
     * this throws.
     *
     * @param task what it throws closes the connection
     * @param ifGone runs on the reactor's thread if the client has gone by then; what it throws is
     *     logged
     * @throws RejectedExecutionException if the reactor has stopped, or too many tasks wait;
     *     neither runs then
     */
    public void execute(Consumer<ResponseStream> task, Runnable ifGone) {
        Objects.requireNonNull(task, "task");
        ref.execute(_ -> task.accept(this), ifGone);
    }

    /**
     * Runs {@code task} once, {@code delay} from now, unless this has ended or the client has gone
     * by then; see {@link Connection#schedule}.
     *
     * @param delay a negative one counts as none
     * @param task what it throws closes the connection
     * @return what can cancel the task; already cancelled if this has ended
     */
    public Timeout schedule(Duration delay, Runnable task) {
        Objects.requireNonNull(task, "task");
        if (over) {
            // The connection may serve another client by now: the timeout is not to hang on it.
            Timeout none = reactor.schedule(Duration.ZERO, () -> {});
            boolean _ = none.cancel();
            return none;
        }
        return connection.schedule(
                delay,
                () -> {
                    if (!over) {
                        task.run();
                    }
                });
    }

    void drained() {
        if (!over && onDrain != null) {
            onDrain.run();
        }
    }

    /** The connection has gone. */
    void closed() {
        if (!over) {
            over = true;
            if (onClose != null) {
                onClose.run();
            }
        }
    }

    /** Another answer is given in its place. */
    void replaced() {
        over = true;
    }
}
