package edgeloop;

import edgeloop.buffer.SegmentPool;
import edgeloop.buffer.SegmentQueue;
import edgeloop.buffer.SharedDescriptor;
import edgeloop.engine.Engine;
import java.lang.foreign.MemorySegment;

/**
 * How what the handlers of a reactor's connections write goes out: it waits in pooled segments for
 * the engine, and above the high-water mark its connection is congested until it has fallen to the
 * low-water mark. When all is in the kernel's hands, what waited for that follows.
 */
final class Outbound {
    private final Reactor reactor;
    private final SegmentPool segments;

    Outbound(Reactor reactor, SegmentPool segments) {
        this.reactor = reactor;
        this.segments = segments;
    }

    private Engine engine() {
        return reactor.engine;
    }

    // ---- What is written ----------------------------------------------------------------------

    void write(Connection connection, byte[] bytes, int offset, int length) {
        SegmentQueue queue = queue(connection);
        int kept = queue.append(segments, bytes, offset, length);
        while (kept < length && reactor.makeRoom(connection)) {
            kept += queue.append(segments, bytes, offset + kept, length - kept);
        }
        if (kept == length) {
            written(connection);
        } else {
            reactor.closer.cutOff(connection);
        }
    }

    void write(Connection connection, MemorySegment source, int offset, int length) {
        if (connection.is(Connection.LAYERED)) {
            writeToLayer(connection, source, offset, length);
            return;
        }
        int sent = engine().offer(connection, source, offset, length);
        if (sent < length
                && connection.state == Connection.State.OPEN
                && keep(connection, queue(connection), source, offset + sent, length - sent)) {
            written(connection);
        }
    }

    private void writeToLayer(Connection connection, MemorySegment source, int offset, int length) {
        if (reactor.layering().encoding.takes(connection, source, offset, length)
                || keep(connection, queue(connection), source, offset, length)) {
            written(connection);
        }
    }

    void write(Connection connection, SharedDescriptor file, long offset, long length) {
        queue(connection).append(segments, file, offset, length);
        written(connection);
    }

    /** Appends to a queue of this connection; where there is no memory, cuts it off. */
    boolean keep(
            Connection connection,
            SegmentQueue queue,
            MemorySegment source,
            int offset,
            int length) {
        int kept = queue.append(segments, source, offset, length);
        while (kept < length && reactor.makeRoom(connection)) {
            kept += queue.append(segments, source, offset + kept, length - kept);
        }
        if (kept < length) {
            reactor.closer.cutOff(connection);
        }
        return kept == length;
    }

    private SegmentQueue queue(Connection connection) {
        SegmentQueue queue =
                !connection.is(Connection.LAYERED)
                        ? connection.outputQueue()
                        : reactor.layering().encoding.queue(connection);
        if (connection.outputSize() == 0) { // also where it got nothing, for want of memory
            reactor.deadlines.sendingBegins(connection);
        }
        return queue;
    }

    private void written(Connection connection) {
        holdBack(connection);
        if (!reactor.inbound.isServing(connection)) {
            engine().flushLater(connection);
        }
    }

    /** Nothing more is read of whom so much waits for that is not taken. */
    void holdBack(Connection connection) {
        int highWaterMark = connection.group().highWaterMark;
        if (connection.outputSize() >= highWaterMark) {
            sendNow(connection); // so far nobody has asked the kernel
            if (connection.outputSize() >= highWaterMark && !connection.is(Connection.CONGESTED)) {
                connection.set(Connection.CONGESTED);
                reactor.inbound.updateDemand(connection);
            }
        }
    }

    private void sendNow(Connection connection) {
        if (connection.is(Connection.LAYERED)) {
            reactor.layering().encoding.encode(connection);
        }
        engine().send(connection);
    }

    // ---- What has gone out --------------------------------------------------------------------

    /** The kernel has taken bytes. */
    void sent(Connection connection, int bytes) {
        connection.group().counters.bytesWritten += bytes;
        reactor.deadlines.renewWrite(connection, bytes);
        reactor.deadlines.moved(connection, bytes);
    }

    /** As much as the kernel takes at present has gone out: does what waited for that. */
    void flushed(Connection connection) {
        if (!connection.isLive()) {
            return;
        }
        if (connection.is(Connection.LAYERED) && reactor.layering().encoding.goesOn(connection)) {
            return; // and has been here again, or will be
        }
        if (connection.outputSize() == 0) {
            reactor.inbound.endBurst(connection);
            if (connection.state == Connection.State.CLOSING) {
                reactor.closer.endOutput(connection);
            } else {
                reactor.inbound.watchForEnd(connection);
            }
        } else {
            reactor.deadlines.watch(connection);
        }
        if (connection.is(Connection.CONGESTED)
                && connection.outputSize() <= connection.group().lowWaterMark) {
            endCongestion(connection);
        }
    }

    /** The output has fallen to the low-water mark. */
    private void endCongestion(Connection connection) {
        connection.clear(Connection.CONGESTED);
        if (connection.state != Connection.State.OPEN) {
            return;
        }
        reactor.inbound.resume(connection);
        try {
            connection.handler().onDrain(connection);
        } catch (Throwable e) {
            connection.handlerFailed(e);
        }
    }
}
