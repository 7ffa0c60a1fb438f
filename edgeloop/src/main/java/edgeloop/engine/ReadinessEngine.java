package edgeloop.engine;

import static edgeloop.engine.Bits.END_AHEAD;
import static edgeloop.engine.Bits.GONE;
import static edgeloop.engine.Bits.READABLE;
import static edgeloop.engine.Bits.WANTED;
import static edgeloop.engine.Bits.WRITABLE;
import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLHUP;
import static edgeloop.sys.EpollEvents.EPOLLIN;
import static edgeloop.sys.EpollEvents.EPOLLOUT;
import static edgeloop.sys.EpollEvents.EPOLLPRI;
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
    /** Bytes a stream may move in one go, in either direction; then others have their turn. */
    static final int BUDGET = 4 * INPUT_BYTES;

    /** What a system call takes of the budget at least: a peer may move bytes one by one. */
    static final int MIN_COST = BUDGET / 64;

    /** Connections accepted in one go. */
    private static final int ACCEPT_BUDGET = 64;

    /** From this size, output is handed to the kernel as it lies and not collected first. */
    private static final int DIRECT_BYTES = 4 * 1024;

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
    private final Readiness readiness;
    private final Registrations registrations;
    private final ChannelQueue<Channel> toResume = new ChannelQueue<>(Bits.TO_RESUME);
    private final ChannelQueue<ByteStream> toFlush = new ChannelQueue<>(Bits.TO_FLUSH);
    private int events;

    /** Whether all that the kernel has is to be read, whatever it may tell of again. */
    private boolean draining;

    private ReadinessEngine(
            Syscalls syscalls,
            ChannelTable<?> channels,
            SegmentPool segments,
            @Nullable ObjIntConsumer<Channel> observer,
            MemorySegment memory,
            Poller poller,
            Readiness readiness) {
        this.syscalls = syscalls;
        this.channels = channels;
        this.observer = observer;
        this.memory = memory;
        this.input = memory.asSlice(0, INPUT_BYTES);
        IoVector vector = new IoVector(memory.asSlice(VECTOR_OFFSET, IoVector.BYTES));
        this.sender = new Sender(syscalls, segments, vector);
        this.poller = poller;
        this.readiness = readiness;
        this.registrations = new Registrations(poller, readiness);
    }

    /**
     * Opens an engine with its descriptors and memory.
     *
     * @param channels those that it is told to serve
     * @param segments where the queues come from that it sends and gives back
     * @param readiness how it has streams watched
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
            Readiness readiness,
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
        return new ReadinessEngine(
                syscalls, channels, segments, observer, memory, poller, readiness);
    }

    // ---- Channels -----------------------------------------------------------------------------

    @Override
    public int attach(ByteStream stream, int socket) {
        return registrations.add(stream, socket, WANTED | WRITABLE);
    }

    @Override
    public int connect(ByteStream stream, int socket, InetSocketAddress remote) {
        int result = syscalls.connect(socket, remote);
        // Interrupted or not, it goes on; connect(2).
        if (result < 0 && result != -Errno.EINPROGRESS && result != -Errno.EINTR) {
            return result;
        }
        return registrations.add(stream, socket, WANTED | Bits.CONNECTING);
    }

    @Override
    public int listen(Listener listener, int socket) {
        return registrations.add(listener, socket);
    }

    @Override
    public void release(Channel channel) {
        registrations.release(channel, syscalls);
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
        return collected(poller.await(deadlineNanos, hasWork)); // the two have one NEVER
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
                registrations.told(stream);
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
        registrations.arm();
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
    public void holdAccepting(Listener listener) {
        registrations.hold(listener);
    }

    @Override
    public int acceptAgain(Listener listener) {
        int result = registrations.resume(listener);
        if (result >= 0) {
            accept(listener);
        }
        return result;
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
        if ((mask & EPOLLPRI) != 0) {
            stream.bits |= Bits.URGENT;
        }
        if ((stream.bits & Bits.CONNECTING) != 0) {
            // connect(2): ERR or HUP may come without OUT; only the socket's error tells how it
            // went. Before one of them nothing is there to read: a recv would find the connection
            // that has been made meanwhile, and take its bytes before its handler has it.
            if ((mask & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) {
                return;
            }
            connected(stream, syscalls.takeError(stream.fd));
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
            if ((stream.bits & Bits.ENDED) == 0) {
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
            stream.bits |= Bits.BROKEN;
            findError(stream);
        }
    }

    private static void connected(ByteStream stream, int error) {
        stream.bits = (stream.bits & ~Bits.CONNECTING) | WRITABLE;
        stream.connected(error);
    }

    /**
     * Asks for the error that the poller told of, once nobody is going to read and so to find it.
     */
    private void findError(ByteStream stream) {
        if ((stream.bits & (Bits.BROKEN | WANTED | GONE)) == Bits.BROKEN) {
            stream.bits &= ~Bits.BROKEN;
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
        while ((stream.bits & (READABLE | Bits.REDELIVER)) != 0 && (stream.bits & WANTED) != 0) {
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
        if ((stream.bits & Bits.REDELIVER) != 0) {
            stream.bits &= ~Bits.REDELIVER;
            stream.received(input, unread, 0, false);
            return unread;
        }
        int n = syscalls.recv(stream.fd, input, unread, INPUT_BYTES - unread);
        if (n > 0) {
            boolean more = n == INPUT_BYTES - unread;
            if (!draining && isLast(stream, more)) {
                stream.bits &= ~READABLE;
            }
            stream.received(input, unread, n, more);
            return n;
        }
        switch (-n) {
            case 0 -> {
                stream.bits = (stream.bits & ~READABLE) | Bits.ENDED | END_AHEAD;
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

    /** Whether the kernel has no more than what was read, or tells again if it has; Trigger. */
    private boolean isLast(ByteStream stream, boolean more) {
        return switch (readiness) {
            case EDGE -> false;
            case EDGE_UNTIL_SHORT ->
                    !more && (stream.bits & (END_AHEAD | Bits.BROKEN | Bits.URGENT)) == 0;
            case LEVEL, ONE_SHOT -> true;
        };
    }

    @Override
    public void demand(ByteStream stream, Demand demand) {
        int others = stream.bits & ~(WANTED | GONE);
        stream.bits =
                switch (demand) {
                    case BYTES -> others | WANTED;
                    case END -> others & ~Bits.REDELIVER;
                    case NOTHING -> (others & ~Bits.REDELIVER) | GONE;
                };
        registrations.changed(stream);
    }

    @Override
    public void receiveLater(ByteStream stream) {
        if ((stream.bits & WANTED) != 0) {
            stream.bits |= Bits.REDELIVER;
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
        draining = true;
        ready(stream, EPOLLIN);
        draining = false;
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
        if (stream.waitingOutput() > 0) {
            if ((stream.bits & (WRITABLE | GONE)) == WRITABLE && !sender.send(stream)) {
                toFlush.add(stream); // the socket may be writable still, without a new edge
            }
            registrations.changed(stream);
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
        if ((stream.bits & Bits.CONNECTING) == 0) {
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
