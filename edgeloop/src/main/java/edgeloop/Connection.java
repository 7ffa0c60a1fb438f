package edgeloop;

import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLHUP;
import static edgeloop.sys.EpollEvents.EPOLLIN;
import static edgeloop.sys.EpollEvents.EPOLLOUT;
import static edgeloop.sys.EpollEvents.EPOLLRDHUP;

import edgeloop.buffer.SegmentQueue;
import edgeloop.buffer.SharedDescriptor;
import edgeloop.sys.Errno;
import edgeloop.sys.Syscalls;
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
 *               │           │
 *               ├───────────┘ established
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
public final class Connection extends Channel {
    /** The most that a handler may leave unread, in bytes; one that leaves more is closed. */
    public static final int MAX_UNREAD_BYTES = Reactor.INPUT_BYTES - 1;

    static final int INTEREST = EPOLLIN | EPOLLOUT | EPOLLRDHUP;

    /** Bytes a connection may move in one go, in either direction; then others have their turn. */
    private static final int BUDGET = 4 * Reactor.INPUT_BYTES;

    /** What a system call takes of the budget at least: a peer may move bytes one by one. */
    private static final int MIN_COST = BUDGET / 64;

    /** From this size, output is handed to the kernel as it lies and not collected first. */
    private static final int DIRECT_BYTES = 4 * 1024;

    private static final CloseReason PEER_CLOSED = new CloseReason.PeerClosed();
    private static final CloseReason LOCALLY_CLOSED = new CloseReason.LocallyClosed();
    private static final CloseReason CUT_OFF = new CloseReason.CutOff();
    private static final CloseReason OUT_OF_MEMORY =
            new CloseReason.Overload(CloseReason.Overload.Resource.MEMORY);
    private static final CloseReason OUT_OF_DESCRIPTORS =
            new CloseReason.Overload(CloseReason.Overload.Resource.DESCRIPTORS);

    private enum State {
        CONNECTING,
        OPEN,
        CLOSING,
        LINGERING,
        DOOMED,
        UNUSED
    }

    private State state = State.UNUSED;

    // Edges seen: true until the kernel answers EAGAIN.
    private boolean readable;
    private boolean writable;

    /** epoll has told of a FIN or of an error, which recv is to find, or recv has found the FIN. */
    private boolean endSeen;

    private boolean paused;
    private boolean congested;
    private boolean inputEnded;

    /** epoll has told of an error that may not have been found yet. */
    private boolean broken;

    /** What the handler left unread is to be shown to it again, though nothing new has come. */
    private boolean redeliver;

    /** A callback runs after which the output is flushed anyway. */
    private boolean flushFollows;

    /** Whether this is on the reactor's list of connections to flush. */
    boolean queuedToFlush;

    /** A request is being read or answered; see {@link ServerStats#requests}. */
    private boolean inBurst;

    /** The last read filled the buffer, so that what it read is not the whole of the burst. */
    private boolean burstGoesOn;

    private boolean resetOnClose;

    /** The peer has sent something. */
    private boolean heard;

    /** Since when the burst could be read; kept up to date only where a listener wants to know. */
    private long burstNanos;

    // In milliseconds since the reactor's start, as an int that wraps: only differences count.
    private int lastMoveMillis;

    /**
     * When output last went out or began to wait; with a least rate, by as much earlier as the peer
     * is behind it. Where none waits and the peer has finished: when that was seen, or bytes came
     * after it.
     */
    private int lastSendMillis;

    /** Bytes moved since {@link #lastMoveMillis}, which every so many renew. */
    private int movedBytes;

    private @Nullable ConnectionGroup group;
    private @Nullable ConnectionHandler handler;

    /** What waits to be sent, lent by the pool; null if nothing does. */
    private @Nullable SegmentQueue output;

    /** What the handler left, lent by the pool; null if nothing. */
    private @Nullable SegmentQueue unread;

    private @Nullable CloseReason reason;
    private @Nullable Watchdog watchdog;
    private @Nullable Timeout timeouts;
    private @Nullable InetSocketAddress remoteAddress;

