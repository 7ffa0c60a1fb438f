package edgeloop;

import edgeloop.buffer.FilePiece;
import edgeloop.buffer.Segment;
import edgeloop.buffer.SegmentQueue;
import edgeloop.engine.Engine;
import edgeloop.layer.Agreement;
import edgeloop.layer.Flow;
import edgeloop.layer.Layer;
import edgeloop.layer.LayerContext;
import edgeloop.layer.Layers;
import edgeloop.layer.Sink;
import edgeloop.sys.Errno;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the bytes of a reactor's connections go through their {@link Layer}s, which is TLS: input on
 * its way from the engine to the handler, output between the handler and the connection's queue.
 * What a handler does not want yet stays encoded, what the peer does not take yet stays plain.
 *
 * <p>A handshake costs as much as a hundred requests. So each waits for its turn, and a turn of the
 * loop has few: a thousand peers that come at once must not keep those who are here from being
 * served.
 */
final class Layering implements Sink {
    /** What {@link Connection} has for each. */
    private static final int PIECE_BYTES = Engine.INPUT_BYTES;

    /** Input that was kept, and what has come now. */
    private static final int KEPT_BYTES = 2 * PIECE_BYTES;

    /** What is encoded for one connection in one go; then others have their turn. */
    private static final int BUDGET = 4 * PIECE_BYTES;

    /** From here on, what a handler writes is encoded as it lies and not collected first. */
    private static final int DIRECT_BYTES = 4 * 1024;

    /** Handshakes that are begun in one turn of the loop. */
    private static final int HANDSHAKES_PER_TURN = 2;

    private final Reactor reactor;
    private final MemorySegment memory;

    /** Plaintext on its way to a handler. */
    private final MemorySegment input;

    /** Plaintext on its way out; then, as each is used for a moment only, input that was kept. */
    private final MemorySegment scratch;

    private final Flow flow = new Flow();
    private final List<Layers> opened = new ArrayList<>();
    private final Deque<Connection> waiting = new ArrayDeque<>();

    /** By the places of their connections. */
    private @Nullable Layer[] layers = new @Nullable Layer[16];

    /** Whose layer is at work. */
    private @Nullable Connection current;

    private Layering(Reactor reactor, MemorySegment memory) {
        this.reactor = reactor;
        this.memory = memory;
        this.input = memory.asSlice(0, PIECE_BYTES);
        this.scratch = memory.asSlice(PIECE_BYTES, KEPT_BYTES);
    }

    /**
     * @throws OutOfMemoryError if the kernel refuses the memory
     */
    static Layering on(Reactor reactor) {
        return new Layering(reactor, reactor.syscalls.map(PIECE_BYTES + KEPT_BYTES));
    }

    /** What makes the layers of a group of this reactor's connections. */
    Layers open(LayerContext context) {
        Layers layers = context.open(this);
        opened.add(layers);
        return layers;
    }

    /** All connections of a group have closed. */
    void close(Layers layers) {
        if (opened.remove(layers)) {
            layers.close();
        }
    }

    /** All connections have closed. */
    void close() {
        opened.forEach(Layers::close);
        reactor.unmap(memory);
    }

    // ---- The beginning ------------------------------------------------------------------------

    /** The handshake begins. */
    void begin(Connection connection) {
        Layers maker = connection.group().layers(reactor);
        boolean speaksFirst = connection.handler instanceof Connector;
        put(connection.place(), maker.begin(speaksFirst ? connection.peer() : null));
        connection.set(Connection.LAYERED);
        connection.state = Connection.State.HANDSHAKING;
        reactor.deadlines.begin(connection);
        if (speaksFirst) {
            int _ = decode(connection, input, 0, 0);
            flush(connection);
        }
    }

    private void put(int place, Layer layer) {
        int length = place < layers.length ? layers.length : 2 * place;
        layers = length == layers.length ? layers : Arrays.copyOf(layers, length);
        layers[place] = layer;
    }

