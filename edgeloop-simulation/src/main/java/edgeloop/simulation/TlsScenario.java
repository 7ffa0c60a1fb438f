package edgeloop.simulation;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionOptions;
import edgeloop.HandlerFactory;
import edgeloop.HandshakeStats;
import edgeloop.ServerOptions;
import edgeloop.ServerStats;
import edgeloop.SyscallException;
import edgeloop.Transport;
import edgeloop.layer.LayerContext;
import edgeloop.layer.LayerSource;
import edgeloop.layer.Layers;
import edgeloop.tls.Provider;
import edgeloop.tls.Tls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run of an echo server with TLS, by OpenSSL, among peers that speak TLS too, or break it: with
 * records cut anywhere, handshakes in between each other, ends that are told and ends that are not,
 * bytes that are no TLS, new keys in the middle.
 *
 * <p>OpenSSL has no chance of its own here, and no tickets, which would differ from run to run.
 */
final class TlsScenario implements World, HandlerFactory {
    static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAX_TURNS = 100_000;

    final SimulatedKernel kernel;
    final Choices choices;
    final List<TlsEcho> live = new ArrayList<>();

    private final Case run;
    private final ServerOptions options;
    private final List<TlsPeer> peers = new ArrayList<>();
    private final int calmAtCall;
    private final TlsSink sink = new TlsSink();
    private @Nullable SimulatedServer server;
    private boolean calm;
    private long calmNanos;
    private boolean shutdownAsked;
    private boolean cutOff;
    private int handlersMade;
    private int truncated;

    TlsScenario(Case run, SimulatedKernel kernel, Choices choices) {
        this.run = run;
        this.kernel = kernel;
        this.choices = choices;
        this.calmAtCall = choices.magnitude(0, 2_048);
        kernel.faults().drawRates();
        kernel.faults().setRate(Fault.SETUP_REFUSED, 0);
        this.options = drawOptions();
    }

    private ServerOptions drawOptions() {
        int high = choices.magnitude(1, choices.below(4) == 0 ? 100_000 : 2_000);
        ConnectionOptions connection =
                ConnectionOptions.defaults()
                        .withWaterMarks(choices.below(high), high)
                        .withBackpressure(choices.below(8) > 0)
                        .withWriteTimeout(Duration.ZERO)
                        .withHalfCloseTimeout(Duration.ZERO)
                        .withLingerTimeout(LIMIT);
        Transport transport = run.drawTransport(choices);
        Tls tls =
                Tls.server(SeededOpenSsl.certificate(), SeededOpenSsl.key())
                        .withProvider(Provider.OPENSSL)
                        .withResumption(false)
                        .withHandshakeTimeout(LIMIT);
        return ServerOptions.defaults()
                .withMaxEvents(choices.magnitude(1, 64))
                .withTransport(transport)
                .withTrigger(Settings.drawTrigger(transport, choices, kernel.faults()))
                .withDrainTimeout(LIMIT)
                .withConnection(connection)
                .withMaxConnectionsPerIp(1_000) // so that the address is known in time
                .withTls(tls);
    }

    /** Runs one to its end. */
    static void play(Case run, SimulatedKernel kernel, Choices choices) {
        new TlsScenario(run, kernel, choices).run();
    }

    // ---- The run ------------------------------------------------------------------------------

    /** Runs to the end. Throws {@link SimulationFailure} if a rule is broken. */
    private void run() {
        SeededOpenSsl.seed(choices.split());
        kernel.note("TLS: %s", options.withTls(null));
        if (!open()) {
            return;
        }
        Layers layers =
                LayerContext.of(
                                Tls.client()
                                        .withProvider(Provider.OPENSSL)
                                        .withoutVerification()
                                        .withResumption(false),
                                LayerSource.Side.CLIENT)
                        .open(sink);
        drawPeers(layers);
        try {
            kernel.setWorld(this);
            turn();
            cutOff = true;
            running().close();
        } finally {
            peers.forEach(TlsPeer::dispose);
            layers.close();
        }
        check(running().stats());
    }

    private boolean open() {
        try {
            server = SimulatedServer.open(kernel, options, this);
            return true;
        } catch (SyscallException | OutOfMemoryError e) {
            Faults faults = kernel.faults();
            if (faults.struck(Fault.MEMORY_REFUSED) + faults.struck(Fault.REGISTER_REFUSED) == 0) {
                throw kernel.violation("the server did not open: %s", e);
            }
            kernel.check();
            kernel.checkNothingIsLeft();
            return false;
        }
    }