    Connection(Reactor reactor, int slot) {
        super(reactor, slot);
    }

    /** Begins to serve the peer of an accepted socket. 0, or {@code -errno} if it can't be. */
    int accept(
            int socket,
            @Nullable InetSocketAddress remote,
            ConnectionGroup newGroup,
            HandlerFactory handlers) {
        int result = register(socket, newGroup);
        if (result >= 0) {
            remoteAddress = remote;
            opened();
            try {
                handler = Objects.requireNonNull(handlers.handlerFor(this), "handler");
            } catch (Throwable e) {
                handlerFailed(e);
            }
        }
        return result;
    }

    /** Waits for connect(2) to end on {@code socket}. 0, or {@code -errno} if it can't be. */
    int connect(int socket, ConnectionGroup newGroup, Connector connector) {
        int result = register(socket, newGroup);
        if (result >= 0) {
            state = State.CONNECTING;
            handler = connector;
            watch();
        }
        return result;
    }

    private int register(int socket, ConnectionGroup newGroup) {
        int result = reactor.poller().add(socket, INTEREST, key());
        if (result < 0) {
            reactor.recycle(this);
            return result;
        }
        fd = socket;
        group = newGroup;
        newGroup.opened();
        movedBytes = 0;
        lastMoveMillis = nowMillis();
        lastSendMillis = lastMoveMillis;
        return 0;
    }

    private void opened() {
        state = State.OPEN;
        writable = true;
        watch(); // for the idle timeout
    }

    // ---- What handlers call -------------------------------------------------------------------