    /** The one of a connection that has one. */
    Layer of(Connection connection) {
        return Objects.requireNonNull(layers[connection.place()]);
    }

    /** Whether a handshake waits for its turn. */
    boolean hasWork() {
        return !waiting.isEmpty();
    }

    /** A step of the turn: some of the handshakes that wait go on. */
    void proceed() {
        for (int n = 0; n < HANDSHAKES_PER_TURN && !waiting.isEmpty(); n++) {
            goOn(waiting.removeFirst());
        }
    }

    private void goOn(Connection connection) {
        connection.clear(Connection.LAYER_WAITS);
        flow.hasTurn = true;
        takeKept(connection);
        flow.hasTurn = false;
        flush(connection);
        if (connection.isLive()) {
            reactor.inbound.resume(connection); // what has come meanwhile was not wanted
        }
    }

    private void established(Connection connection, Layer layer) {
        connection.group().counters.established(layer.agreement().resumed());
        connection.state = Connection.State.OPEN;
        reactor.deadlines.begin(connection);
        reactor.opener.handOver(connection);
    }

    static TlsSession session(Layer layer) {
        Agreement agreed = layer.agreement();
        return new TlsSession(
                agreed.protocol(),
                agreed.cipherSuite(),
                agreed.applicationProtocol(),
                agreed.serverName(),
                agreed.peerCertificates(),
                agreed.resumed());
    }

    // ---- Input --------------------------------------------------------------------------------

    /** What the engine has received; nothing where what was left unread is to be shown again. */
    void received(Connection connection, MemorySegment source, int length) {
        Layer layer = of(connection);
        if (length == 0) {
            showAgain(connection);
            takeKept(connection);
        } else if (layer.kept != null || connection.is(Connection.LAYER_WAITS)) {
            if (keep(connection, layer, source, 0, length)) {
                takeKept(connection);
            }
        } else {
            int taken = decode(connection, source, 0, length);
            if (taken < length && connection.isLive()) {
                boolean _ = keep(connection, layer, source, taken, length - taken);
            }
        }
        flush(connection);
    }

    private void showAgain(Connection connection) {
        int unread = reactor.inbound.placeUnread(connection, input);
        if (unread > 0) {
            reactor.inbound.deliver(connection, input, unread);
        }
    }

    private boolean keep(
            Connection connection, Layer layer, MemorySegment source, int offset, int length) {
        SegmentQueue queue = layer.kept;
        if (queue == null) {
            queue = reactor.segments.takeQueue();
            layer.kept = queue;
        }
        return reactor.outbound.keep(connection, queue, source, offset, length);
    }

    /** Decodes what was kept, and what the layer may have taken and not made anything of yet. */
    private void takeKept(Connection connection) {
        Layer layer = of(connection);
        SegmentQueue kept = layer.kept;
        if (kept == null) {
            int _ = decode(connection, input, 0, 0);
            return;
        }
        int length = (int) kept.size(); // at most two pieces: with one, no more is wanted
        kept.copyTo(scratch);
        int taken = decode(connection, scratch, 0, length);
        if (layer.kept == kept) { // it may have been cut off
            kept.remove(reactor.segments, taken);
            if (kept.isEmpty()) {
                reactor.segments.give(kept);
                layer.kept = null;
            }
        }
    }

    /** Decodes and delivers, as far as it is wanted; answers the bytes taken. */
    private int decode(Connection connection, MemorySegment source, int offset, int length) {
        Layer layer = of(connection);
        int at = offset;
        int end = offset + length;
        while (wantsMore(connection)) {
            int unread = reactor.inbound.placeUnread(connection, input);
            flow.setInput(source, at, end);
            flow.setOutput(input, unread, PIECE_BYTES);
            current = connection;
            Layer.Step step = layer.decode(flow);
            at = flow.inputAt;
            int plain = flow.outputAt - unread;
            if (plain > 0) {
                reactor.inbound.plaintext(connection, input, unread, plain);
            }
            if (!done(connection, layer, step)) {
                break;
            }
        }
        return at;
    }

