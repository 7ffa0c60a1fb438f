package edgeloop.engine;

import static edgeloop.engine.Bits.CONNECTING;
import static edgeloop.engine.Bits.END_AHEAD;
import static edgeloop.engine.Bits.GONE;
import static edgeloop.engine.Bits.READABLE;
import static edgeloop.engine.Bits.WANTED;
import static edgeloop.engine.Bits.WRITABLE;

import edgeloop.buffer.SegmentPool;
import edgeloop.sys.Errno;
import edgeloop.sys.IoVector;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What engines have in common: sockets are accepted and connected by readiness, output goes to the
 * kernel until it answers EAGAIN, and a channel that has more to do than its budget allows is put
 * on a list, since what the kernel has told once it does not tell again.
 */
abstract sealed class SocketEngine extends Engine permits ReadinessEngine, RingEngine {
    /** Bytes a stream may move in one go, in either direction; then others have their turn. */
    static final int BUDGET = 4 * INPUT_BYTES;

    /** What a system call takes of the budget at least: a peer may move bytes one by one. */
    static final int MIN_COST = BUDGET / 64;

    /** Connections accepted in one go. */
    private static final int ACCEPT_BUDGET = 64;

    /** From this size, output is handed to the kernel as it lies and not collected first. */
    private static final int DIRECT_BYTES = 4 * 1024;

    /** What each engine has one of: a buffer for input, and the vector. */
    static final int SCRATCH_BYTES = INPUT_BYTES + IoVector.BYTES;

    final Syscalls syscalls;
    final ChannelTable<?> channels;
    final @Nullable ObjIntConsumer<Channel> observer;
    final MemorySegment input;
    final SegmentPool segments;
    final Sender sender;
    final ChannelQueue<Channel> toResume = new ChannelQueue<>(Bits.TO_RESUME);
    final ChannelQueue<ByteStream> toFlush = new ChannelQueue<>(Bits.TO_FLUSH);

    /**
     * @param scratch of {@value #SCRATCH_BYTES} bytes or more
     */
    SocketEngine(
            Syscalls syscalls,
            ChannelTable<?> channels,
            SegmentPool segments,
            @Nullable ObjIntConsumer<Channel> observer,
            MemorySegment scratch) {
        this.syscalls = syscalls;
        this.channels = channels;
        this.observer = observer;
        this.segments = segments;
        this.input = scratch.asSlice(0, INPUT_BYTES);
        IoVector vector = new IoVector(scratch.asSlice(INPUT_BYTES, IoVector.BYTES));
        this.sender = new Sender(syscalls, segments, vector);
    }

    // ---- What differs -------------------------------------------------------------------------

    /** Ends what the kernel has to tell of a channel, whose socket is about to be closed. */
    abstract void withdraw(Channel channel);

    /** Hands up input that is here, as far as it is wanted and the budget goes. */
    abstract void read(ByteStream stream);

    /** Whether the kernel has no more than what was read, or tells again if it has. */
    abstract boolean isLast(ByteStream stream, boolean more);

    /** What a stream is to be watched for may have changed, which {@link #arm} looks into. */
    abstract void changed(ByteStream stream);

    /** Has streams watched for what is wanted of them now. */
    abstract void arm();

    // ---- Channels -----------------------------------------------------------------------------

    @Override
    public final void release(Channel channel) {
        withdraw(channel);
        int socket = channel.fd;
        channel.fd = -1;
        // Never repeated: after EINTR the number may already be someone else's.
        int result = syscalls.close(socket);
        if (result < 0) {
            channel.releaseFailed(Release.CLOSING, -result);
        }
    }

    // ---- The loop -----------------------------------------------------------------------------

    @Override
    public boolean hasWork() {
        return !(toResume.isEmpty() && toFlush.isEmpty());
    }

    final void observe(Channel channel, int events) {
        if (observer != null) {
            observer.accept(channel, events);
        }
    }

    @Override
    public final void resume() {
        for (int n = toResume.size(); n > 0; n--) {
            Channel channel = toResume.remove();
            // Not by a switch over types, which is linked at the first event.
            if (channel instanceof ByteStream stream) {
                read(stream);
                findError(stream);
            } else {
                accept((Listener) channel);
            }
        }
    }

    @Override
    public final void flush() {
        for (int n = toFlush.size(); n > 0; n--) {
            flush(toFlush.remove());
        }
        arm();
    }

    // ---- Listeners ----------------------------------------------------------------------------

