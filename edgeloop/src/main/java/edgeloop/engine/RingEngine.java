package edgeloop.engine;

import static edgeloop.engine.Bits.BULK;
import static edgeloop.engine.Bits.CONNECTING;
import static edgeloop.engine.Bits.END_POLLED;
import static edgeloop.engine.Bits.FIN_RECEIVED;
import static edgeloop.engine.Bits.GONE;
import static edgeloop.engine.Bits.HELD;
import static edgeloop.engine.Bits.INPUT_POLLED;
import static edgeloop.engine.Bits.LISTENING;
import static edgeloop.engine.Bits.RECEIVING;
import static edgeloop.engine.Bits.ROOM_POLLED;
import static edgeloop.engine.Bits.SENDING;
import static edgeloop.engine.Bits.STARVED;
import static edgeloop.engine.Bits.WANTED;
import static edgeloop.engine.Bits.WRITABLE;
import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLHUP;
import static edgeloop.sys.EpollEvents.EPOLLOUT;
import static edgeloop.sys.EpollEvents.EPOLLRDHUP;
import static edgeloop.sys.RingConstants.IORING_CQE_F_BUFFER;
import static edgeloop.sys.RingConstants.IORING_CQE_F_MORE;

import edgeloop.buffer.Segment;
import edgeloop.buffer.SegmentPool;
import edgeloop.buffer.SegmentQueue;
import edgeloop.poll.Ring;
import edgeloop.sys.Check;
import edgeloop.sys.Errno;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine on an io_uring: input comes by completions of a receive that goes on and on, and the
 * small output of a turn goes out in the one call by which the next begins.
 *
 * <pre>
 *   attach ─► RECEIVING ──── input ───► handed up, or kept if nobody wants it
 *                 │ ▲  no buffer left       │ 64 KiB are kept, or in BULK: INPUT_POLLED, recv
 *                 │ └──────────┐            ▼
 *                 │        a buffer is   cancelled ─► END_POLLED: the peer's end alone
 *                 │        back                           │ wanted again, nothing kept
 *                 ▼                                       ▼
 *   FIN, error, release                               RECEIVING
 *
 *   flush ─► SENDING ── written in this turn, over when the next call returns ──► sent, or EAGAIN
 * </pre>
 *
 * <p>A send does not wait in the kernel ({@code MSG_DONTWAIT}): so its memory is needed until the
 * next call alone, and what a full socket does not take is polled for, as everything else that goes
 * by readiness: connecting, accepting (limits are asked about before each accept), output that is
 * large or comes from files, and input in bulk. A stream of which more is here than a buffer takes
 * is polled and read with recv(2), until little comes at a time: in the ring's buffers it would
 * take them from all others, and go out in as many pieces.
 *
 * <p>Whatever is under way when a channel is released is cancelled. Its completions carry a key
 * that has become stale; only a buffer in one of them is to be given back.
 */
public final class RingEngine extends SocketEngine {
    /** Those that found no buffer and receive again in one turn: as many as there are. */
    private static final int MOST_FED = Ring.BUFFERS;

    /** A look tells of some twenty, of whomever; IO_LOCAL_TW_DEFAULT_MAX of Linux's io_uring.h. */
    private static final int MOST_LOOKS = 1000;

    /** What tells of the peer's end, or of an error. */
    private static final int ENDS = EPOLLRDHUP | EPOLLERR | EPOLLHUP;

    private final MemorySegment memory;
    private final Ring ring;
    private final RingOperations operations;
    private final RingInput inbound;

    /**
     * The most that begin to receive or to poll in one turn. Each may complete at once; where there
     * is no room for that, the kernel ends what was to go on, and all would begin anew for ever.
     */
    private final int mostArmed;

    private final ChannelQueue<ByteStream> toArm = new ChannelQueue<>(Bits.TO_ARM);
    private int completions;
    private boolean dispatching;

    private RingEngine(
            Syscalls syscalls,
            ChannelTable<?> channels,
            SegmentPool segments,
            @Nullable ObjIntConsumer<Channel> observer,
            MemorySegment memory,
            Ring ring) {
        super(syscalls, channels, segments, observer, memory);
        this.memory = memory;
        this.ring = ring;
        this.operations = new RingOperations(ring);
        this.inbound = new RingInput(this, ring, operations, segments);
        this.mostArmed = Math.max(1, ring.completionEntries() / 8);
    }

    /** Opens an engine with its descriptors and memory; see {@link ReadinessEngine#open}. */
    public static <X extends Exception> RingEngine open(
            Syscalls syscalls,
            ChannelTable<?> channels,
            SegmentPool segments,
            @Nullable ObjIntConsumer<Channel> observer,
            ObjIntConsumer<Fault> faults,
            Check<X> check)
            throws X {
        MemorySegment memory = syscalls.map(SCRATCH_BYTES);
        Ring ring = null;
        try {
            ring =
                    Ring.open(
                            syscalls,
                            (failure, errno) -> faults.accept(Fault.valueOf(failure.name()), errno),
                            check);
        } finally {
            if (ring == null) {
                int _ = syscalls.unmap(memory); // what failed first is what is told
            }
        }
        return new RingEngine(syscalls, channels, segments, observer, memory, ring);
    }

