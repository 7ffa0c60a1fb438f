package edgeloop.engine;

import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLHUP;
import static edgeloop.sys.EpollEvents.EPOLLIN;
import static edgeloop.sys.EpollEvents.EPOLLOUT;
import static edgeloop.sys.EpollEvents.EPOLLRDHUP;

import edgeloop.buffer.SegmentPool;
import edgeloop.poll.Poller;
import edgeloop.sys.Check;
import edgeloop.sys.EpollEvents;
import edgeloop.sys.Errno;
import edgeloop.sys.IoVector;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine on a poller that tells of edges. An edge comes once; whoever is told goes on until the
 * kernel answers EAGAIN. A channel that has more to do than its budget allows is put on the ready
 * list, since the edge does not come again.
 *
 * <p>A stream is registered once for life, for input, output and the peer's end: what it demands is
 * a matter of when it is read, not of what is registered. What the kernel has told is kept in its
 * bits.
 */
public final class ReadinessEngine extends Engine {
    private static final int INTEREST = EPOLLIN | EPOLLOUT | EPOLLRDHUP;

    /** Bytes a stream may move in one go, in either direction; then others have their turn. */
    static final int BUDGET = 4 * INPUT_BYTES;

    /** What a system call takes of the budget at least: a peer may move bytes one by one. */
    static final int MIN_COST = BUDGET / 64;

    /** Connections accepted in one go. */
    private static final int ACCEPT_BUDGET = 64;

    /** From this size, output is handed to the kernel as it lies and not collected first. */
    private static final int DIRECT_BYTES = 4 * 1024;

    // Edges seen: set until the kernel answers EAGAIN.
    private static final int READABLE = 1;
    static final int WRITABLE = 1 << 1;

    /** The poller has told of a FIN or of an error, which recv is to find, or recv has the FIN. */
    private static final int END_AHEAD = 1 << 2;

    /** recv has found the FIN. */
    private static final int ENDED = 1 << 3;

    /** The poller has told of an error that may not have been found yet. */
    private static final int BROKEN = 1 << 4;

    private static final int CONNECTING = 1 << 5;

    // The demand; neither of the two is END.
    private static final int WANTED = 1 << 6;
    private static final int GONE = 1 << 7;

    /** What the handler left unread is to be shown to it again, though nothing new has come. */
    private static final int REDELIVER = 1 << 8;

    /** On the ready list. */
    private static final int TO_RESUME = 1 << 9;

    private static final int TO_FLUSH = 1 << 10;

    // One mapping: the input buffer, the vector, and the events.
    private static final int VECTOR_OFFSET = INPUT_BYTES;
    private static final int EVENTS_OFFSET = VECTOR_OFFSET + IoVector.BYTES;

    private final Syscalls syscalls;
    private final ChannelTable<?> channels;
    private final @Nullable ObjIntConsumer<Channel> observer;
    private final MemorySegment memory;
    private final MemorySegment input;
    private final Sender sender;
    private final Poller poller;
    private final ChannelQueue<Channel> toResume = new ChannelQueue<>(TO_RESUME);
    private final ChannelQueue<ByteStream> toFlush = new ChannelQueue<>(TO_FLUSH);
    private int events;

    private ReadinessEngine(
            Syscalls syscalls,
            ChannelTable<?> channels,
            SegmentPool segments,
            @Nullable ObjIntConsumer<Channel> observer,
            MemorySegment memory,
            Poller poller) {
        this.syscalls = syscalls;
        this.channels = channels;
        this.observer = observer;
        this.memory = memory;
        this.input = memory.asSlice(0, INPUT_BYTES);
        IoVector vector = new IoVector(memory.asSlice(VECTOR_OFFSET, IoVector.BYTES));
        this.sender = new Sender(syscalls, segments, vector);
        this.poller = poller;
    }

    /**
     * Opens an engine with its descriptors and memory.
     *
     * @param channels those that it is told to serve
     * @param segments where the queues come from that it sends and gives back
     * @param maxEvents the most events one wait collects
     * @param observer hears of each event and its mask before the channel does, or null
     * @param faults hears of what fails later on, with its errno
     * @param check throws what becomes of a descriptor that the kernel refuses
     * @throws OutOfMemoryError if it refuses the memory
     */
    public static <X extends Exception> ReadinessEngine open(
            Syscalls syscalls,
            ChannelTable<?> channels,
            SegmentPool segments,
            int maxEvents,
            @Nullable ObjIntConsumer<Channel> observer,
            ObjIntConsumer<Fault> faults,
            Check<X> check)
            throws X {
        MemorySegment memory = syscalls.map(EVENTS_OFFSET + EpollEvents.bytesFor(maxEvents));
        Poller poller = null;
        try {
            MemorySegment events = memory.asSlice(EVENTS_OFFSET);
            poller =
                    Poller.open(
                            syscalls,
                            events,
                            maxEvents,
                            // Of the same names: the core knows no poller.
                            (failure, errno) -> faults.accept(Fault.valueOf(failure.name()), errno),
                            check);
        } finally {
            if (poller == null) {
                int _ = syscalls.unmap(memory); // what failed first is what is told
            }
        }
        return new ReadinessEngine(syscalls, channels, segments, observer, memory, poller);
    }