    @Override
    public final void accept(Listener listener) {
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
    public final void acceptLater(Listener listener) {
        toResume.add(listener);
    }

    // ---- Streams: the beginning ---------------------------------------------------------------

    /** connect(2). 0 where it goes on, interrupted or not, or {@code -errno}. */
    final int connect(int socket, InetSocketAddress remote) {
        int result = syscalls.connect(socket, remote);
        boolean goesOn = result == -Errno.EINPROGRESS || result == -Errno.EINTR;
        return goesOn ? 0 : Math.min(0, result);
    }

    /** connect(2): only the socket's error tells how it went. */
    final void connected(ByteStream stream, int error) {
        stream.bits = (stream.bits & ~CONNECTING) | WRITABLE;
        changed(stream);
        stream.connected(error);
    }

    // ---- Streams: input -----------------------------------------------------------------------

    /** Receives once, and hands it up; answers the bytes handed up. */
    final int receive(ByteStream stream) {
        int unread = stream.placeUnread(input);
        if ((stream.bits & Bits.REDELIVER) != 0) {
            stream.bits &= ~Bits.REDELIVER;
            stream.received(input, unread, 0, false);
            return unread;
        }
        int n = syscalls.recv(stream.fd, input, unread, INPUT_BYTES - unread);
        if (n > 0) {
            boolean more = n == INPUT_BYTES - unread;
            if (isLast(stream, more)) {
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

    /** The kernel has told that there may be input. */
    final void inputSeen(ByteStream stream) {
        if ((stream.bits & READABLE) == 0) {
            stream.arrived();
        }
        if ((stream.bits & Bits.ENDED) == 0) {
            stream.bits |= READABLE;
        }
    }

    /** The kernel has told of a FIN, or of an error, that is somewhere behind the input. */
    final void endSeen(ByteStream stream) {
        if ((stream.bits & END_AHEAD) == 0) {
            stream.bits |= END_AHEAD;
            stream.endAhead();
        }
    }

    /**
     * Asks for the error that the kernel told of, once nobody is going to read and so to find it.
     */
    final void findError(ByteStream stream) {
        if ((stream.bits & (Bits.BROKEN | WANTED | GONE)) == Bits.BROKEN) {
            stream.bits &= ~Bits.BROKEN;
            int error = syscalls.takeError(stream.fd);
            if (error != 0) {
                stream.failed(Failure.SOCKET, error);
            }
        }
    }

    @Override
    public final void demand(ByteStream stream, Demand demand) {
        int others = stream.bits & ~(WANTED | GONE);
        // Not by a switch, whose class would be loaded when there may be no descriptor for that.
        if (demand == Demand.BYTES) {
            stream.bits = others | WANTED;
        } else {
            int gone = demand == Demand.NOTHING ? GONE : 0;
            stream.bits = (others & ~Bits.REDELIVER) | gone;
        }
        changed(stream);
    }

    @Override
    public final void receiveLater(ByteStream stream) {
        if ((stream.bits & WANTED) != 0) {
            stream.bits |= Bits.REDELIVER;
            toResume.add(stream); // what waits in the kernel was told of long ago
        }
    }

    @Override
    public final boolean awaitInput(ByteStream stream) {
        if (isEndAhead(stream)) {
            return false;
        }
        stream.bits &= ~READABLE;
        return true;
    }

    @Override
    public final boolean isEndAhead(ByteStream stream) {
        return (stream.bits & END_AHEAD) != 0;
    }

    // ---- Streams: output ----------------------------------------------------------------------

    /** Whether output can go to the kernel at once. */
    boolean canSend(ByteStream stream) {
        return (stream.bits & (WRITABLE | GONE)) == WRITABLE;
    }

    @Override
    public final int offer(ByteStream stream, MemorySegment source, int offset, int length) {
        if (length < DIRECT_BYTES || !canSend(stream) || stream.waitingOutput() > 0) {
            return 0;
        }
        return sender.send(stream, source, offset, length);
    }

    @Override
    public final void send(ByteStream stream) {
        if (stream.waitingOutput() > 0) {
            if (canSend(stream) && !sender.send(stream)) {
                toFlush.add(stream); // the socket may be writable still, without a new edge
            }
            changed(stream);
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
    public final void flushLater(ByteStream stream) {
        toFlush.add(stream);
    }

    /** There is room, as the kernel has told or as is taken to be so. */
    final void roomSeen(ByteStream stream) {
        stream.bits |= WRITABLE;
        if (stream.waitingOutput() > 0) {
            flush(stream);
        }
    }

    @Override
    public final void askForRoom(ByteStream stream) {
        if ((stream.bits & GONE) != 0) {
            return;
        }
        if ((stream.bits & CONNECTING) == 0) {
            roomSeen(stream);
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
