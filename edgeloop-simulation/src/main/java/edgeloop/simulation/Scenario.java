package edgeloop.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionRef;
import edgeloop.Directory;
import edgeloop.EventSource;
import edgeloop.FileHandle;
import edgeloop.HandlerFactory;
import edgeloop.IoBuffer;
import edgeloop.Reactor;
import edgeloop.ReactorListener;
import edgeloop.SyscallException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of a server among peers, as a seed draws it: which faults how often, which limits, how
 * many peers, and what they and their handlers do.
 *
 * <p>After a while it becomes calm: no fault strikes any more, and every peer reads what it is sent
 * and finishes. Then all must be served, the server is shut down, and nothing may be left.
 */
final class Scenario implements World, HandlerFactory, ReactorListener {
    /** How much later than promised a timer may be seen: rounding to ticks of 1 ms. */
    static final long SLACK_NANOS = 3_000_000;

    /** By then each timeout that is drawn has run out. */
    static final Duration LONG = Duration.ofSeconds(20);

    private static final int MAX_TURNS = 200_000;
    static final int SEGMENT_BYTES = 8 * 1024;

    final SimulatedKernel kernel;
    final Settings settings;
    final Swarm swarm;
    final SwarmClient client;

    private final Choices choices;
    private final List<CheckedHandler> live = new ArrayList<>();
    private final List<IoBuffer> kept = new ArrayList<>();
    private final Probes probes;
    private final Tally tally;

    private @Nullable SimulatedServer server;
    private @Nullable Directory directory;
    private byte[] scratch = new byte[4_096];
    private boolean calm;
    private boolean shutdownAsked;
    private long shutdownNanos;

    /** Those who waited to be accepted when the shutdown began. */
    private List<TcpConnection> waiting = List.of();

    private boolean cutOff;
    private long mappedAtStart;

    Scenario(Case run, SimulatedKernel kernel, Choices choices) {
        this.kernel = kernel;
        this.choices = choices;
        kernel.faults().drawRates();
        kernel.faults().setRate(Fault.SENDFILE_UNSUPPORTED, 0); // which is for files that matter
        kernel.faults().setRate(Fault.SETUP_REFUSED, choices.below(64) == 0 ? 1 << 12 : 0);
        settings = new Settings(kernel, choices, this, run.drawTransport(choices));
        tally = new Tally(kernel);
        probes = new Probes(this, choices.split(), choices.below(4) == 0);
        swarm = new Swarm(this, choices, run.droppedPeers());
        drawShortages(choices.split());
        client = drawClient(choices.split());
    }

    /** In one of four the program connects as well. */
    private SwarmClient drawClient(Choices outward) {
        if (outward.below(4) == 0) {
            settings.drawConnectTimeout(outward);
            swarm.addOutgoing(outward.between(1, 3), outward);
        }
        return new SwarmClient(this, outward.below(8) == 0);
    }

    /** Where memory or descriptors are scarce, more peers compete. */
    private void drawShortages(Choices shortages) {
        boolean scarce = settings.drawMemory(shortages);
        if (scarce || settings.descriptorsLimited) {
            swarm.add(shortages.below(12), shortages, Swarm.Size.SMALL);
        }
        if (!scarce) { // who is slow goes first where memory is scarce
            settings.drawOutputRate(shortages);
        }
    }

    // ---- The run ------------------------------------------------------------------------------

    /** Runs to the end. Throws {@link SimulationFailure} if a rule is broken. */
    void run() {
        describe();
        if (open()) {
            kernel.faults().setRate(Fault.SETUP_REFUSED, 0);
            client.open();
            kernel.setWorld(this);
            mappedAtStart = kernel.mappedBytes();
            turn();
            cutOff = true;
            checkLastCall();
            running().close();
            tally.check(running().stats(), swarm);
            probes.checkEnd();
            tally.checkProblems(running().problems());
        }
    }

