package edgeloop;

import edgeloop.buffer.SegmentQueue;
import edgeloop.engine.Engine;
import edgeloop.layer.Agreement;
import edgeloop.layer.Flow;
import edgeloop.layer.Layer;
import edgeloop.layer.LayerContext;
import edgeloop.layer.Layers;
import edgeloop.layer.Sink;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the bytes of a reactor's connections go through their {@link Layer}s, which is TLS: here
 * those that come, on their way from the engine to the handler, and the beginning and the end; by
 * {@link Encoding} those that go out. What a handler does not want yet stays encoded.
 *
 * <p>A handshake costs as much as a hundred requests. So each waits for its turn, and a turn of the
 * loop has few: a thousand peers that come at once must not keep those who are here from being
 * served.
 */
final class Layering implements Sink {
    /** What is handed to a layer or taken from it in one go, as anywhere. */
    static final int PIECE_BYTES = Engine.INPUT_BYTES;

    /** Input that was kept, which is less than a piece, and what has come now. */
    private static final int KEPT_BYTES = 2 * PIECE_BYTES;

    /** Handshakes that are begun in one turn of the loop: at once, unless others wait. */
    private static final int HANDSHAKES_PER_TURN = 2;

    private static final CloseReason TOO_LONG =
            new CloseReason.TlsFailed("a record longer than " + PIECE_BYTES + " bytes");

    private final Reactor reactor;
    private final MemorySegment memory;

    /** Plaintext on its way to a handler. */
    private final MemorySegment input;

    /** Input that was kept, while it is decoded: handlers run meanwhile, and write. */
    private final MemorySegment again;

    /** What those write. */
    final Encoding encoding;

    private final Flow flow = new Flow();
    private final List<Layers> opened = new ArrayList<>();
    private final Deque<Connection> waiting = new ArrayDeque<>();

    /** Whether the handshakes of this turn are of those who waited when it began. */
    private boolean othersWait;

    /** By the places of their connections. */
    private @Nullable Layer[] layers = new @Nullable Layer[16];

    /** Whose layer is at work. */
    private @Nullable Connection current;

    private Layering(Reactor reactor, MemorySegment memory) {
        this.reactor = reactor;
        this.memory = memory;
        this.input = memory.asSlice(0, PIECE_BYTES);
        this.again = memory.asSlice(PIECE_BYTES, KEPT_BYTES);
        MemorySegment plain = memory.asSlice(PIECE_BYTES + KEPT_BYTES, PIECE_BYTES);
        this.encoding = new Encoding(reactor, this, flow, plain);
    }

    /**
     * @throws OutOfMemoryError if the kernel refuses the memory
     */
    static Layering on(Reactor reactor) {
        return new Layering(reactor, reactor.syscalls.map(2 * PIECE_BYTES + KEPT_BYTES));
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
        Connector asker = connection.handler instanceof Connector connector ? connector : null;
        put(connection.place(), maker.begin(asker == null ? null : asker.remote()));
        of(connection).beganNanos = reactor.exactNanoTime();
        connection.set(Connection.LAYERED);
        connection.state = Connection.State.HANDSHAKING;
        reactor.deadlines.begin(connection);
        if (asker != null) {
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
        flow.turns = othersWait ? HANDSHAKES_PER_TURN : flow.turns;
        while (flow.turns > 0 && !waiting.isEmpty()) {
            goOn(waiting.removeFirst());
        }
        othersWait = !waiting.isEmpty();
        flow.turns = othersWait ? 0 : HANDSHAKES_PER_TURN;
    }

    private void goOn(Connection connection) {
        connection.clear(Connection.LAYER_WAITS);
        takeKept(connection);
        endOf(connection);
        if (connection.isLive()) {
            reactor.inbound.resume(connection); // what has come meanwhile was not wanted
        }
    }

    private void established(Connection connection, Layer layer) {
        layer.handshakeNanos = reactor.exactNanoTime() - layer.beganNanos;
        connection.group().counters.established(layer.isResumed());
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
                agreed.resumed(),
                layer.handshakeNanos);
    }

    // ---- Input --------------------------------------------------------------------------------

    /** What the engine has received; nothing where what was left unread is to be shown again. */
    void received(Connection connection, MemorySegment source, int length) {
        Layer layer = of(connection);
        if (length == 0) {
            showAgain(connection);
            takeKept(connection);
        } else if (layer.kept != null) {
            if (keep(connection, layer, source, 0, length)) {
                takeKept(connection);
            }
        } else {
            int taken = decode(connection, source, 0, length);
            if (taken < length && reads(connection)) {
                boolean _ = keep(connection, layer, source, taken, length - taken);
            }
        }
        endOf(connection);
    }