    // ---- Channels -----------------------------------------------------------------------------

    @Override
    public int attach(ByteStream stream, int socket) {
        stream.begin(socket, WANTED | WRITABLE);
        arm(stream);
        return 0;
    }

    @Override
    public int connect(ByteStream stream, int socket, InetSocketAddress remote) {
        int result = connect(socket, remote);
        if (result >= 0) {
            stream.begin(socket, WANTED | CONNECTING);
            arm(stream);
        }
        return result;
    }

    @Override
    public int listen(Listener listener, int socket) {
        listener.begin(socket, 0);
        operations.watch(listener);
        return 0;
    }

    @Override
    void withdraw(Channel channel) {
        operations.withdraw(channel);
    }

    // ---- The loop -----------------------------------------------------------------------------

    @Override
    public boolean hasWork() {
        return super.hasWork() || !toArm.isEmpty();
    }

    @Override
    public int poll() {
        return collected(ring.collect());
    }

    @Override
    public int await(long deadlineNanos, BooleanSupplier hasWork) {
        return collected(ring.await(deadlineNanos, hasWork)); // the two have one NEVER
    }

    private int collected(int result) {
        operations.entered();
        completions = Math.max(0, result);
        return result;
    }

    @Override
    public void dispatch() {
        int count = completions;
        completions = 0;
        dispatching = true;
        for (int i = 0; i < count; i++) {
            long data = ring.data(i);
            int flags = ring.flags(i);
            Channel channel = channels.find(RingOperations.key(data));
            if (channel != null) {
                completed(channel, RingOperations.kind(data), ring.result(i), flags);
            } else {
                ring.ownCompletion(data, (flags & IORING_CQE_F_MORE) == 0);
            }
            if ((flags & IORING_CQE_F_BUFFER) != 0) {
                ring.giveBack(flags);
            }
        }
        ring.seen(count);
        dispatching = false;
    }

    private void completed(Channel channel, int kind, int result, int flags) {
        // Not by a switch over types, which is linked at the first event.
        if (!(channel instanceof ByteStream stream)) {
            accepting((Listener) channel, result, flags);
            return;
        }
        switch (kind) {
            case RingOperations.RECEIVE -> inbound.received(stream, result, flags);
            case RingOperations.SEND -> sent(stream, result);
            case RingOperations.POLL_ROOM -> {
                if (polled(stream, ROOM_POLLED, result, flags)) {
                    roomPolled(stream, result);
                }
            }
            case RingOperations.POLL_INPUT -> {
                if (polled(stream, INPUT_POLLED, result, flags)) {
                    inputPolled(stream, result);
                }
            }
            default -> {
                if (polled(stream, END_POLLED, result, flags)) {
                    int _ = endPolled(stream, result);
                }
            }
        }
    }

    @Override
    public void wake() {
        ring.wake();
    }

    @Override
    public int close() {
        int result = ring.close();
        return Math.min(result, syscalls.unmap(memory));
    }

    // ---- Listeners ----------------------------------------------------------------------------

    private void accepting(Listener listener, int result, int flags) {
        if ((flags & IORING_CQE_F_MORE) == 0) {
            listener.bits &= ~LISTENING;
            if ((listener.bits & HELD) == 0) {
                operations.watch(listener);
            }
        }
        if (result >= 0) {
            observe(listener, result);
            accept(listener);
        } else if (result != -Errno.ECANCELED) {
            listener.failed(-result, 1);
        }
    }

    @Override
    public void holdAccepting(Listener listener) {
        if (listener.isShared() && (listener.bits & HELD) == 0) {
            listener.bits |= HELD;
            operations.stopWatching(listener);
        }
    }

    @Override
    public int acceptAgain(Listener listener) {
        listener.bits &= ~HELD;
        if ((listener.bits & LISTENING) == 0) { // else what was cancelled is yet to say so
            operations.watch(listener);
        }
        accept(listener);
        return 0;
    }

    // ---- Streams: what is under way -----------------------------------------------------------

    @Override
    void changed(ByteStream stream) {
        toArm.add(stream);
    }

    @Override
    void arm() {
        int fed = 0;
        int before = operations.begun();
        for (int n = toArm.size(); n > 0 && operations.begun() - before < mostArmed; n--) {
            ByteStream stream = toArm.remove();
            if (stream.fd < 0 || (stream.bits & GONE) != 0) {
                continue;
            }
            if ((stream.bits & STARVED) != 0) {
                if (fed == MOST_FED) {
                    toArm.add(stream); // more of them than buffers would but starve again
                    continue;
                }
                fed++;
                stream.bits &= ~STARVED;
            }
            // What a receive would have found or told of, if it is not wanted any more.
            findError(stream);
            inbound.tellOfEnd(stream);
            if ((stream.bits & GONE) == 0) {
                arm(stream);
            }
        }
    }