    /**
     * Writes what is unread in {@code in}, and reads it thereby.
     *
     * @param in is copied, so that it need not be kept
     */
    public void write(IoBuffer in) {
        int length = in.remaining();
        write(in.memory(), in.position(), length);
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
        if (length == 0 || state != State.OPEN) {
            return;
        }
        SegmentQueue queue = outputQueue();
        int kept = queue.append(reactor.segments(), bytes, offset, length);
        while (kept < length && reactor.makeRoom(this)) {
            kept += queue.append(reactor.segments(), bytes, offset + kept, length - kept);
        }
        if (kept == length) {
            written();
        } else {
            cutOff();
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

    private void write(MemorySegment source, int offset, int length) {
        checkUse();
        if (length == 0 || state != State.OPEN) {
            return;
        }
        int sent = 0;
        if (length >= DIRECT_BYTES && writable && waitingOutput() == 0) {
            sent = sendDirectly(source, offset, length);
        }
        if (sent < length
                && state == State.OPEN
                && keep(outputQueue(), source, offset + sent, length - sent)) {
            written();
        }
    }

    /** Appends to a queue of this connection; where there is no memory, cuts it off. */
    private boolean keep(SegmentQueue queue, MemorySegment source, int offset, int length) {
        int kept = queue.append(reactor.segments(), source, offset, length);
        while (kept < length && reactor.makeRoom(this)) {
            kept += queue.append(reactor.segments(), source, offset + kept, length - kept);
        }
        if (kept < length) {
            cutOff();
        }
        return kept == length;
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
            outputQueue().append(reactor.segments(), descriptor, offset, length);
            written();
        }
    }

    private void written() {
        if (waitingOutput() >= group().highWaterMark) {
            if (writable) {
                sendOutput(); // so far nobody has asked the kernel
            }
            congested |= waitingOutput() >= group().highWaterMark;
        }
        if (!flushFollows) {
            reactor.flushLater(this);
        }
    }

    /** {@return the bytes written that the kernel has not taken yet, those of files included} */
    public long pendingOutput() {
        checkUse();
        return waitingOutput();
    }

    private long waitingOutput() {
        return output == null ? 0 : output.size();
    }

    /**
     * Whether waiting output has reached the high-water mark and not yet fallen to the low-water
     * mark. A producer stops then, and goes on at {@link ConnectionHandler#onDrain}.
     *
     * @return true from the one mark to the other
     */
    public boolean isCongested() {
        checkUse();
        return congested;
    }

    /**
     * Stops reading: the peer's bytes wait in the kernel, and its window closes when that is full.
     * A FIN waits as well, but not for ever, see {@link ConnectionOptions#halfCloseTimeout}; a
     * reset does not.
     */
    public void pause() {
        checkUse();
        paused = true;
    }

    /** Goes on reading after {@link #pause}; what was left unread is delivered again. */
    public void resume() {
        checkUse();
        if (paused) {
            paused = false;
            resumeReading();
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
        if (!endSeen) {
            readable = false;
            burstGoesOn = false;
        }
    }

    /** No edge will come for what is here already, so the reactor is asked for a turn. */
    private void resumeReading() {
        if (state == State.OPEN) {
            redeliver = true;
            reactor.resumeLater(this);
        }
    }

    /**
     * Finishes and closes: what was written goes out, then a FIN. Nothing is read any more. {@link
     * ConnectionHandler#onClose} tells when it is done.
     */
    public void close() {
        checkUse();
        if (state == State.OPEN) {
            state = State.CLOSING;
            redeliver = false;
            reason = inputEnded ? PEER_CLOSED : LOCALLY_CLOSED;
            reactor.flushLater(this);
        } else if (state == State.CONNECTING) {
            doom(LOCALLY_CLOSED);
        }
    }

    /** Whether it began less than {@code millis} ago, and its peer has sent nothing yet. */
    boolean isNew(int millis) {
        return state == State.OPEN && !heard && nowMillis() - lastMoveMillis < millis;
    }

    /**
     * The server ends: whoever handles this connection closes it. What the peer has sent before is
     * served first, of which the event may be yet to come.
     */
    void shutDown() {
        if (state == State.OPEN) {
            onReady(EPOLLIN);
        }
        if (state == State.OPEN && !inputEnded) {
            runCallback(() -> handler().onShutdown(this));
        } else {
            close();
        }
    }

    /**
     * The reactor ends. Whoever has not come to an end is cut off, and what is lost thereby is
     * counted; a peer that has all, and only has not closed yet, is left to the kernel.
     */
    void terminate() {
        if (state == State.OPEN || state == State.CLOSING) {
            long unreadBytes = unread == null ? 0 : unread.size();
            long inKernel = known(syscalls().unreadInput(fd)) + known(syscalls().unsentOutput(fd));
            group().counters.cutOffBytes += waitingOutput() + unreadBytes + inKernel;
            resetOnClose = true;
            doom(CUT_OFF);
        } else if (state == State.LINGERING) {
            doom(null);
        } else if (state == State.CONNECTING) {
            doom(LOCALLY_CLOSED);
        }
    }

    private long known(int bytesInKernel) {
        if (bytesInKernel < 0) {
            reactor.problems().report(Problem.LOSS_NOT_KNOWN, -bytesInKernel, null, this);
        }
        return Math.max(0, bytesInKernel);
    }

    /** Closes at once: waiting output is lost, and the peer gets a reset. */
    public void abort() {
        checkUse();
        if (isLive()) {
            resetOnClose = true;
            doom(LOCALLY_CLOSED);
        }
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
        return state == State.OPEN && !inputEnded;
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
            reactor.schedule(timeout, delay);
        }
        return timeout;
    }

    /** {@return a reference that may outlive the connection, and be used by other threads} */
    public ConnectionRef ref() {
        checkUse();
        return new ConnectionRef(this);
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
            remoteAddress = syscalls().remoteAddress(fd);
        }
        return remoteAddress;
    }

    /** The peer's address if it is known or the kernel still knows it, else null. */
    @Nullable InetSocketAddress peer() {
        if (remoteAddress == null && fd >= 0) {
            remoteAddress = syscalls().remoteAddress(fd);
        }
        return remoteAddress;
    }

    @Override
    public String toString() {
        return "Connection[fd " + fd + ", " + state + "]";
    }

    // ---- Events -------------------------------------------------------------------------------