    /** Tells the trace what was drawn. */
    private void describe() {
        if (kernel.isTraced()) {
            kernel.note("%s", settings.options().withListeners(null));
            kernel.note("%s, calm at call %d", settings.shutdown, settings.calmAtCall);
            swarm.describe();
            kernel.note("%s", kernel.faults());
        }
    }

    private SimulatedServer running() {
        return Objects.requireNonNull(server);
    }

    /** Opens the server; false if the kernel would not have it. */
    private boolean open() {
        try {
            server = SimulatedServer.open(kernel, settings.options(), this);
            return true;
        } catch (SyscallException | OutOfMemoryError e) {
            Faults faults = kernel.faults();
            int refused =
                    faults.struck(Fault.SETUP_REFUSED)
                            + faults.struck(Fault.MEMORY_REFUSED)
                            + faults.struck(Fault.REGISTER_REFUSED);
            if (refused == 0) {
                throw kernel.violation("the server did not open: %s", e);
            }
            kernel.check();
            kernel.checkNothingIsLeft();
            return false;
        }
    }

    private void turn() {
        int turns = 0;
        while (running().isRunning()) {
            running().turn();
            if (++turns > MAX_TURNS) {
                throw kernel.violation("no end after %d turns: %s", turns, swarm.state());
            }
            for (int i = 0; i < live.size(); i++) {
                live.get(i).checkBetweenTurns();
            }
            if (running().bufferBytes() > settings.options().maxBufferBytes()) {
                throw kernel.violation(
                        "%d bytes of memory are held, where %d are allowed",
                        running().bufferBytes(), settings.options().maxBufferBytes());
            }
            probes.checkAfterTurn();
            if (!calm && kernel.calls() >= settings.calmAtCall) {
                becomeCalm();
            }
        }
    }

    private void becomeCalm() {
        calm = true;
        kernel.note("---- calm: no more faults, and peers behave");
        kernel.faults().stop();
        kernel.limitDescriptors(Integer.MAX_VALUE);
        swarm.wake();
    }

    /** Who waited when the shutdown began was accepted, unless the time for it had run out. */
    private void checkLastCall() {
        long took = kernel.elapsedNanos() - shutdownNanos;
        if (took < settings.options().drainTimeout().toNanos()) {
            for (TcpConnection connection : waiting) {
                if (connection.neverAccepted) {
                    throw kernel.violation("the shutdown reset who waited to be accepted");
                }
            }
        }
    }

    Reactor reactor() {
        return running().server().reactors().getFirst();
    }

    // ---- What peers and handlers ask ----------------------------------------------------------

    /** Another thread hands over a task; false if the reactor refuses. */
    boolean execute(Runnable task) {
        return probes.execute(task);
    }

    void note(SwarmPeer peer, String what) {
        if (kernel.isTraced()) {
            kernel.note("    peer %d %s", peer.index, what);
        }
    }

    boolean isCalm() {
        return calm;
    }

    boolean isShuttingDown() {
        return shutdownAsked;
    }

    /** Whether the server has come to its end, and resets those who are left. */
    boolean isCutOff() {
        return cutOff;
    }

    /** Hands a task for a connection over; false if the reactor refuses. */
    boolean tell(ConnectionRef ref, Consumer<Connection> task) {
        return probes.tell(ref, task);
    }

    byte[] scratch(int length) {
        if (length > scratch.length) {
            scratch = new byte[2 * length];
        }
        return scratch;
    }

    /** Whether connections may come to be cut off for want of memory. */
    boolean mayLackMemory() {
        long most = kernel.mostMappedBytes() - mappedAtStart;
        return most + 2 * SEGMENT_BYTES > settings.options().maxBufferBytes()
                || kernel.faults().struck(Fault.MEMORY_REFUSED) > 0;
    }

