package edgeloop;

import edgeloop.buffer.SegmentQueue;
import edgeloop.engine.Engine;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * How a reactor's connections get to see what came in: the engine hands bytes up, the handler is
 * shown them behind what it left unread, and what it leaves now is kept in pooled segments. Here
 * bursts are told apart, too.
 */
final class Inbound {
    private final Reactor reactor;
    private final InputBuffers buffers = new InputBuffers(!DebugMode.ON);

    /** Whose handler is shown input, after which the output is flushed anyway; or null. */
    private @Nullable Connection serving;

    Inbound(Reactor reactor) {
        this.reactor = reactor;
    }

    /** Whether a callback of {@code connection} runs after which its output is flushed anyway. */
    boolean isServing(Connection connection) {
        return serving == connection;
    }

    // ---- What is wanted -----------------------------------------------------------------------

    static boolean wantsInput(Connection connection) {
        return switch (connection.state) {
            case CONNECTING, LINGERING -> true;
            case HANDSHAKING -> !connection.is(Connection.LAYER_WAITS);
            case OPEN ->
                    !connection.is(
                                    Connection.PAUSED
                                            | Connection.INPUT_ENDED
                                            | Connection.LAYER_WAITS)
                            && !(connection.is(Connection.CONGESTED)
                                    && connection.group().backpressure);
            case CLOSING, DOOMED, UNUSED -> false;
        };
    }

    /** Tells the engine what is wanted now, after something of which that depends has changed. */
    void updateDemand(Connection connection) {
        Engine.Demand demand = wantsInput(connection) ? Engine.Demand.BYTES : Engine.Demand.END;
        reactor.engine.demand(connection, connection.isLive() ? demand : Engine.Demand.NOTHING);
    }

    /** Input is wanted again, if nothing else keeps it from that; what was left unread first. */
    void resume(Connection connection) {
        updateDemand(connection);
        reactor.engine.receiveLater(connection);
    }

    /**
     * A peer that has gone looks like one that has finished: where nobody reads, time must tell.
     */
    void watchForEnd(Connection connection) {
        if (isEndNear(connection) && !wantsInput(connection)) {
            reactor.deadlines.watch(connection);
        }
    }

    /** Whether the peer's end has shown itself, be it read or not. */
    boolean isEndNear(Connection connection) {
        return reactor.engine.isEndAhead(connection) || connection.is(Connection.LAYER_ENDED);
    }

    // ---- What comes ---------------------------------------------------------------------------

    /** Puts what is to be in front of what the engine receives where {@code input} begins. */
    int placeInFront(Connection connection, MemorySegment input) {
        return !connection.is(Connection.LAYERED) ? placeUnread(connection, input) : 0;
    }

    /** Puts what is unread where {@code input} begins; answers its length. */
    int placeUnread(Connection connection, MemorySegment input) {
        SegmentQueue unread = connection.unread;
        if (unread == null || connection.state != Connection.State.OPEN) {
            return 0;
        }
        unread.copyTo(input);
        return (int) unread.size(); // at most MAX_UNREAD_BYTES
    }

    void received(
            Connection connection, MemorySegment memory, int unread, int length, boolean more) {
        Connection.State state = connection.state;
        if (state != Connection.State.OPEN && state != Connection.State.HANDSHAKING) {
            return; // it lingers: thrown away
        }
        if (length > 0) {
            reactor.deadlines.moved(connection, length);
            connection.set(Connection.BURST_GOES_ON, more);
            if (reactor.engine.isEndAhead(connection)) {
                reactor.deadlines.renewHalfClose(connection);
            }
            connection.group().counters.bytesRead += length;
        }
        if (connection.is(Connection.LAYERED)) {
            reactor.layering().received(connection, memory, length);
        } else if (unread + length > 0) { // else there is nothing to be shown again
            plaintext(connection, memory, unread, length);
        }
    }