    // ---- Channels -----------------------------------------------------------------------------

    @Override
    public int attach(ByteStream stream, int socket) {
        return register(stream, socket, INTEREST, WANTED | WRITABLE);
    }

    @Override
    public int connect(ByteStream stream, int socket, InetSocketAddress remote) {
        int result = syscalls.connect(socket, remote);
        // Interrupted or not, it goes on; connect(2).
        if (result < 0 && result != -Errno.EINPROGRESS && result != -Errno.EINTR) {
            return result;
        }
        return register(stream, socket, INTEREST, WANTED | CONNECTING);
    }

    @Override
    public int listen(Listener listener, int socket) {
        return register(listener, socket, EPOLLIN, 0);
    }

    private int register(Channel channel, int socket, int interest, int bits) {
        int result = poller.add(socket, interest, channel.key());
        if (result >= 0) {
            channel.fd = socket;
            channel.bits = bits | (channel.bits & (TO_RESUME | TO_FLUSH)); // its last user's
        }
        return result;
    }

    @Override
    public void release(Channel channel) {
        int socket = channel.fd;
        // First out of the poller, where a duplicate of the descriptor would keep it. Then close,
        // which is never repeated: after EINTR the number may already be someone else's.
        tell(channel, Release.UNREGISTERING, poller.remove(socket));
        channel.fd = -1;
        tell(channel, Release.CLOSING, syscalls.close(socket));
    }

    private static void tell(Channel channel, Release step, int result) {
        if (result < 0) {
            channel.releaseFailed(step, -result);
        }
    }

    // ---- The loop -----------------------------------------------------------------------------

    @Override
    public boolean hasWork() {
        return !(toResume.isEmpty() && toFlush.isEmpty());
    }

    @Override
    public int poll() {
        return collected(poller.poll());
    }

    @Override
    public int await(long deadlineNanos, BooleanSupplier hasWork) {
        long wakeNanos = deadlineNanos == NEVER ? Poller.NEVER : deadlineNanos;
        return collected(poller.await(wakeNanos, hasWork));
    }

    private int collected(int result) {
        events = Math.max(0, result);
        return result;
    }

    @Override
    public void dispatch() {
        for (int i = 0; i < events; i++) {
            long key = poller.key(i);
            Channel channel = channels.find(key);
            if (channel == null) {
                poller.ownEvent(key); // or of a stream that has closed since
                continue;
            }
            int mask = poller.events(i);
            if (observer != null) {
                observer.accept(channel, mask);
            }
            // Not by a switch over types, which is linked at the first event.
            if (channel instanceof ByteStream stream) {
                ready(stream, mask);
            } else {
                accept((Listener) channel);
            }
        }
    }

    @Override
    public void resume() {
        for (int n = toResume.size(); n > 0; n--) {
            Channel channel = toResume.remove();
            if (channel instanceof ByteStream stream) {
                read(stream);
                findError(stream);
            } else {
                accept((Listener) channel);
            }
        }
    }

    @Override
    public void flush() {
        for (int n = toFlush.size(); n > 0; n--) {
            flush(toFlush.remove());
        }
    }

    @Override
    public void wake() {
        poller.wake();
    }

    @Override
    public int close() {
        poller.close();
        return syscalls.unmap(memory);
    }

    // ---- Listeners ----------------------------------------------------------------------------

    @Override
    public void accept(Listener listener) {
        int failures = 0;
        for (int i = 0; i < ACCEPT_BUDGET; i++) {
            if (!listener.wantsMore()) {
                return;
            }
            int result = syscalls.accept(listener.fd);
            if (result >= 0) {
                listener.accepted(result);
            } else if (result == -Errno.EAGAIN) {
                listener.drained();
                return; // the next connection is a new edge
            } else if (result != -Errno.EINTR) {
                listener.failed(-result, ++failures);
            }
        }
        toResume.add(listener);
    }

    @Override
    public void acceptLater(Listener listener) {
        toResume.add(listener);
    }

    // ---- Streams: events ----------------------------------------------------------------------