    /** Whether connections may come to be closed for want of descriptors. */
    boolean mayLackDescriptors() {
        return settings.descriptorsLimited
                || kernel.faults().struck(Fault.ACCEPT_EXHAUSTED) > 0
                || kernel.faults().struck(Fault.CONNECT_REFUSED) > 0
                || kernel.faults().struck(Fault.FILE_REFUSED) > 0;
    }

    /** A live one other than {@code gone} that has been idle since before {@code turn}. */
    @Nullable CheckedHandler idleSinceBefore(CheckedHandler gone, long turn) {
        for (int i = 0; i < live.size(); i++) {
            CheckedHandler other = live.get(i);
            if (other.peer.index != gone.peer.index && other.hasBeenIdleSince(turn)) {
                return other;
            }
        }
        return null;
    }

    /** Whether there surely is memory for as much. */
    boolean hasMemoryFor(int length) {
        return length <= SEGMENT_BYTES
                && running().bufferBytes() + 2 * SEGMENT_BYTES
                        <= settings.options().maxBufferBytes()
                && kernel.faults().struck(Fault.MEMORY_REFUSED) == 0;
    }

    /**
     * A live one other than {@code asker} that holds memory since before {@code turn} and has not
     * moved for so long.
     */
    @Nullable CheckedHandler holderOtherThan(CheckedHandler asker, long turn, long leastNanos) {
        for (int i = 0; i < live.size(); i++) {
            CheckedHandler other = live.get(i);
            if (other.peer.index != asker.peer.index
                    && other.holdsInput(turn)
                    && other.nanosNotMoved() >= leastNanos) {
                return other;
            }
        }
        return null;
    }

    /** Whether a fault accounts for {@code cause}. */
    boolean explains(Throwable cause) {
        return cause instanceof OutOfMemoryError
                && kernel.faults().struck(Fault.MEMORY_REFUSED) > 0;
    }

    /** Has a connection send a part of the file; false if that can't be opened. */
    boolean transfer(Connection connection, int offset, int length) {
        try {
            Directory opened = directory;
            if (opened == null) {
                opened = Directory.open(connection.reactor(), Path.of("/"));
                directory = opened;
            }
            try (FileHandle file = opened.open(FileCalls.PATTERN.getBytes(UTF_8))) {
                connection.transfer(file, offset, length);
            }
            return true;
        } catch (SyscallException e) {
            return false;
        }
    }

    /** A callback keeps a view of its input, though it may not. */
    void keep(IoBuffer view) {
        kept.add(view);
    }

    /** The views that earlier callbacks have kept are dead: nothing of a stranger is in them. */
    void checkKept() {
        for (int i = 0; i < kept.size(); i++) {
            String state = kept.get(i).toString();
            if (!state.equals("IoBuffer[dead]")) {
                throw kernel.violation("%s outlives its callback", state);
            }
        }
        kept.clear();
    }

    void connected(SwarmPeer peer, PeerSocket socket) {
        socket.setOwner(peer);
        socket.connection().idleBytes = settings.idleBytes();
        socket.connection().minOutputRate = settings.options().connection().minOutputRate();
    }

    /** The peer has read to the end of a connection that was not reset. */
    void ended(SwarmPeer peer, int received) {
        CheckedHandler handler = peer.handler;
        if (handler != null && !handler.abandoned && received != handler.written) {
            if (handler.socket.closed && !handler.closed) {
                handler.cutShort = true; // onClose is about to say why
                return;
            }
            throw kernel.violation(
                    "peer %d got %d bytes and the end, but %d were written",
                    peer.index, received, handler.written);
        }
    }

    void closed(CheckedHandler handler, CloseReason reason) {
        live.remove(handler);
        tally.closed(handler, reason);
    }

    void closeAny(Choices chooser) {
        if (live.isEmpty()) {
            return;
        }
        CheckedHandler victim = live.get(chooser.below(live.size()));
        if (chooser.below(2) == 0) {
            victim.close();
        } else {
            victim.abort();
        }
    }