    /** What the peer has said: behind what is unread, {@code length} new bytes. */
    void plaintext(Connection connection, MemorySegment memory, int unread, int length) {
        if (length > 0) {
            connection.set(Connection.HEARD | Connection.IN_BURST);
        }
        deliver(connection, memory, unread + length);
    }

    void deliver(Connection connection, MemorySegment memory, int length) {
        IoBuffer in = buffers.take(memory, length);
        Connection before = serving;
        serving = connection;
        try {
            connection.handler().onRead(connection, in);
            keepUnread(connection, in);
        } catch (Throwable e) {
            connection.handlerFailed(e);
        }
        serving = before;
        in.invalidate();
        if (connection.outputSize() > 0 || connection.state == Connection.State.CLOSING) {
            reactor.engine.flush(connection);
        } else {
            endBurst(connection);
        }
    }

    private void keepUnread(Connection connection, IoBuffer in) {
        dropUnread(connection);
        int left = in.remaining();
        if (left > 0 && connection.state == Connection.State.OPEN) {
            if (left > Connection.MAX_UNREAD_BYTES) {
                connection.protocolError(
                        "a message longer than " + Connection.MAX_UNREAD_BYTES + " bytes");
            } else {
                SegmentQueue queue = reactor.segments.takeQueue();
                connection.unread = queue;
                boolean _ =
                        reactor.outbound.keep(connection, queue, in.memory(), in.position(), left);
            }
        }
    }

    void dropUnread(Connection connection) {
        SegmentQueue unread = connection.unread;
        if (unread != null) {
            reactor.segments.give(unread);
            connection.unread = null;
        }
    }

    void ended(Connection connection, MemorySegment memory, int unread) {
        if (connection.state == Connection.State.LINGERING) {
            reactor.closer.doom(connection, null); // it has what it wanted
        } else if (connection.is(Connection.LAYERED)) {
            reactor.layering().finReceived(connection);
        } else {
            endInput(connection, memory, unread);
        }
    }

    /** The peer has said all; {@code memory} has what is unread of it. */
    void endInput(Connection connection, MemorySegment memory, int unread) {
        connection.set(Connection.INPUT_ENDED);
        updateDemand(connection);
        reactor.deadlines.renewHalfClose(connection);
        connection.clear(Connection.BURST_GOES_ON);
        IoBuffer in = buffers.take(memory, unread);
        Connection before = serving;
        serving = connection;
        try {
            connection.handler().onEnd(connection, in);
        } catch (Throwable e) {
            connection.handlerFailed(e);
        }
        serving = before;
        in.invalidate();
        dropUnread(connection);
        reactor.engine.flush(connection);
    }

    // ---- Bursts -------------------------------------------------------------------------------

    /** There is input, and there was none. */
    void arrived(Connection connection) {
        if (!connection.is(Connection.IN_BURST)) {
            connection.burstNanos = reactor.timers.nowNanos();
        }
    }

    void drained(Connection connection) {
        connection.clear(Connection.BURST_GOES_ON);
        endBurst(connection);
    }

    /**
     * A burst is over when it was read whole, its handler left nothing of it, and all output is in
     * the kernel's hands. EAGAIN does not make it so: a quick peer's next request may be there
     * before it, and that is a burst of its own.
     */
    void endBurst(Connection connection) {
        if (!connection.is(Connection.IN_BURST)
                || connection.is(Connection.BURST_GOES_ON)
                || connection.outputSize() > 0
                || connection.unread != null
                || connection.state == Connection.State.LINGERING // what comes then is no request
                || !connection.isLive()) {
            return;
        }
        connection.clear(Connection.IN_BURST);
        connection.group().counters.requests++;
        ReactorListener listener = reactor.listener;
        if (listener != null) {
            long now = reactor.syscalls.nanoTime();
            listener.onServed(now - connection.burstNanos);
            connection.burstNanos = now; // what is read next without an event has come since
        }
    }
}