    private static boolean wantsMore(Connection connection) {
        return connection.state != Connection.State.CLOSING && Inbound.wantsInput(connection);
    }

    /** Does what a step of the layer asks for; whether another one may follow. */
    private boolean done(Connection connection, Layer layer, Layer.Step step) {
        if (!connection.isLive()) {
            return false;
        }
        switch (step) {
            case GOES_ON -> {}
            case ESTABLISHED -> established(connection, layer);
            case WANTS_INPUT -> {
                return false;
            }
            case WAITS_FOR_TURN -> {
                await(connection);
                waiting.addLast(connection);
                return false;
            }
            case WAITS_FOR_TASK -> {
                await(connection);
                return false;
            }
            case ENDED -> {
                connection.set(Connection.LAYER_ENDED);
                reactor.inbound.endInput(
                        connection, input, reactor.inbound.placeUnread(connection, input));
                return false;
            }
            case FAILED -> {
                failed(connection, layer);
                return false;
            }
        }
        return true;
    }

    private void await(Connection connection) {
        connection.set(Connection.LAYER_WAITS);
        reactor.inbound.updateDemand(connection);
    }

    @Override
    public Runnable continuation() {
        Connection connection = Objects.requireNonNull(current);
        Layer layer = of(connection);
        return () ->
                reactor.control(
                        () -> {
                            if (isStillOf(connection, layer)) {
                                goOn(connection);
                            }
                        });
    }

    @SuppressWarnings("ReferenceEquality") // a layer is itself alone
    private static boolean isStillOf(Connection connection, Layer layer) {
        return connection.layer() == layer && connection.isLive();
    }

    // ---- The end ------------------------------------------------------------------------------

    /** The peer's FIN. */
    void finReceived(Connection connection) {
        if (connection.state == Connection.State.HANDSHAKING) {
            reactor.closer.abandoned(connection);
        } else if (connection.is(Connection.INPUT_ENDED)) {
            connection.clear(Connection.LAYER_ENDED); // of that it has told before
        } else {
            connection.group().counters.truncated++;
            connection.set(Connection.INPUT_ENDED);
            reactor.closer.truncated(connection);
        }
    }

    private void failed(Connection connection, Layer layer) {
        Counters counters = connection.group().counters;
        if (connection.state == Connection.State.HANDSHAKING) {
            counters.handshakesFailed++;
            counters.strangers += layer.isStranger() ? 1 : 0;
        }
        connection.set(Connection.LAYER_FINISHED); // with an alert, if it could say anything
        reactor.closer.tlsFailed(connection, layer.failure());
    }

    /** All output is in the kernel's hands: whether the layer's own end is to follow it. */
    boolean finish(Connection connection) {
        if (connection.is(Connection.LAYER_FINISHED)) {
            return false;
        }
        connection.set(Connection.LAYER_FINISHED);
        current = connection;
        of(connection).finish();
        boolean follows = connection.outputSize() > 0;
        flush(connection);
        return follows || !connection.isLive();
    }

    /** Gives up what waits. */
    void discard(Connection connection) {
        Layer layer = of(connection);
        if (layer.kept != null) {
            reactor.segments.give(layer.kept);
            layer.kept = null;
        }
        dropPlain(layer);
    }

    private void dropPlain(Layer layer) {
        if (layer.plain != null) {
            reactor.segments.give(layer.plain);
            layer.plain = null;
        }
    }

    /** The connection has closed. */
    void release(Connection connection, CloseReason reason) {
        boolean byPeer =
                reason instanceof CloseReason.PeerClosed || reason instanceof CloseReason.Failed;
        if (byPeer && connection.handler instanceof Welcome) {
            connection.group().counters.handshakesAbandoned++;
        }
        discard(connection);
        if (connection.is(Connection.LAYER_WAITS)) {
            boolean _ = waiting.remove(connection);
        }
        of(connection).dispose();
        connection.clear(Connection.LAYERED);
        layers[connection.place()] = null;
    }