    private void drawPeers(Layers layers) {
        int count = choices.between(1, choices.between(1, 8));
        for (int i = 0; i < count; i++) {
            TlsPeer peer = new TlsPeer(this, i, choices.split(), layers, sink);
            if ((run.droppedPeers() >>> i & 1) == 0) {
                peers.add(peer);
                kernel.note("%s", peer);
            }
        }
    }

    private void turn() {
        int turns = 0;
        while (running().isRunning()) {
            running().turn();
            if (++turns > MAX_TURNS) {
                throw kernel.violation("no end after %d turns: %s", turns, peers);
            }
            if (!calm && kernel.calls() >= calmAtCall) {
                becomeCalm();
            }
        }
    }

    private void becomeCalm() {
        calm = true;
        calmNanos = kernel.elapsedNanos();
        kernel.note("---- calm: no more faults, and peers behave");
        kernel.faults().stop();
        peers.forEach(TlsPeer::wake);
    }

    private void check(ServerStats stats) {
        for (TlsPeer peer : peers) {
            peer.check();
        }
        HandshakeStats handshakes = stats.handshakes();
        if (handshakes.full() != handlersMade || handshakes.resumed() != 0) {
            throw kernel.violation("%d handlers were made: %s", handlersMade, handshakes);
        }
        // One that did may have come to another end: by a reset, for what it did not want to read.
        long most = peers.stream().filter(TlsPeer::hasTruncated).count();
        if (handshakes.truncated() < truncated || handshakes.truncated() > most) {
            throw kernel.violation("%d to %d were truncated: %s", truncated, most, handshakes);
        }
        long ended =
                handshakes.full()
                        + handshakes.failed()
                        + handshakes.timedOut()
                        + handshakes.abandoned();
        if (ended > stats.accepted()) {
            throw kernel.violation("of %d handshakes: %s", stats.accepted(), handshakes);
        }
        for (String problem : running().problems()) {
            if (problem.startsWith("A connection's handler failed")
                    && kernel.faults().struck(Fault.MEMORY_REFUSED) == 0) {
                throw kernel.violation("%s", problem);
            }
        }
    }

    private SimulatedServer running() {
        return Objects.requireNonNull(server);
    }

    // ---- What its parts ask -------------------------------------------------------------------

    boolean isCalm() {
        return calm;
    }

    long calmNanos() {
        return calmNanos;
    }

    boolean isShuttingDown() {
        return shutdownAsked;
    }

    boolean isCutOff() {
        return cutOff;
    }

    boolean hasBackpressure() {
        return options.connection().backpressure();
    }

    void closed(TlsEcho handler, CloseReason reason) {
        live.remove(handler);
        truncated += reason instanceof CloseReason.Truncated ? 1 : 0;
    }

    // ---- What the library calls ---------------------------------------------------------------

    @Override
    public ConnectionHandler handlerFor(Connection connection) {
        InetSocketAddress address = Objects.requireNonNull(connection.remoteAddress());
        for (TlsPeer peer : peers) {
            PeerSocket socket = peer.socket();
            if (socket != null && socket.address().equals(address)) {
                handlersMade++;
                TlsEcho handler = new TlsEcho(this, peer, socket, connection);
                live.add(handler);
                return handler;
            }
        }
        throw kernel.violation("no peer is at %s", address);
    }

    // ---- What the kernel calls ----------------------------------------------------------------

    @Override
    public long nextNanos() {
        long next = NEVER;
        for (TlsPeer peer : peers) {
            next = Math.min(next, peer.nextNanos());
        }
        return next;
    }

    @Override
    public void act() {
        boolean over = true;
        for (TlsPeer peer : peers) {
            if (peer.nextNanos() <= kernel.elapsedNanos()) {
                peer.act();
            }
            over &= peer.isOver();
        }
        if (over && !shutdownAsked) {
            shutdownAsked = true;
            kernel.note("---- shutdown()");
            running().server().shutdown();
        }
    }

    @Override
    public void interleave() {
        if (!peers.isEmpty()) {
            peers.get(choices.below(peers.size())).act();
        }
    }

    @Override
    public void beforeSleep(long untilNanos) {
        if (!running().isRunning()) {
            throw kernel.violation("the server sleeps after it was to stop");
        }
        for (TlsEcho handler : live) {
            handler.checkBeforeSleep();
        }
    }

    @Override
    public boolean stalled() {
        if (!calm) {
            becomeCalm();
            return true;
        }
        throw kernel.violation("the server sleeps for ever: %s", peers);
    }
}