    private void arm(ByteStream stream) {
        int bits = stream.bits;
        boolean blocked = (bits & (WRITABLE | SENDING)) == 0 && stream.waitingOutput() > 0;
        if ((blocked || (bits & CONNECTING) != 0) && (bits & ROOM_POLLED) == 0) {
            operations.watchForRoom(stream);
        }
        if ((bits & (RECEIVING | CONNECTING)) != 0) {
            return;
        }
        if ((bits & BULK) != 0) {
            if ((bits & INPUT_POLLED) == 0) {
                operations.watchForInput(stream); // and for the end
            }
        } else if ((bits & (WANTED | FIN_RECEIVED)) == WANTED && stream.held == null) {
            operations.receive(stream);
        } else if ((bits & END_POLLED) == 0) {
            operations.watchForEnd(stream);
        }
    }

    // ---- Streams: input -----------------------------------------------------------------------

    @Override
    void read(ByteStream stream) {
        int _ = inbound.read(stream);
    }

    /** Never: what lies behind urgent data is not told of. */
    @Override
    boolean isLast(ByteStream stream, boolean more) {
        return false;
    }

    /** A poll has told of something, or has ended; whether that is of use. */
    private boolean polled(ByteStream stream, int mark, int result, int flags) {
        if ((flags & IORING_CQE_F_MORE) == 0) {
            stream.bits &= ~mark;
            toArm.add(stream);
        }
        if ((stream.bits & GONE) != 0) {
            return false;
        }
        if (result > 0) {
            observe(stream, result);
            if ((result & ENDS) != 0 && (stream.bits & CONNECTING) == 0) {
                endSeen(stream); // also where it is room that was asked for
            }
        } else if (result != -Errno.ECANCELED) {
            stream.failed(Failure.SOCKET, -result);
        }
        return result > 0;
    }

    private void inputPolled(ByteStream stream, int result) {
        if ((stream.bits & BULK) != 0) {
            inputSeen(stream);
        }
        inbound.leaveBulk(stream, endPolled(stream, result));
    }

    /** Answers the bytes that were handed up. */
    private int endPolled(ByteStream stream, int result) {
        int bytes = inbound.read(stream);
        if ((result & EPOLLERR) != 0) {
            stream.bits |= Bits.BROKEN;
            findError(stream);
        }
        return bytes;
    }

    @Override
    public boolean askForInput(ByteStream stream) {
        if (!dispatching) {
            inbound.asked = stream;
            readOn(stream); // what is kept keeps it from receiving
            for (int i = 0; inbound.asked != null && i < MOST_LOOKS; i++) {
                arm(stream); // it may have ended, and be about to begin again
                if (collected(ring.look()) <= 0 && ring.hasTakenAll()) {
                    break; // where it fails, the next turn finds out
                }
                dispatch();
                resume(); // others, too, are to be as after a turn's events
                readOn(stream);
            }
            inbound.asked = null;
        }
        return inbound.hasMore(stream) && (stream.bits & WANTED) != 0;
    }

    private void readOn(ByteStream stream) {
        if ((stream.bits & GONE) != 0) {
            return;
        }
        if (inbound.readsForItself(stream)) {
            inputSeen(stream); // then nobody needs to look: recv finds all
            inbound.asked = null;
        }
        read(stream);
    }

    // ---- Streams: output ----------------------------------------------------------------------

    @Override
    boolean canSend(ByteStream stream) {
        return (stream.bits & (WRITABLE | GONE | SENDING)) == WRITABLE;
    }

    @Override
    public void flush(ByteStream stream) {
        if ((stream.bits & SENDING) != 0) {
            return; // its completion goes on with it
        }
        SegmentQueue queue = stream.output;
        if (queue != null
                && canSend(stream)
                && queue.first() instanceof Segment segment
                && segment.next() == null) {
            operations.send(stream, segment);
        } else {
            super.flush(stream);
        }
    }

    private void sent(ByteStream stream, int result) {
        stream.bits &= ~SENDING;
        if ((stream.bits & GONE) != 0) {
            stream.sent(Math.max(0, result)); // which has gone out for all that
            return;
        }
        sender.sent(stream, result);
        if (canSend(stream) && stream.waitingOutput() > 0) {
            flush(stream);
        } else if ((stream.bits & GONE) == 0) {
            if ((stream.bits & WRITABLE) == 0) {
                changed(stream);
            }
            stream.flushed();
        }
    }

    private void roomPolled(ByteStream stream, int result) {
        if ((result & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) {
            return; // the peer's end, of which io_uring's polls tell in any case
        }
        if ((stream.bits & CONNECTING) != 0) {
            connected(stream, syscalls.takeError(stream.fd));
        }
        // Who receives finds an error, too, and is to tell which it is.
        boolean receives = (stream.bits & (RECEIVING | INPUT_POLLED)) != 0;
        boolean failed = (result & EPOLLERR) != 0 && receives;
        if (!failed && (stream.bits & GONE) == 0) {
            roomSeen(stream);
        }
    }

    @Override
    public void discard(ByteStream stream) {
        operations.withdrawSend(stream);
        super.discard(stream);
        inbound.dropHeld(stream);
    }
}
