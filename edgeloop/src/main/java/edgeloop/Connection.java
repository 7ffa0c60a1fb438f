package edgeloop;

import edgeloop.buffer.SegmentQueue;
import edgeloop.buffer.SharedDescriptor;
import edgeloop.engine.Engine;
import edgeloop.layer.Layer;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection: what its handler writes goes out in order, what its peer sends comes to the
 * handler.
 *
 * <pre>
 *            accepted, or CONNECTING
 *               │           │ established
 *               ├───────────┘
 *          (HANDSHAKING)  where there is TLS
 *               │
 *             OPEN ─────────────── close ──────────────► CLOSING   output goes out,
 *               │                                           │      input waits
 *               │                              output empty │
 *               │                     ┌─────────────────────┤
 *               │          peer's FIN │          no FIN yet │
 *        error, │          was read   │                     ▼
 *        abort  │                     │                 LINGERING  FIN sent, input
 *               ▼                     ▼                     │      is thrown away
 *             DOOMED ◄──────────────────────────────────────┘
 *               │                        peer's FIN, timeout
 *        end of the turn: close(2), onClose
 *               ▼
 *             UNUSED   until accepted again
 * </pre>
 *
 * <p>All methods are for the reactor's thread alone, and throw {@link WrongThreadException} on any
 * other. They may be called at any time, also from the callbacks of another connection: they record
 * what is wanted, and the reactor does it in the same turn. Once a connection has begun to close,
 * writing to it does nothing.
 *
 * <p>The object is used again for another peer when {@link ConnectionHandler#onClose} has returned:
 * one that is kept then speaks to a stranger. What outlives the connection, or runs on another
 * thread, keeps a {@link #ref} instead. With assertions on or {@code -Dedgeloop.debug=true} it is
 * not used again, and every method of it throws {@link IllegalStateException}.
 */
public final class Connection extends ConnectionFlags {
    /** The most that a handler may leave unread, in bytes; one that leaves more is closed. */
    public static final int MAX_UNREAD_BYTES = Engine.INPUT_BYTES - 1;

    enum State {
        CONNECTING,
        HANDSHAKING,
        OPEN,
        CLOSING,
        LINGERING,
        DOOMED,
        UNUSED
    }

    final Reactor reactor;
    State state = State.UNUSED;

    /** Since when the burst could be read; kept up to date only where a listener wants to know. */
    long burstNanos;

    // In milliseconds since the reactor's start, as an int that wraps: only differences count.
    int lastMoveMillis;

    /**
     * When output last went out or began to wait; with a least rate, by as much earlier as the peer
     * is behind it. Where none waits and the peer has finished: when that was seen, or bytes came
     * after it.
     */
    int lastSendMillis;

    /** Bytes moved since {@link #lastMoveMillis}, which every so many renew. */
    int movedBytes;

    @Nullable ConnectionGroup group;
    @Nullable ConnectionHandler handler;

    /** What the handler left, lent by the pool; null if nothing. */
    @Nullable SegmentQueue unread;

    @Nullable CloseReason reason;
    Deadlines.@Nullable Watchdog watchdog;
    @Nullable Timeout timeouts;
    @Nullable InetSocketAddress remoteAddress;

    Connection(Reactor reactor, int slot) {
        super(slot);
        this.reactor = reactor;
    }

    // ---- What handlers call -------------------------------------------------------------------

    /**
     * Writes what is unread in {@code in}, and reads it thereby.
     *
     * @param in is copied, so that it need not be kept
     */
    public void write(IoBuffer in) {
        int length = in.remaining();
        checkUse();
        if (length > 0 && state == State.OPEN) {
            reactor.outbound.write(this, in.memory(), in.position(), length);
        }
        in.skip(length);
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
     * @throws IndexOutOfBoundsException if the part is not within the array
     */
    public void write(byte[] bytes, int offset, int length) {
        checkUse();
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > 0 && state == State.OPEN) {
            reactor.outbound.write(this, bytes, offset, length);
        }
    }

    /**
     * Writes {@code text} in UTF-8.
     *
     * @param text it goes out as it is: no line end is added
     */
    public void write(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends a part of a file (sendfile(2)), after what was written before and before what is
     * written next. The bytes go from the kernel's page cache to the socket; a part that is not
     * there yet makes the reactor wait for the disk.
     *
     * <p>What is yet to be sent counts as {@linkplain #pendingOutput waiting output}, so a large
     * file makes the connection {@linkplain #isCongested congested} and {@link
     * ConnectionHandler#onDrain} comes when all but the rest of it is sent. Where the file turns
     * out to be shorter, the connection is reset with {@link CloseReason.Failed} and {@code
     * ENODATA}: the peer was promised more.
     *
     * @param file of this connection's reactor; it may be closed at once, and stays open for this
     *     until it is sent
     * @param offset where the part begins, in bytes from 0
     * @param length its length, in bytes from 0
     * @throws IllegalStateException if the file is closed
     */
    public void transfer(FileHandle file, long offset, long length) {
        checkUse();
        Objects.checkFromIndexSize(offset, length, Long.MAX_VALUE);
        SharedDescriptor descriptor = file.descriptor(reactor);
        if (length > 0 && state == State.OPEN) {
            reactor.outbound.write(this, descriptor, offset, length);
        }
    }

    /** {@return the bytes written that the kernel has not taken yet, those of files included} */
    public long pendingOutput() {
        checkUse();
        return outputSize();
    }

    /**
     * Whether waiting output has reached the high-water mark and not yet fallen to the low-water
     * mark. A producer stops then, and goes on at {@link ConnectionHandler#onDrain}.
     *
     * @return true from the one mark to the other
     */
    public boolean isCongested() {
        checkUse();
        return is(CONGESTED);
    }

    /**
     * Stops reading: the peer's bytes wait in the kernel, and its window closes when that is full.
     * With {@link Transport#IO_URING} up to 64 KiB of them are kept in this process before that. A
     * FIN waits as well, but not for ever, see {@link ConnectionOptions#halfCloseTimeout}; a reset
     * does not.
     */
    public void pause() {
        checkUse();
        set(PAUSED);
        reactor.inbound.updateDemand(this);
    }

    /** Goes on reading after {@link #pause}; what was left unread is delivered again. */
    public void resume() {
        checkUse();
        if (is(PAUSED)) {
            clear(PAUSED);
            reactor.inbound.resume(this);
        }
    }

    /**
     * Ends the present read without asking the kernel for more: the next one comes with the next
     * event. For a handler that knows that its peer has said all and will not speak until it is
     * spoken to, such as a client whose question has been answered; it saves the recv(2) that would
     * find nothing. Where the event told of the peer's end as well, that is read now. Bytes of a
     * peer that has said more, if they are here already, wait for the next event.
     */
    public void awaitInput() {
        checkUse();
        if (reactor.engine.awaitInput(this)) {
            clear(BURST_GOES_ON);
        }
    }

    /**
     * Finishes and closes: what was written goes out, then a FIN. Nothing is read any more. {@link
     * ConnectionHandler#onClose} tells when it is done.
     */
    public void close() {
        checkUse();
        reactor.closer.close(this);
    }

    /** Closes at once: waiting output is lost, and the peer gets a reset. */
    public void abort() {
        checkUse();
        reactor.closer.abort(this);
    }

    /**
     * Closes because the peer broke the protocol, like {@link #close} but with {@link
     * CloseReason.ProtocolError}: an answer that says so still goes out.
     *
     * @param message what the peer did, for {@link ConnectionHandler#onClose}; it is not sent
     */
    public void protocolError(String message) {
        close();
        if (state == State.CLOSING) {
            reason = new CloseReason.ProtocolError(message);
        }
    }

    /** {@return whether neither side has begun to close} */
    public boolean isOpen() {
        checkUse();
        return state == State.OPEN && !is(INPUT_ENDED);
    }

    /**
     * Runs {@code task} once, {@code delay} from now, unless the connection has closed by then.
     * What it throws closes the connection. See {@link Reactor#schedule} for how exact it is.
     *
     * @param delay a negative one counts as none
     * @param task runs on the reactor's thread
     * @return what can cancel the task; already cancelled if the connection has closed
     */
    public Timeout schedule(Duration delay, Runnable task) {
        checkUse();
        Timeout timeout = new Timeout(reactor, this, task);
        if (isLive()) {
            timeouts = Timeout.with(timeouts, timeout);
            reactor.timers.schedule(timeout, delay);
        }
        return timeout;
    }

    /** {@return a reference that may outlive the connection, and be used by other threads} */
    public ConnectionRef ref() {
        checkUse();
        return new ConnectionRef(this);
    }

    /** {@return what TLS has agreed on with the peer; null where there is no TLS} */
    public @Nullable TlsSession tls() {
        checkUse();
        Layer layer = layer();
        return layer == null || state == State.HANDSHAKING ? null : Layering.session(layer);
    }

    /** {@return the reactor that serves this connection} */
    public Reactor reactor() {
        checkInUse();
        return reactor;
    }

    /** What each method that a handler calls begins with. */
    private void checkUse() {
        reactor.checkThread();
        checkInUse();
    }

    /** A connection that was kept after its onClose would speak to a stranger: says so in time. */
    private void checkInUse() {
        if (DebugMode.ON && state == State.UNUSED) {
            throw new IllegalStateException(
                    "this connection has closed and its onClose has returned: keep a ConnectionRef");
        }
    }

    /**
     * The peer's address. A handler that wants it at the end asks at the beginning.
     *
     * @return null if the peer had gone before this was first asked
     */
    public @Nullable InetSocketAddress remoteAddress() {
        checkUse();
        if (remoteAddress == null && isLive()) {
            remoteAddress = reactor.syscalls.remoteAddress(fd);
        }
        return remoteAddress;
    }

    /** The peer's address if it is known or the kernel still knows it, else null. */
    @Nullable InetSocketAddress peer() {
        if (remoteAddress == null && fd >= 0) {
            remoteAddress = reactor.syscalls.remoteAddress(fd);
        }
        return remoteAddress;
    }

    @Override
    public String toString() {
        return "Connection[fd " + fd + ", " + state + "]";
    }

    // ---- What the reactor's other rooms ask ---------------------------------------------------

    ConnectionGroup group() {
        return Objects.requireNonNull(group);
    }

    ConnectionHandler handler() {
        return Objects.requireNonNull(handler);
    }

    /** What changes the bytes on their way; null if nothing. */
    @Nullable Layer layer() {
        return is(LAYERED) ? reactor.layering().of(this) : null;
    }

    /** Its place in what the reactor has for each. */
    int place() {
        return slot();
    }

    boolean isOf(ConnectionGroup wanted) {
        return group == wanted;
    }

    /** Whether it takes part in anything, and is not to be closed at the end of this turn. */
    boolean isLive() {
        return state != State.DOOMED && state != State.UNUSED;
    }

    /** The socket, or -1. */
    int descriptor() {
        return fd;
    }

    /** Which of the object's lives this is. */
    int life() {
        return generation();
    }

    /** The bytes that wait to be sent. */
    long outputSize() {
        Layer layer = layer();
        return waitingOutput() + (layer == null ? 0 : layer.plainSize());
    }

    /** Of those, what a layer has done with, or would not see. */
    long encodedOutput() {
        return waitingOutput();
    }

    /** The bytes that have come and no handler has read, those in the kernel not counted. */
    long unreadBytes() {
        Layer layer = layer();
        long kept = layer == null ? 0 : layer.keptSize();
        return heldInput() + kept + (unread == null ? 0 : unread.size());
    }

    /** The segments of memory that waiting input and output take. */
    int segmentsHeld() {
        Layer layer = layer();
        int waiting = (output == null ? 0 : output.segments()) + heldSegments();
        int layered = layer == null ? 0 : layer.segments();
        return waiting + layered + (unread == null ? 0 : unread.segments());
    }

    /** What is appended to this goes out. */
    SegmentQueue outputQueue() {
        SegmentQueue queue = output;
        if (queue == null) {
            queue = reactor.segments.takeQueue();
            output = queue;
        }
        return queue;
    }

    /** Takes a timeout that has expired or was cancelled off this connection's list. */
    void forget(Timeout timeout) {
        timeouts = Timeout.without(timeouts, timeout);
    }

    void handlerFailed(Throwable cause) {
        reactor.closer.handlerFailed(this, cause);
    }

    /** Everything of the last peer is forgotten. */
    void renew() {
        state = State.UNUSED;
        clear(ALL_FLAGS);
        group = null;
        handler = null;
        reason = null;
        remoteAddress = null;
    }

    // ---- What the engine calls ----------------------------------------------------------------

    @Override
    protected void connected(int errno) {
        reactor.opener.connected(this, errno);
    }

    @Override
    protected void arrived() {
        reactor.inbound.arrived(this);
    }

    @Override
    protected boolean keep(SegmentQueue queue, MemorySegment source, int offset, int length) {
        return reactor.outbound.keep(this, queue, source, offset, length);
    }

    @Override
    protected int placeUnread(MemorySegment input) {
        return reactor.inbound.placeInFront(this, input);
    }

    @Override
    protected void received(MemorySegment memory, int unreadBytes, int length, boolean more) {
        reactor.inbound.received(this, memory, unreadBytes, length, more);
    }

    @Override
    protected void drained() {
        reactor.inbound.drained(this);
    }

    @Override
    protected void endAhead() {
        reactor.deadlines.renewHalfClose(this);
    }

    @Override
    protected void endWaits() {
        reactor.deadlines.watch(this);
    }

    @Override
    protected void ended(MemorySegment memory, int unreadBytes) {
        reactor.inbound.ended(this, memory, unreadBytes);
    }

    @Override
    protected void sent(int bytes) {
        reactor.outbound.sent(this, bytes);
    }

    @Override
    protected void flushed() {
        reactor.outbound.flushed(this);
    }

    @Override
    protected void failed(Engine.Failure what, int errno) {
        reactor.closer.failed(this, what, errno);
    }

    @Override
    protected void releaseFailed(Engine.Release step, int errno) {
        reactor.releaseFailed(this, step, errno);
    }
}
