package edgeloop.engine;

import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;

/**
 * Moves the bytes of one reactor's channels. It pushes input into a {@link ByteStream} and pulls
 * its output; how the kernel is asked is its own affair.
 *
 * <p>A turn of the reactor calls {@link #poll} or {@link #await}, then {@link #dispatch}, {@link
 * #resume} and {@link #flush()}. Channels are called back from the last three, and within any call
 * that is about them, which they may make at any time, from a callback too. So when a call returns,
 * its stream may be one that is about to be closed; whoever made it looks. {@link #wake} is for any
 * thread, all else for the reactor's. What answers an int that can be negative answers {@code
 * -errno} then.
 */
public abstract sealed class Engine permits SocketEngine {
    /** The most that is delivered in one piece, what was unread included. */
    public static final int INPUT_BYTES = 64 * 1024;

    /** The deadline of a sleep that only events and other threads end. */
    public static final long NEVER = Long.MAX_VALUE;

    /** What a stream wants of its peer's bytes. */
    public enum Demand {
        /** All of them. */
        BYTES,
        /** To know of the end alone: they wait in the kernel. */
        END,
        /** Nothing; nor is anything sent, or told. The stream is about to be closed. */
        NOTHING
    }

    /** What the engine was about when a call of the kernel failed. */
    public enum Failure {
        /** recv(2). */
        RECEIVING,
        /** send(2). */
        SENDING,
        /** sendfile(2) or the file's read(2); {@code ENODATA} where the file became shorter. */
        SENDING_FILE,
        /** Nothing: an error of the socket has shown itself while nobody read. */
        SOCKET
    }

    /** The steps of a release, each of which is taken whether or not the one before it failed. */
    public enum Release {
        /** Of a duplicate of the socket, too, nothing is told. */
        UNREGISTERING,
        /** close(2), after which the socket is closed whatever it answers. */
        CLOSING
    }

    /** What else may fail, and does not keep the reactor from going on. */
    public enum Fault {
        /** The time of a wakeup could not be set: waits are bounded instead. */
        TIMER_NOT_SET,
        /** A wakeup by another thread: the timer has ended the sleep instead, or nothing has. */
        WAKEUP_FAILED,
        /** What a wakeup has left could not be taken away. */
        WAKEUP_NOT_READ,
        /** One of the engine's own descriptors could not be closed. */
        NOT_CLOSED
    }

    Engine() {}

    // ---- Channels -----------------------------------------------------------------------------

    // Where one of the next three fails, nothing has begun, and the socket is still the caller's.

    /** Begins to serve a socket that is connected, with a demand for bytes. */
    public abstract int attach(ByteStream stream, int socket);

    /** Has a socket connect, of which {@link ByteStream#connected} tells; then as attached. */
    public abstract int connect(ByteStream stream, int socket, InetSocketAddress remote);

    /** Begins to accept on a socket that listens. */
    public abstract int listen(Listener listener, int socket);

    /**
     * Ends what one of these began, and closes the socket once the kernel has done with it. Nothing
     * more is told, save {@link Channel#releaseFailed} before this returns; after that and {@link
     * #discard}, a stream may be attached to another socket.
     */
    public abstract void release(Channel channel);

    // ---- Listeners ----------------------------------------------------------------------------

    /**
     * The listener wants nobody for now. Where others listen on the same socket, they alone are
     * told of who comes, until {@link #acceptAgain}.
     */
    public abstract void holdAccepting(Listener listener);

    /** Accepts, also those who came meanwhile; where it fails the listener is held as before. */
    public abstract int acceptAgain(Listener listener);

    /** Accepts, as far as the budget goes; what is over it follows in the next {@link #resume}. */
    public abstract void accept(Listener listener);

    /** The same in the next {@link #resume}. */
    public abstract void acceptLater(Listener listener);

    // ---- Input --------------------------------------------------------------------------------

    /** Says what the stream wants from now on. */
    public abstract void demand(ByteStream stream, Demand demand);

    /**
     * Goes on with input in the next {@link #resume}, if bytes are demanded: what is unread is
     * delivered again, and then what is in the kernel already.
     */
    public abstract void receiveLater(ByteStream stream);

    /**
     * Takes it that the kernel has no more input now: the next comes with the next event.
     *
     * @return false where the peer's end is near, which has to be read
     */
    public abstract boolean awaitInput(ByteStream stream);

    /** Whether the peer's end, or an error, has shown itself behind what was received. */
    public abstract boolean isEndAhead(ByteStream stream);

    /**
     * Looks for input, and for its end, of which no event has told yet.
     *
     * @return whether there may be still more than the budget allowed
     */
    public abstract boolean askForInput(ByteStream stream);

    // ---- Output -------------------------------------------------------------------------------

    /**
     * Has the kernel take bytes at once and from where they lie, if that pays and none wait.
     *
     * @return how many it took; the rest is for the stream's queue
     */
    public abstract int offer(ByteStream stream, MemorySegment source, int offset, int length);

    /**
     * Hands waiting output to the kernel, as much as it takes now and the budget allows: on return
     * the queue tells. What is over the budget follows in the next {@link #flush()}.
     */
    public abstract void send(ByteStream stream);

    /** The same, and then {@link ByteStream#flushed}. */
    public abstract void flush(ByteStream stream);

    /** The same in the next {@link #flush()}. */
    public abstract void flushLater(ByteStream stream);

    /**
     * Sends waiting output now, though no event has told yet that the kernel has room. Of a stream
     * that connects, looks whether it has.
     */
    public abstract void askForRoom(ByteStream stream);

    /**
     * Gives up what waits, to be sent or to be handed up, and its memory back once the kernel reads
     * none of it any more.
     */
    public abstract void discard(ByteStream stream);

    // ---- The loop -----------------------------------------------------------------------------

    /** Whether a channel waits for its turn: then there is nothing to sleep for. */
    public abstract boolean hasWork();

    /** Collects events without waiting; how many, or {@code -errno}. */
    public abstract int poll();

    /**
     * Sleeps until there are events, somebody wakes this or the deadline has come; how many events,
     * or {@code -errno}.
     *
     * @param deadlineNanos a time on the seam's clock, or {@link #NEVER}
     * @param hasWork asked once wakeups count: whether there is something to do already
     */
    public abstract int await(long deadlineNanos, BooleanSupplier hasWork);

    /** Tells the channels of the events that were collected. */
    public abstract void dispatch();

    /** Goes on with those whose budget was spent, or that have something to be delivered. */
    public abstract void resume();

    /** Flushes those that were to be flushed later. */
    public abstract void flush();

    /** Any thread: ends the reactor's sleep, the present one or the one it is about to begin. */
    public abstract void wake();

    /** Gives back its descriptors and its memory; what munmap(2) answers. */
    public abstract int close();
}