    /**
     * Output before input: a peer that has gone must not keep bytes it sent before from being read.
     * RDHUP says no more than that a FIN is somewhere behind those bytes; only recv's 0 is the end.
     */
    @Override
    void onReady(int events) {
        if (state == State.CONNECTING) {
            established(events);
        }
        if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
            writable = true;
            if (waitingOutput() > 0) {
                flush();
            }
        }
        if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0) {
            if (!readable && !inBurst) {
                burstNanos = reactor.nowNanos();
            }
            readable = !inputEnded;
            if ((events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0 && !endSeen) {
                endSeen = true;
                renewHalfClose();
            }
            read();
        }
        if ((events & EPOLLERR) != 0) {
            broken = true;
            findError();
        }
    }

    @Override
    void proceed() {
        read();
        if (broken) {
            findError();
        }
    }

    /** Asks for the error that epoll told of, once nobody is going to read and so to find it. */
    private void findError() {
        if (!isLive() || wantsInput()) {
            return;
        }
        broken = false;
        int error = syscalls().takeError(fd);
        if (error != 0) {
            failed(error, Problem.SOCKET_FAILED);
        }
    }

    /**
     * The end of connect(2). ERR or HUP may come without OUT; and whatever comes, only the socket's
     * error tells how it went.
     */
    private void established(int events) {
        if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0
                || !(handler instanceof Connector connector)) {
            return;
        }
        int error = connector.outcome(syscalls(), fd);
        if (error != 0) {
            doom(new CloseReason.Failed(error)); // which the caller of connect is told
            return;
        }
        opened();
        try {
            handler = connector.established(this);
        } catch (Throwable e) {
            handlerFailed(e);
        }
    }

    boolean isOf(ConnectionGroup wanted) {
        return group == wanted;
    }

    /** Whether it takes part in anything, and is not to be closed at the end of this turn. */
    boolean isLive() {
        return state != State.DOOMED && state != State.UNUSED;
    }

    // ---- Input --------------------------------------------------------------------------------

    private boolean wantsInput() {
        if (state == State.OPEN) {
            return !paused && !inputEnded && !(congested && group().backpressure);
        }
        return state == State.LINGERING;
    }

    /** Reads until the kernel has no more, nobody wants more, or the budget is spent. */
    private void read() {
        int budget = BUDGET;
        while ((readable || redeliver) && wantsInput()) {
            if (budget <= 0) {
                reactor.resumeLater(this);
                return;
            }
            budget -= Math.max(MIN_COST, state == State.OPEN ? receive() : discard());
        }
        watchForEnd();
    }

    /**
     * A peer that has gone looks like one that has finished: where nobody reads, time must tell.
     */
    private void watchForEnd() {
        if (endSeen && !wantsInput()) {
            watch();
        }
    }

    /** Receives once and lets the handler have it; answers the bytes received. */
    private int receive() {
        MemorySegment memory = reactor.input().memory();
        int kept = 0;
        if (unread != null) {
            kept = (int) unread.size(); // at most MAX_UNREAD_BYTES
            unread.copyTo(memory);
        }
        if (redeliver) {
            redeliver = false;
            if (kept > 0) {
                deliver(kept);
            }
            return kept;
        }
        int n = syscalls().recv(fd, memory, kept, Reactor.INPUT_BYTES - kept);
        if (n > 0) {
            moved(n);
            heard = true;
            inBurst = true;
            burstGoesOn = n == Reactor.INPUT_BYTES - kept;
            if (endSeen) {
                renewHalfClose();
            }
            group().counters.bytesRead += n;
            deliver(kept + n);
            return n;
        }
        switch (-n) {
            case 0 -> deliverEnd(kept);
            case Errno.EAGAIN -> {
                readable = false; // drained: the next byte is a new edge
                endSeen = false; // it would be there now
                burstGoesOn = false;
                endBurst();
            }
            case Errno.EINTR -> {} // again
            default -> failed(-n, Problem.RECEIVING_FAILED);
        }
        return 0;
    }

    private void deliver(int length) {
        IoBuffer in = reactor.input().take(length);
        flushFollows = true;
        try {
            handler().onRead(this, in);
            keepUnread(in);
        } catch (Throwable e) {
            handlerFailed(e);
        }
        flushFollows = false;
        in.invalidate();
        if (waitingOutput() > 0 || state == State.CLOSING) {
            flush();
        } else {
            endBurst();
        }
    }

    private void keepUnread(IoBuffer in) {
        dropUnread();
        int left = in.remaining();
        if (left > 0 && state == State.OPEN) {
            if (left > MAX_UNREAD_BYTES) {
                protocolError("a message longer than " + MAX_UNREAD_BYTES + " bytes");
            } else {
                SegmentQueue queue = reactor.segments().takeQueue();
                unread = queue;
                keep(queue, in.memory(), in.position(), left);
            }
        }
    }

    private void dropUnread() {
        if (unread != null) {
            reactor.segments().give(unread);
            unread = null;
        }
    }

    private void deliverEnd(int kept) {
        inputEnded = true;
        endSeen = true;
        renewHalfClose();
        readable = false;
        burstGoesOn = false;
        IoBuffer in = reactor.input().take(kept);
        flushFollows = true;
        try {
            handler().onEnd(this, in);
        } catch (Throwable e) {
            handlerFailed(e);
        }
        flushFollows = false;
        in.invalidate();
        dropUnread();
        flush();
    }

    /** Receives once and throws it away; answers the bytes received. */
    private int discard() {
        int n = syscalls().recv(fd, reactor.input().memory(), 0, Reactor.INPUT_BYTES);
        if (n == -Errno.EAGAIN) {
            readable = false;
        } else if (n <= 0 && n != -Errno.EINTR) {
            reportUnlessOfNetwork(-n, Problem.RECEIVING_FAILED);
            doom(null); // the peer's FIN or reset: either way it has what it wanted
        }
        return Math.max(n, 0);
    }

    // ---- Output -------------------------------------------------------------------------------

    /** Sends waiting output as far as the kernel takes it, and does what waited for that. */
    void flush() {
        if (!isLive()) {
            return;
        }
        if (writable && waitingOutput() > 0) {
            sendOutput();
        }
        if (!isLive()) {
            return;
        }
        if (waitingOutput() == 0) {
            endBurst();
            if (state == State.CLOSING) {
                endOutput();
            } else {
                watchForEnd();
            }
        } else {
            watch();
        }
        if (congested && waitingOutput() <= group().lowWaterMark) {
            drained();
        }
    }

    private void sendOutput() {
        SegmentQueue queue = outputQueue();
        int budget = BUDGET;
        while (!queue.isEmpty()) {
            if (budget <= 0) {
                reactor.flushLater(this); // the socket may be writable still, without a new edge
                return;
            }
            int n = queue.sendTo(syscalls(), fd, reactor.vector(), reactor.segments());
            if (!sent(n)) {
                return;
            }
            budget -= Math.max(MIN_COST, n);
        }
        dropOutput();
    }

    private void dropOutput() {
        if (output != null) {
            reactor.segments().give(output);
            output = null;
        }
    }

    /** Sends from where the bytes lie; answers how many were sent. */
    private int sendDirectly(MemorySegment source, int offset, int length) {
        int done = 0;
        while (done < length) {
            int n = syscalls().send(fd, source, offset + done, length - done);
            if (!sent(n)) {
                break;
            }
            done += Math.max(n, 0);
        }
        return done;
    }

    /** Takes note of what a send answered; false if the next one would not be taken. */
    private boolean sent(int n) {
        if (n >= 0) {
            // A short write does not mean that the socket is full: only EAGAIN promises an edge.
            group().counters.bytesWritten += n;
            renewWrite(n);
            moved(n);
            return true;
        }
        switch (-n) {
            case Errno.EINTR -> {
                return true;
            }
            case Errno.EAGAIN -> writable = false;
            case Errno.ENODATA -> {
                reactor.problems().report(Problem.FILE_BECAME_SHORTER, 0, null, this);
                resetOnClose = true; // a FIN would pass for the end of what was promised
                doom(new CloseReason.Failed(-n));
            }
            default -> {
                boolean ofFile = output != null && output.beginsWithFile();
                failed(-n, ofFile ? Problem.SENDING_FILE_FAILED : Problem.SENDING_FAILED);
            }
        }
        return false;
    }

    /** The output has fallen to the low-water mark. */
    private void drained() {
        congested = false;
        if (state != State.OPEN) {
            return;
        }
        resumeReading();
        try {
            handler().onDrain(this);
        } catch (Throwable e) {
            handlerFailed(e);
        }
    }

    /** All output is in the kernel's hands: sends the FIN, unless the peer's has come already. */
    private void endOutput() {
        if (inputEnded) {
            doom(null);
            return;
        }
        int result = syscalls().shutdownOutput(fd); // ENOTCONN after a reset, which recv will tell
        if (result < 0) {
            reportUnlessOfNetwork(-result, Problem.SHUTDOWN_FAILED);
        }
        state = State.LINGERING;
        lastSendMillis = nowMillis();
        if (group().lingerTimeoutMillis == 0) {
            doom(null);
            return;
        }
        watch();
        reactor.resumeLater(this); // what waits in the kernel gave its edge long ago
    }

    // ---- Bursts -------------------------------------------------------------------------------

    /**
     * A burst is over when it was read whole, its handler left nothing of it, and all output is in
     * the kernel's hands. EAGAIN does not make it so: a quick peer's next request may be there
     * before it, and that is a burst of its own.
     */
    private void endBurst() {
        if (!inBurst || burstGoesOn || waitingOutput() > 0 || hasUnread() || !isLive()) {
            return;
        }
        inBurst = false;
        group().counters.requests++;
        ReactorListener listener = reactor.listener();
        if (listener != null) {
            long now = syscalls().nanoTime();
            listener.onServed(now - burstNanos);
            burstNanos = now; // what is read next without an event has come since
        }
    }

    private boolean hasUnread() {
        return unread != null;
    }

    // ---- Timeouts -----------------------------------------------------------------------------

    /** Has the watchdog look after the timeout that would run out first. */
    private void watch() {
        int left = millisLeft();
        if (left == Watchdog.NO_TIMEOUT) {
            return;
        }
        Watchdog dog = watchdog;
        if (dog == null) {
            dog = new Watchdog(this);
            watchdog = dog;
        }
        dog.watch(left);
    }

    /** The time until a timeout runs out, in milliseconds; {@link Watchdog#NO_TIMEOUT} if none. */
    int millisLeft() {
        return switch (state) {
            case CONNECTING -> millisLeft(group().connectTimeoutMillis, lastSendMillis);
            case OPEN -> Math.min(millisLeftToMove(), millisLeftToSend());
            case CLOSING -> millisLeftToWrite();
            case LINGERING -> millisLeft(group().lingerTimeoutMillis, lastSendMillis);
            case DOOMED, UNUSED -> Watchdog.NO_TIMEOUT;
        };
    }

    private int millisLeftToMove() {
        return millisLeft(group().idleTimeoutMillis, lastMoveMillis);
    }

    private int millisLeftToSend() {
        return pendingOutput() > 0 ? millisLeftToWrite() : millisLeftToAnswer();
    }

    private int millisLeftToAnswer() {
        return endSeen
                ? millisLeft(group().halfCloseTimeoutMillis, lastSendMillis)
                : Watchdog.NO_TIMEOUT;
    }

    private int millisLeftToWrite() {
        return waitingOutput() == 0
                ? Watchdog.NO_TIMEOUT
                : millisLeft(group().writeTimeoutMillis, lastSendMillis);
    }

    private int millisLeft(int timeoutMillis, int sinceMillis) {
        return timeoutMillis == 0
                ? Watchdog.NO_TIMEOUT
                : Math.max(0, timeoutMillis - (nowMillis() - sinceMillis));
    }

    /** Renews the idle timeout if enough bytes have moved. */
    private void moved(int bytes) {
        movedBytes += bytes;
        if (movedBytes >= group().idleBytes) {
            movedBytes = 0;
            lastMoveMillis = nowMillis();
        }
    }

    /**
     * Renews the write timeout: at once or, where a rate is asked for and output still waits, by
     * the time that the bytes may take.
     */
    private void renewWrite(int bytes) {
        int now = nowMillis();
        int behind = now - lastSendMillis;
        int rate = group().minOutputRate;
        if (rate > 0 && behind > 0 && waitingOutput() > 0) {
            now -= (int) Math.max(0, behind - Math.ceilDiv(bytes * 1000L, rate));
        }
        lastSendMillis = now;
    }

    /** The peer's end has shown itself, or bytes have come since. */
    private void renewHalfClose() {
        if (state == State.OPEN && pendingOutput() == 0) { // else another timeout counts from it
            lastSendMillis = nowMillis();
        }
    }

    private int nowMillis() {
        return (int) reactor.nowTick();
    }

    /**
     * A timeout ran out, as far as is known. Where the process was stopped, or one wait could not
     * tell of all that came, the event that would have renewed it has yet to be seen: so the kernel
     * is asked first.
     */
    void timedOut() {
        if (state == State.OPEN || state == State.CLOSING) {
            onReady(EPOLLIN | EPOLLOUT);
            if (millisLeft() > 0) {
                watch();
                return;
            }
        }
        if (state == State.LINGERING) {
            doom(null); // the peer was given its time
            return;
        }
        CloseReason.TimedOut.Limit limit = CloseReason.TimedOut.Limit.IDLE;
        if (state == State.CONNECTING) {
            limit = CloseReason.TimedOut.Limit.CONNECT;
        } else if (millisLeftToWrite() <= 0) {
            limit = CloseReason.TimedOut.Limit.WRITE;
            resetOnClose = true; // a FIN would queue behind what the peer does not take
        } else if (millisLeftToSend() <= 0) {
            limit = CloseReason.TimedOut.Limit.HALF_CLOSE;
        }
        doom(new CloseReason.TimedOut(limit));
    }

    /** Takes a timeout that has expired or was cancelled off this connection's list. */
    void forget(Timeout timeout) {
        timeouts = Timeout.without(timeouts, timeout);
    }

    // ---- The end ------------------------------------------------------------------------------

    /** The kernel refuses this socket, or the file that goes out on it. */
    private void failed(int errno, Problem problem) {
        if (reportUnlessOfNetwork(errno, problem)) {
            resetOnClose = true; // a FIN would pass for the end of what was to be sent
        }
        doom(new CloseReason.Failed(errno));
    }

    /** The segments of memory that waiting input and output take. */
    int segmentsHeld() {
        return (output == null ? 0 : output.segments()) + (unread == null ? 0 : unread.segments());
    }

    /** For how long no byte of what waits has moved: of output, if any waits, or else at all. */
    int millisNotMoved() {
        return nowMillis() - (waitingOutput() > 0 ? lastSendMillis : lastMoveMillis);
    }

    /** Others need the memory that this holds: it goes back at once, and the peer gets a reset. */
    void cutOff() {
        if (isLive()) {
            resetOnClose = true;
            doom(OUT_OF_MEMORY);
        }
        dropOutput();
        dropUnread();
    }

    boolean isLingering() {
        return state == State.LINGERING;
    }

    /** Whether this waits for nothing, so that it may go when descriptors are short. */
    boolean mayGo() {
        if (state != State.OPEN || inputEnded || hasUnread() || pendingOutput() > 0) {
            return isLingering();
        }
        try {
            return handler().isIdle(this);
        } catch (Throwable e) {
            handlerFailed(e);
            return false;
        }
    }

    /** Since when it has waited, if it may go. */
    int waitsSinceMillis() {
        return isLingering() ? lastSendMillis : lastMoveMillis;
    }

    /**
     * Closes this for want of descriptors, if it may go and has waited since then. The kernel is
     * asked first: a request may be there of which no event has told yet.
     */
    boolean letGo(int sinceMillis) {
        if (!mayGo() || waitsSinceMillis() != sinceMillis) {
            return false;
        }
        if (state == State.OPEN) {
            onReady(EPOLLIN);
            boolean more = readable && wantsInput();
            if (more || !mayGo() || waitsSinceMillis() != sinceMillis) {
                return false;
            }
        }
        doom(isLingering() ? null : OUT_OF_DESCRIPTORS);
        return true;
    }

    private boolean reportUnlessOfNetwork(int errno, Problem problem) {
        boolean reported = errno != 0 && !Errno.isOfNetwork(errno);
        if (reported) {
            reactor.problems().report(problem, errno, null, this);
        }
        return reported;
    }

    private void handlerFailed(Throwable cause) {
        reactor.problems().report(Problem.HANDLER_FAILED, 0, cause, this);
        resetOnClose = true;
        doom(new CloseReason.HandlerFailed(cause));
    }

    /** Runs handler code; what it throws closes the connection. */
    void runCallback(Runnable callback) {
        if (!isLive()) {
            return;
        }
        try {
            callback.run();
        } catch (Throwable e) {
            handlerFailed(e);
        }
    }

    /**
     * Has the connection closed at the end of the turn. Until then it takes no part in anything.
     *
     * @param why the reason, or null if that was known when the closing began
     */
    private void doom(@Nullable CloseReason why) {
        if (!isLive()) {
            return;
        }
        state = State.DOOMED;
        if (why != null) {
            reason = why;
        }
        reactor.closeLater(this);
    }

    /** Closes the socket, tells the handler, and makes this ready for another peer. */
    void finishClose() {
        assert state == State.DOOMED : state;
        if (resetOnClose) {
            check(syscalls().setLingerZero(fd), Problem.LINGER_FAILED);
        }
        // First out of epoll, where a duplicate of the descriptor would keep it. Then close, which
        // is never repeated: after EINTR the number may already be someone else's.
        check(reactor.poller().remove(fd), Problem.NOT_UNREGISTERED);
        int socket = fd;
        fd = -1;
        reactor.close(socket, this);
        dropOutput();
        dropUnread();
        cancelTimeouts();
        ConnectionHandler closedHandler = handler;
        CloseReason closedFor = reason == null ? LOCALLY_CLOSED : reason;
        if (closedHandler != null) {
            try {
                closedHandler.onClose(this, closedFor);
            } catch (Throwable e) {
                reactor.problems().report(Problem.ON_CLOSE_FAILED, 0, e, this);
            }
        }
        ConnectionGroup closedGroup = group();
        InetSocketAddress closedRemote = remoteAddress;
        reset();
        reactor.recycle(this);
        closedGroup.closed(closedFor, closedRemote);
    }

    private void check(int result, Problem problem) {
        if (result < 0) {
            reactor.problems().report(problem, -result, null, this);
        }
    }

    private void cancelTimeouts() {
        while (timeouts != null) {
            timeouts.cancel();
        }
        if (watchdog != null) {
            watchdog.sleep();
        }
    }

    private void reset() {
        state = State.UNUSED;
        readable = false;
        writable = false;
        endSeen = false;
        paused = false;
        congested = false;
        inputEnded = false;
        broken = false;
        redeliver = false;
        inBurst = false;
        burstGoesOn = false;
        resetOnClose = false;
        heard = false;
        group = null;
        handler = null;
        reason = null;
        remoteAddress = null;
    }

    private SegmentQueue outputQueue() {
        SegmentQueue queue = output;
        if (queue == null) {
            queue = reactor.segments().takeQueue();
            output = queue;
        }
        if (queue.isEmpty()) { // also one that got nothing, for want of memory
            lastSendMillis = nowMillis(); // what waits begins to wait now
        }
        return queue;
    }

    private ConnectionGroup group() {
        return Objects.requireNonNull(group);
    }

    private ConnectionHandler handler() {
        return Objects.requireNonNull(handler);
    }

    private Syscalls syscalls() {
        return reactor.syscalls();
    }
}