    /**
     * Output before input: a peer that has gone must not keep bytes it sent before from being read.
     * RDHUP says no more than that a FIN is somewhere behind those bytes; only recv's 0 is the end.
     */
    private void ready(ByteStream stream, int mask) {
        if ((stream.bits & GONE) != 0) {
            return;
        }
        if ((stream.bits & CONNECTING) != 0) {
            connectionReady(stream, mask);
        }
        if ((mask & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
            stream.bits |= WRITABLE;
            if (stream.waitingOutput() > 0) {
                flush(stream);
            }
        }
        if ((mask & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0
                && (stream.bits & GONE) == 0) {
            if ((stream.bits & READABLE) == 0) {
                stream.arrived();
            }
            if ((stream.bits & ENDED) == 0) {
                stream.bits |= READABLE;
            }
            if ((mask & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0
                    && (stream.bits & END_AHEAD) == 0) {
                stream.bits |= END_AHEAD;
                stream.endAhead();
            }
            read(stream);
        }
        if ((mask & EPOLLERR) != 0) {
            stream.bits |= BROKEN;
            findError(stream);
        }
    }

    /**
     * The end of connect(2). ERR or HUP may come without OUT; and whatever comes, only the socket's
     * error tells how it went.
     */
    private void connectionReady(ByteStream stream, int mask) {
        if ((mask & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
            connected(stream, syscalls.takeError(stream.fd));
        }
    }

    private static void connected(ByteStream stream, int error) {
        stream.bits = (stream.bits & ~CONNECTING) | WRITABLE;
        stream.connected(error);
    }

    /**
     * Asks for the error that the poller told of, once nobody is going to read and so to find it.
     */
    private void findError(ByteStream stream) {
        if ((stream.bits & (BROKEN | WANTED | GONE)) == BROKEN) {
            stream.bits &= ~BROKEN;
            int error = syscalls.takeError(stream.fd);
            if (error != 0) {
                stream.failed(Failure.SOCKET, error);
            }
        }
    }

    // ---- Streams: input -----------------------------------------------------------------------

    /** Reads until the kernel has no more, nobody wants more, or the budget is spent. */
    private void read(ByteStream stream) {
        int budget = BUDGET;
        while ((stream.bits & (READABLE | REDELIVER)) != 0 && (stream.bits & WANTED) != 0) {
            if (budget <= 0) {
                toResume.add(stream);
                return;
            }
            budget -= Math.max(MIN_COST, receive(stream));
        }
        if ((stream.bits & (END_AHEAD | WANTED | GONE)) == END_AHEAD) {
            stream.endWaits();
        }
    }

    /** Receives once, and hands it up; answers the bytes handed up. */
    private int receive(ByteStream stream) {
        int unread = stream.placeUnread(input);
        if ((stream.bits & REDELIVER) != 0) {
            stream.bits &= ~REDELIVER;
            stream.received(input, unread, 0, false);
            return unread;
        }
        int n = syscalls.recv(stream.fd, input, unread, INPUT_BYTES - unread);
        if (n > 0) {
            stream.received(input, unread, n, n == INPUT_BYTES - unread);
            return n;
        }
        switch (-n) {
            case 0 -> {
                stream.bits = (stream.bits & ~READABLE) | ENDED | END_AHEAD;
                stream.ended(input, unread);
            }
            case Errno.EAGAIN -> {
                // Drained: the next byte is a new edge. An end would be there now.
                stream.bits &= ~(READABLE | END_AHEAD);
                stream.drained();
            }
            case Errno.EINTR -> {} // again
            default -> stream.failed(Failure.RECEIVING, -n);
        }
        return 0;
    }

    @Override
    public void demand(ByteStream stream, Demand demand) {
        int others = stream.bits & ~(WANTED | GONE);
        stream.bits =
                switch (demand) {
                    case BYTES -> others | WANTED;
                    case END -> others & ~REDELIVER;
                    case NOTHING -> (others & ~REDELIVER) | GONE;
                };
    }

    @Override
    public void receiveLater(ByteStream stream) {
        if ((stream.bits & WANTED) != 0) {
            stream.bits |= REDELIVER;
            toResume.add(stream); // what waits in the kernel gave its edge long ago
        }
    }

    @Override
    public boolean awaitInput(ByteStream stream) {
        if (isEndAhead(stream)) {
            return false;
        }
        stream.bits &= ~READABLE;
        return true;
    }

    @Override
    public boolean isEndAhead(ByteStream stream) {
        return (stream.bits & END_AHEAD) != 0;
    }

    @Override
    public boolean askForInput(ByteStream stream) {
        ready(stream, EPOLLIN);
        return (stream.bits & READABLE) != 0 && (stream.bits & WANTED) != 0;
    }

    // ---- Streams: output ----------------------------------------------------------------------

    @Override
    public int offer(ByteStream stream, MemorySegment source, int offset, int length) {
        if (length < DIRECT_BYTES
                || (stream.bits & (WRITABLE | GONE)) != WRITABLE
                || stream.waitingOutput() > 0) {
            return 0;
        }
        return sender.send(stream, source, offset, length);
    }

    @Override
    public void send(ByteStream stream) {
        if (stream.waitingOutput() > 0
                && (stream.bits & (WRITABLE | GONE)) == WRITABLE
                && !sender.send(stream)) {
            toFlush.add(stream); // the socket may be writable still, without a new edge
        }
    }

    @Override
    public void flush(ByteStream stream) {
        if ((stream.bits & GONE) == 0) {
            send(stream);
            stream.flushed();
        }
    }

    @Override
    public void flushLater(ByteStream stream) {
        toFlush.add(stream);
    }

    @Override
    public void askForRoom(ByteStream stream) {
        if ((stream.bits & CONNECTING) == 0) {
            ready(stream, EPOLLOUT);
            return;
        }
        // One without an error and without a peer has yet to connect; getpeername(2), ENOTCONN.
        int error = syscalls.takeError(stream.fd);
        if (error != 0 || syscalls.remoteAddress(stream.fd) != null) {
            connected(stream, error);
        }
    }

    @Override
    public void discard(ByteStream stream) {
        sender.discard(stream);
    }
}