    // ---- What the library calls ---------------------------------------------------------------

    @Override
    public ConnectionHandler handlerFor(Connection connection) {
        PeerSocket socket = Objects.requireNonNull(kernel.lastAccepted());
        SwarmPeer peer = (SwarmPeer) Objects.requireNonNull(socket.owner());
        if (peer.handler != null) {
            throw kernel.violation("peer %d was accepted twice", peer.index);
        }
        tally.handlersRefused++; // unless it comes to be
        CheckedHandler handler = handlerOf(peer, connection);
        tally.handlersRefused--;
        return handler;
    }

    /** The handler of a peer that is connected now. */
    CheckedHandler handlerOf(SwarmPeer peer, Connection connection) {
        CheckedHandler handler = peer.behaviour.create(this, peer, connection);
        tally.made(peer);
        peer.handler = handler;
        live.add(handler);
        return handler;
    }

    @Override
    public void onEvents(EventSource source, int events) {
        kernel.acknowledge(source.fd(), events);
    }

    // ---- What the kernel calls ----------------------------------------------------------------

    @Override
    public long nextNanos() {
        return Math.min(probes.nextNanos(), swarm.nextNanos());
    }

    @Override
    public void act() {
        boolean settled = swarm.act();
        probes.act();
        boolean early =
                settings.shutdown != Settings.Shutdown.WHEN_SERVED
                        && kernel.calls() >= settings.shutdownAtCall;
        if ((settled || early) && !shutdownAsked) {
            shutDown();
        }
    }

    private void shutDown() {
        shutdownAsked = true;
        shutdownNanos = kernel.elapsedNanos();
        if (settings.fillsTasks) {
            kernel.note("---- tasks are handed over until no more are taken");
            probes.fill();
        }
        probes.stop();
        if (settings.shutdown == Settings.Shutdown.AT_ONCE) {
            kernel.note("---- shutdownNow()");
            running().server().shutdownNow();
        } else {
            kernel.note("---- shutdown()");
            waiting = kernel.waitingToBeAccepted();
            for (int i = 0; i < live.size(); i++) {
                live.get(i).shutdownBegins();
            }
            running().server().shutdown();
        }
    }

    @Override
    public void interleave() {
        int draw = choices.below(16);
        if (draw < 12) {
            swarm.interleave(choices);
        } else if (draw == 12 && settings.closesFromOutside && !live.isEmpty() && !shutdownAsked) {
            CheckedHandler victim = live.get(choices.below(live.size()));
            boolean _ =
                    tell(
                            victim.ref,
                            c -> {
                                victim.entered(c, "task");
                                victim.close();
                            });
        } else if (draw == 13) {
            client.close();
        } else {
            probes.interleave();
        }
    }

    @Override
    public void beforeSleep(long untilNanos) {
        if (!running().isRunning()) {
            throw kernel.violation("the server sleeps after it was to stop");
        }
        kernel.checkListenerBeforeSleep();
        swarm.checkBeforeSleep(untilNanos);
        checkNobodyIsIdle(kernel.acceptWaitsSinceTurn());
        for (int i = 0; i < live.size(); i++) {
            live.get(i).rules.checkBeforeSleep(untilNanos);
        }
        probes.checkBeforeSleep(untilNanos);
    }

    /** Where peers wait for descriptors, since {@code turn}, none is held that could be freed. */
    private void checkNobodyIsIdle(long turn) {
        for (int i = 0; turn >= 0 && i < live.size(); i++) {
            if (live.get(i).hasBeenIdleSince(turn)) {
                throw kernel.violation(
                        "the server sleeps, connections wait for descriptors, and peer %d is idle",
                        live.get(i).peer.index);
            }
        }
    }

    @Override
    public boolean stalled() {
        if (!calm) {
            becomeCalm();
            return true;
        }
        throw kernel.violation("the server sleeps for ever: %s", swarm.state());
    }
}
