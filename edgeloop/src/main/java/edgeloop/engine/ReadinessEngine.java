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
public final class ReadinessEngine extends SocketEngine {
    // One mapping: what all engines have, and the events.
    private static final int EVENTS_OFFSET = SCRATCH_BYTES;

    private final MemorySegment memory;
    private final Poller poller;
    private final Readiness readiness;
    private final Registrations registrations;
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
        super(syscalls, channels, segments, observer, memory);
        this.memory = memory;
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
        int result = connect(socket, remote);
        return result < 0 ? result : registrations.add(stream, socket, WANTED | Bits.CONNECTING);
    }

    @Override
    public int listen(Listener listener, int socket) {
        return registrations.add(listener, socket);
    }

    @Override
    void withdraw(Channel channel) {
        registrations.remove(channel);
    }

    // ---- The loop -----------------------------------------------------------------------------

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
            observe(channel, mask);
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
            roomSeen(stream);
        }
        if ((mask & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0
                && (stream.bits & GONE) == 0) {
            inputSeen(stream);
            if ((mask & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0) {
                endSeen(stream);
            }
            read(stream);
        }
        if ((mask & EPOLLERR) != 0) {
            stream.bits |= Bits.BROKEN;
            findError(stream);
        }
    }

    // ---- Streams: input -----------------------------------------------------------------------

    /** Reads until the kernel has no more, nobody wants more, or the budget is spent. */
    @Override
    void read(ByteStream stream) {
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

    /** See Trigger. */
    @Override
    boolean isLast(ByteStream stream, boolean more) {
        if (draining) {
            return false;
        }
        return switch (readiness) {
            case EDGE -> false;
            case EDGE_UNTIL_SHORT ->
                    !more && (stream.bits & (END_AHEAD | Bits.BROKEN | Bits.URGENT)) == 0;
            case LEVEL, ONE_SHOT -> true;
        };
    }

    @Override
    public boolean askForInput(ByteStream stream) {
        draining = true;
        ready(stream, EPOLLIN);
        draining = false;
        return (stream.bits & READABLE) != 0 && (stream.bits & WANTED) != 0;
    }

    @Override
    void changed(ByteStream stream) {
        registrations.changed(stream);
    }

    @Override
    void arm() {
        registrations.arm();
    }
}