    // ---- Output -------------------------------------------------------------------------------

    /** Where what is written waits to be encoded. */
    SegmentQueue plainQueue(Connection connection) {
        Layer layer = of(connection);
        SegmentQueue queue = layer.plain;
        if (queue == null) {
            queue = reactor.segments.takeQueue();
            layer.plain = queue;
        }
        return queue;
    }

    /** Encodes what is written, as it lies, if that pays and nothing waits. */
    boolean encodes(Connection connection, MemorySegment source, int offset, int length) {
        if (length < DIRECT_BYTES || connection.outputSize() > 0) {
            return false;
        }
        reactor.deadlines.sendingBegins(connection);
        encode(connection, source, offset, length);
        return true;
    }

    private void encode(Connection connection, MemorySegment source, int offset, int length) {
        Layer layer = of(connection);
        flow.setInput(source, offset, offset + length);
        current = connection;
        if (!layer.encode(flow)) {
            dropPlain(layer);
            failed(connection, layer);
        }
    }

    /**
     * Encodes what waits for that, once the kernel has all that was encoded before.
     *
     * @return false if there is nothing to be sent, or it waits for the kernel
     */
    boolean encodeMore(Connection connection) {
        Layer layer = of(connection);
        if (layer.plain == null || connection.encodedOutput() > 0) {
            return false;
        }
        int left = BUDGET;
        while (layer.plain != null && left > 0 && connection.encodedOutput() == 0) {
            int length = gather(connection, layer.plain);
            if (length > 0) {
                encode(connection, scratch, 0, length);
            }
            if (!connection.isLive()) {
                return true;
            }
            if (layer.plain != null && layer.plain.isEmpty()) {
                dropPlain(layer);
            }
            left -= length;
        }
        if (layer.plain != null) {
            reactor.engine.flushLater(connection);
            return true;
        }
        if (connection.encodedOutput() == 0) {
            return false;
        }
        reactor.engine.flush(connection);
        return true;
    }

    /** Moves what is to be encoded next to one place; answers its length. */
    private int gather(Connection connection, SegmentQueue plain) {
        int length = 0;
        while (length < PIECE_BYTES && !plain.isEmpty()) {
            int space = PIECE_BYTES - length;
            int n;
            if (plain.first() instanceof FilePiece range) {
                n = (int) Math.min(space, range.left());
                n = reactor.syscalls.read(range.descriptor(), range.offset(), scratch, length, n);
                if (n <= 0) {
                    int errno = n == 0 ? Errno.ENODATA : n == -Errno.EAGAIN ? Errno.EIO : -n;
                    if (errno == Errno.EINTR) {
                        continue;
                    }
                    reactor.closer.failed(connection, Engine.Failure.SENDING_FILE, errno);
                    return 0;
                }
                plain.remove(reactor.segments, n);
            } else {
                assert plain.first() instanceof Segment;
                n = plain.moveTo(reactor.segments, scratch, length, space);
            }
            length += n;
        }
        return length;
    }

    @Override
    public void put(MemorySegment source, int offset, int length) {
        Connection connection = Objects.requireNonNull(current);
        if (length == 0 || !connection.isLive()) {
            return;
        }
        int sent = reactor.engine.offer(connection, source, offset, length);
        if (sent < length && connection.isLive()) {
            boolean _ =
                    reactor.outbound.keep(
                            connection,
                            connection.outputQueue(),
                            source,
                            offset + sent,
                            length - sent);
        }
    }

    private void flush(Connection connection) {
        if (connection.isLive() && connection.encodedOutput() > 0) {
            reactor.engine.flush(connection);
        }
    }
}