    /** Input has been taken as far as it could be: what the layer says of it goes out. */
    private void endOf(Connection connection) {
        if (wantsMore(connection) && of(connection).keptSize() >= PIECE_BYTES) {
            reactor.closer.tlsFailed(connection, TOO_LONG);
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
        int length = (int) kept.size(); // less than two pieces: with one, no more is wanted
        kept.copyTo(again);
        int taken = decode(connection, again, 0, length);
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
        boolean goesOn = true;
        while (goesOn && wantsMore(connection)) {
            int unread = reactor.inbound.placeUnread(connection, input);
            flow.setInput(source, at, offset + length);
            flow.setOutput(input, unread, PIECE_BYTES);
            Layer.Step step = decode(connection, layer);
            at = flow.inputAt;
            int plain = flow.outputAt - unread;
            answered(connection);
            if (plain > 0 && connection.isLive()) {
                show(connection, unread, plain, step);
            }
            // An end that comes with data is told once more, to a handler that wants to know.
            goesOn = (plain > 0 && step == Layer.Step.ENDED) || done(connection, layer, step);
        }
        reactor.inbound.endBurst(connection);
        return at;
    }

    private Layer.Step decode(Connection connection, Layer layer) {
        boolean waits = connection.outputSize() > 0;
        current = connection;
        try {
            return layer.decode(flow);
        } catch (Throwable e) { // there may be no memory
            connection.handlerFailed(e);
            return Layer.Step.WANTS_INPUT;
        } finally {
            if (!waits && connection.outputSize() > 0) {
                reactor.deadlines.sendingBegins(connection);
            }
        }
    }

    /** What a layer says by itself counts as output, too: a peer may have it say more and more. */
    private void answered(Connection connection) {
        if (connection.state == Connection.State.OPEN) {
            reactor.outbound.holdBack(connection);
        }
    }

    private void show(Connection connection, int unread, int plain, Layer.Step step) {
        if (step == Layer.Step.FAILED) {
            connection.set(Connection.LAYER_FINISHED); // nothing can be answered
        }
        boolean more = connection.is(Connection.BURST_GOES_ON);
        connection.set(Connection.BURST_GOES_ON, more || step == Layer.Step.GOES_ON);
        reactor.inbound.plaintext(connection, input, unread, plain);
        // Unless the handler has said that it awaits no more.
        connection.set(Connection.BURST_GOES_ON, more && connection.is(Connection.BURST_GOES_ON));
    }

    /** Whether something has come of which the handler has yet to learn. */
    boolean isBusy(Connection connection) {
        return of(connection).kept != null || connection.is(Connection.LAYER_WAITS);
    }

    private static boolean wantsMore(Connection connection) {
        return reads(connection) && Inbound.wantsInput(connection);
    }

    /** Whether there is somebody whom input is for, now or later. */
    private static boolean reads(Connection connection) {
        return connection.state == Connection.State.OPEN
                || connection.state == Connection.State.HANDSHAKING;
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
                ended(connection);
                return false;
            }
            case FAILED -> {
                failed(connection, layer);
                return false;
            }
        }
        return true;
    }

    private void ended(Connection connection) {
        if (connection.state == Connection.State.HANDSHAKING) {
            reactor.closer.abandoned(connection);
        } else {
            connection.set(Connection.LAYER_ENDED);
            int unread = reactor.inbound.placeUnread(connection, input);
            reactor.inbound.endInput(connection, input, unread);
        }
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
                ReactorThread.control(
                        reactor,
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
        } else {
            connection.group().counters.truncated++;
            connection.set(Connection.INPUT_ENDED);
            reactor.closer.truncated(connection);
        }
    }

    /** The layer can't go on, and has told the peer so, if it could say anything. */
    void failed(Connection connection, Layer layer) {
        Counters counters = connection.group().counters;
        if (connection.state == Connection.State.HANDSHAKING) {
            counters.handshakesFailed++;
            counters.strangers += layer.isStranger() ? 1 : 0;
        }
        connection.set(Connection.LAYER_FINISHED);
        encoding.discard(layer);
        reactor.closer.tlsFailed(connection, new CloseReason.TlsFailed(layer.failure()));
    }

    /** Nothing more will be written: once all that was is encoded, the layer's own end follows. */
    void finish(Connection connection) {
        Layer layer = of(connection);
        if (connection.is(Connection.LAYER_FINISHED) || layer.plain != null) {
            return;
        }
        connection.set(Connection.LAYER_FINISHED);
        boolean waits = connection.outputSize() > 0;
        current = connection;
        try {
            layer.finish();
        } catch (Throwable e) { // there may be no memory
            connection.handlerFailed(e);
        }
        if (!waits && connection.outputSize() > 0) {
            reactor.deadlines.sendingBegins(connection);
        }
    }

    /** Gives up what waits. */
    void discard(Connection connection) {
        Layer layer = of(connection);
        if (layer.kept != null) {
            reactor.segments.give(layer.kept);
            layer.kept = null;
        }
        encoding.discard(layer);
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

    /** Has a layer encode what {@link #flow} has; false if it can't. */
    boolean encode(Connection connection, Layer layer) {
        current = connection;
        try {
            return layer.encode(flow);
        } catch (Throwable e) { // there may be no memory
            connection.handlerFailed(e);
            return false;
        }
    }

    // ---- What layers call ---------------------------------------------------------------------

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

    @Override
    public long nanoTime() {
        return reactor.timers.nowNanos();
    }

    private void flush(Connection connection) {
        if (connection.isLive() && connection.encodedOutput() > 0) {
            reactor.engine.flush(connection);
        }
    }
}
