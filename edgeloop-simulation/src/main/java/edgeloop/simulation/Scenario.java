package edgeloop.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionOptions;
import edgeloop.ConnectionRef;
import edgeloop.Directory;
import edgeloop.EventSource;
import edgeloop.FileHandle;
import edgeloop.HandlerFactory;
import edgeloop.IoBuffer;
import edgeloop.Reactor;
import edgeloop.ReactorListener;
import edgeloop.ServerOptions;
import edgeloop.ServerStats;
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

    private static final int MAX_TIMEOUT_MILLIS = 8_000;

    private static final int MAX_TURNS = 200_000;
    private static final int READ_BYTES = 64 * 1024;
    private static final long PLENTY_BYTES = 1L << 32;
    static final int SEGMENT_BYTES = 8 * 1024;

    /** How much there is to do. */
    enum Size {
        /** A few peers with a few bytes: most runs. */
        SMALL,
        /** More peers at once than are accepted in one go. */
        STORM,
        /** More bytes at once than are read in one go. */
        BULK,
        /** Each call moves so few bytes that there are more calls than are made in one go. */
        CRUMBS
    }

    /** How the server ends. */
    private enum Shutdown {
        WHEN_SERVED,
        AT_ANY_TIME,
        AT_ONCE
    }

    final SimulatedKernel kernel;

    private final Choices choices;
    private ServerOptions options;
    private final List<SwarmPeer> peers = new ArrayList<>();
    private final List<Choices> handlerChoices = new ArrayList<>();
    private final List<CheckedHandler> live = new ArrayList<>();
    private final List<IoBuffer> kept = new ArrayList<>();
    private final Probes probes;
    private final Shutdown shutdown;
    private final int calmAtCall;
    private final int shutdownAtCall;
    private final boolean closesFromOutside;
    private final boolean descriptorsLimited;

    private @Nullable SimulatedServer server;
    private @Nullable Directory directory;
    private byte[] scratch = new byte[4_096];
    private boolean calm;
    private boolean shutdownAsked;
    private long shutdownNanos;
    private final boolean fillsTasks;

    /** Those who waited to be accepted when the shutdown began. */
    private List<TcpConnection> waiting = List.of();

    private boolean cutOff;
    private int handlersMade;
    private int handlersRefused;
    private int handlersClosed;
    private int peerClosed;
    private int timedOut;
    private int cutOffCount;
    private int cutOffForMemory;
    private int closedForDescriptors;
    private long mappedAtStart;
    private long bytesDelivered;

    Scenario(Case run, SimulatedKernel kernel, Choices choices) {
        this.kernel = kernel;
        this.choices = choices;
        kernel.faults().drawRates();
        kernel.faults().setRate(Fault.SETUP_REFUSED, choices.below(64) == 0 ? 1 << 12 : 0);
        kernel.faults().drop(run.droppedFaults(), run.faultLimit());
        options = drawOptions();
        descriptorsLimited = choices.below(16) == 0;
        if (descriptorsLimited) {
            kernel.limitDescriptors(4 + choices.magnitude(1, 8));
        }
        calmAtCall = choices.magnitude(0, 4_096);
        shutdown = drawShutdown();
        shutdownAtCall = choices.magnitude(16, 4_096);
        closesFromOutside = choices.below(16) == 0;
        fillsTasks = choices.below(1024) == 0;
        probes = new Probes(this, choices.split(), choices.below(4) == 0);
        drawPeers(run.droppedPeers());
        drawShortages(choices.split(), run.droppedPeers());
    }

    private Shutdown drawShutdown() {
        int draw = choices.below(16);
        return draw < 12
                ? Shutdown.WHEN_SERVED
                : draw < 15 ? Shutdown.AT_ANY_TIME : Shutdown.AT_ONCE;
    }

    private ServerOptions drawOptions() {
        int high = choices.magnitude(1, choices.below(4) == 0 ? 100_000 : 2_000);
        ConnectionOptions connection =
                ConnectionOptions.defaults()
                        .withWaterMarks(choices.below(high), high)
                        .withBackpressure(choices.below(8) > 0)
                        .withIdleTimeout(drawTimeout(4))
                        .withIdleBytes(choices.below(4) == 0 ? choices.magnitude(1, 200) : 1)
                        .withWriteTimeout(drawTimeout(2))
                        .withLingerTimeout(drawTimeout(1))
                        .withHalfCloseTimeout(drawTimeout(2));
        ServerOptions drawn =
                ServerOptions.defaults()
                        .withBacklog(choices.magnitude(1, 256))
                        .withMaxEvents(choices.magnitude(1, 64))
                        .withDrainTimeout(drawTimeout(1))
                        .withConnection(connection)
                        .withListener(this);
        return choices.below(8) == 0 ? drawn.withMaxConnections(choices.between(1, 4)) : drawn;
    }

    /**
     * Memory for some segments of 8 KiB now and then, and else more than any run takes. Where that
     * or descriptors are scarce, more peers compete.
     */
    private void drawShortages(Choices shortages, long droppedPeers) {
        boolean scarce = shortages.below(8) == 0;
        options = options.withMaxBufferBytes(PLENTY_BYTES);
        if (scarce) {
            options = options.withMaxBufferBytes((1 << 14) + shortages.magnitude(0, 1 << 15));
        }
        if (scarce || descriptorsLimited) {
            addPeers(shortages.below(12), shortages, Size.SMALL, droppedPeers);
        }
        if (!scarce && shortages.below(2) == 0) { // who is slow goes first where memory is scarce
            int rate = shortages.magnitude(1, 1 << 20);
            options = options.withConnection(options.connection().withMinOutputRate(rate));
        }
    }

    /** None in all but one of {@code oneIn} cases, and rarely none else. */
    private Duration drawTimeout(int oneIn) {
        boolean none = choices.below(oneIn) > 0 || choices.below(8) == 0;
        return none ? Duration.ZERO : Duration.ofMillis(choices.magnitude(1, MAX_TIMEOUT_MILLIS));
    }

    private void drawPeers(long dropped) {
        int draw = choices.below(512);
        Size size =
                draw == 0
                        ? Size.BULK
                        : draw < 4 ? Size.STORM : draw < 16 ? Size.CRUMBS : Size.SMALL;
        int count =
                switch (size) {
                    case SMALL, CRUMBS -> choices.between(1, choices.between(1, 5));
                    case STORM -> choices.between(65, 150);
                    case BULK -> choices.between(1, 2);
                };
        if (size == Size.CRUMBS) {
            Fault fault = choices.below(2) == 0 ? Fault.RECV_SHORT : Fault.SEND_SHORT;
            kernel.faults().cutAll(fault, choices.between(1, 3));
        }
        addPeers(count, choices, size, dropped);
    }

    private void addPeers(int count, Choices chooser, Size size, long dropped) {
        for (int n = 0; n < count; n++) {
            int index = handlerChoices.size();
            SwarmPeer peer = new SwarmPeer(this, index, chooser.split(), size);
            handlerChoices.add(chooser.split());
            if (index >= Long.SIZE || (dropped >>> index & 1) == 0) {
                peers.add(peer);
            }
        }
    }

    // ---- The run ------------------------------------------------------------------------------

    /** Runs to the end. Throws {@link SimulationFailure} if a rule is broken. */
    void run() {
        describe();
        if (open()) {
            kernel.faults().setRate(Fault.SETUP_REFUSED, 0);
            kernel.setWorld(this);
            mappedAtStart = kernel.mappedBytes();
            turn();
            cutOff = true;
            checkLastCall();
            running().close();
            checkEnd(running().stats());
            probes.checkEnd();
            checkProblems();
        }
    }

    /** Tells the trace what was drawn. */
    private void describe() {
        if (kernel.isTraced()) {
            kernel.note("%s", options.withListener(null));
            kernel.note("%s, calm at call %d", shutdown, calmAtCall);
            for (SwarmPeer peer : peers) {
                kernel.note("%s", peer);
            }
            kernel.note("%s", kernel.faults());
        }
    }

    private SimulatedServer running() {
        return Objects.requireNonNull(server);
    }

    /** Opens the server; false if the kernel would not have it. */
    private boolean open() {
        try {
            server = SimulatedServer.open(kernel, options, this);
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
                throw kernel.violation("no end after %d turns: %s", turns, state());
            }
            for (int i = 0; i < live.size(); i++) {
                live.get(i).checkBetweenTurns();
            }
            if (running().bufferBytes() > options.maxBufferBytes()) {
                throw kernel.violation(
                        "%d bytes of memory are held, where %d are allowed",
                        running().bufferBytes(), options.maxBufferBytes());
            }
            probes.checkAfterTurn();
            if (!calm && kernel.calls() >= calmAtCall) {
                becomeCalm();
            }
        }
    }

    private void becomeCalm() {
        calm = true;
        kernel.note("---- calm: no more faults, and peers behave");
        kernel.faults().stop();
        kernel.limitDescriptors(Integer.MAX_VALUE);
        for (int i = 0; i < peers.size(); i++) {
            peers.get(i).wake();
        }
    }

    private void checkEnd(ServerStats stats) {
        if (handlersClosed != handlersMade) {
            throw kernel.violation(
                    "%d handlers, %d onClose: %s", handlersMade, handlersClosed, state());
        }
        long sent = 0;
        long received = 0;
        for (SwarmPeer peer : peers) {
            PeerSocket socket = peer.socket;
            if (socket != null) {
                sent += socket.connection().sent;
                received += socket.connection().received;
            }
        }
        check("accepted", stats.accepted(), handlersMade + handlersRefused);
        check("active", stats.activeConnections(), 0);
        check("closed", closed(stats), stats.accepted());
        check("cutOff", stats.cutOff(), cutOffCount);
        check("peerClosed", stats.peerClosed(), peerClosed);
        check("timeouts", stats.timeouts(), timedOut);
        check("cutOffForMemory", stats.cutOffForMemory(), cutOffForMemory);
        check("closedForDescriptors", stats.closedForDescriptors(), closedForDescriptors);
        check("bytesWritten", stats.bytesWritten(), sent);
        if (stats.bytesRead() > received || stats.bytesRead() < bytesDelivered) {
            throw kernel.violation(
                    "bytesRead %d, received %d, delivered %d",
                    stats.bytesRead(), received, bytesDelivered);
        }
    }

    /** Who waited when the shutdown began was accepted, unless the time for it had run out. */
    private void checkLastCall() {
        long took = kernel.elapsedNanos() - shutdownNanos;
        if (took < options.drainTimeout().toNanos()) {
            for (TcpConnection connection : waiting) {
                if (connection.neverAccepted) {
                    throw kernel.violation("the shutdown reset who waited to be accepted");
                }
            }
        }
    }

    /** What the kernel refused was said; and what is an everyday outcome was not. */
    private void checkProblems() {
        checkSaid(Fault.REGISTER_REFUSED, "A connection is refused, as epoll_ctl failed");
        checkSaid(Fault.TIMER_REFUSED, "timerfd_settime failed: waits are bounded instead");
        checkSaid(Fault.FILE_UNREADABLE, "Sending a file failed; the connection is reset");
        // Several before the reactor wakes are one to it.
        boolean failed = kernel.faults().struck(Fault.WAKEUP_REFUSED) > 0;
        if (failed && timesSaid("A wakeup by eventfd failed; the timer does it") == 0) {
            throw kernel.violation("a wakeup failed, and nobody says so");
        }
        for (String problem : running().problems()) {
            if (problem.contains("EINTR") || problem.contains("EAGAIN")) {
                throw kernel.violation("reported, and is no problem: %s", problem);
            }
        }
    }

    private static long closed(ServerStats stats) {
        return stats.peerClosed()
                + stats.locallyClosed()
                + stats.resets()
                + stats.failures()
                + stats.timeouts()
                + stats.protocolErrors()
                + stats.handlerFailures()
                + stats.cutOff()
                + stats.cutOffForMemory()
                + stats.closedForDescriptors();
    }

    private void checkSaid(Fault fault, String what) {
        int times = timesSaid(what);
        int struck = kernel.faults().struck(fault);
        if (times != struck) {
            throw kernel.violation(
                    "%s struck %d times, and is said %d times", fault, struck, times);
        }
    }

    /** How often a problem was said, with what was left out and counted. */
    private int timesSaid(String what) {
        int times = 0;
        for (String problem : running().problems()) {
            if (problem.startsWith(what)) {
                times += problem.startsWith(what + ": ") ? 1 : 0;
                int end = problem.indexOf(" more not shown)");
                int begin = problem.lastIndexOf('(', end) + 1;
                times += end < 0 ? 0 : Integer.parseInt(problem.substring(begin, end));
            }
        }
        return times;
    }

    private void check(String what, long actual, long expected) {
        if (actual != expected) {
            throw kernel.violation("statistics: %s is %d, not %d", what, actual, expected);
        }
    }

    private String state() {
        StringBuilder text = new StringBuilder();
        for (SwarmPeer peer : peers) {
            if (!peer.isOver()) {
                text.append(text.isEmpty() ? "" : "; ").append(peer);
            }
        }
        return text.toString();
    }

    Reactor reactor() {
        return running().server().reactor();
    }

    // ---- What peers and handlers ask ----------------------------------------------------------

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

    int lingerMillis() {
        return (int) options.connection().lingerTimeout().toMillis();
    }

    int idleMillis() {
        return (int) options.connection().idleTimeout().toMillis();
    }

    int idleBytes() {
        return options.connection().idleBytes();
    }

    int writeMillis() {
        return (int) options.connection().writeTimeout().toMillis();
    }

    int halfCloseMillis() {
        return (int) options.connection().halfCloseTimeout().toMillis();
    }

    int highWaterMark() {
        return options.connection().highWaterMark();
    }

    int lowWaterMark() {
        return options.connection().lowWaterMark();
    }

    boolean hasBackpressure() {
        return options.connection().backpressure();
    }

    int readBytes() {
        return READ_BYTES;
    }

    Choices handlerChoices(SwarmPeer peer) {
        return handlerChoices.get(peer.index);
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
        return most + 2 * SEGMENT_BYTES > options.maxBufferBytes()
                || kernel.faults().struck(Fault.MEMORY_REFUSED) > 0;
    }

    /** Whether connections may come to be closed for want of descriptors. */
    boolean mayLackDescriptors() {
        return descriptorsLimited || kernel.faults().struck(Fault.ACCEPT_EXHAUSTED) > 0;
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
                && running().bufferBytes() + 2 * SEGMENT_BYTES <= options.maxBufferBytes()
                && kernel.faults().struck(Fault.MEMORY_REFUSED) == 0;
    }

    /** A live one other than {@code asker} that holds memory and has not moved for so long. */
    @Nullable CheckedHandler holderOtherThan(CheckedHandler asker, long leastNanos) {
        for (int i = 0; i < live.size(); i++) {
            CheckedHandler other = live.get(i);
            if (other.peer.index != asker.peer.index
                    && other.holdsInput()
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
        socket.connection().idleBytes = idleBytes();
        socket.connection().minOutputRate = options.connection().minOutputRate();
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
        handlersClosed++;
        live.remove(handler);
        bytesDelivered += handler.consumed;
        cutOffCount += reason instanceof CloseReason.CutOff ? 1 : 0;
        peerClosed += reason instanceof CloseReason.PeerClosed ? 1 : 0;
        timedOut += reason instanceof CloseReason.TimedOut ? 1 : 0;
        if (reason instanceof CloseReason.Overload(CloseReason.Overload.Resource resource)) {
            cutOffForMemory += resource == CloseReason.Overload.Resource.MEMORY ? 1 : 0;
            closedForDescriptors += resource == CloseReason.Overload.Resource.DESCRIPTORS ? 1 : 0;
        }
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
        handlersRefused++; // unless it comes to be
        CheckedHandler handler = peer.behaviour.create(this, peer, connection);
        handlersRefused--;
        handlersMade++;
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
        long next = probes.nextNanos();
        for (int i = 0; i < peers.size(); i++) {
            next = Math.min(next, peers.get(i).nextNanos);
        }
        return next;
    }

    @Override
    public void act() {
        long now = kernel.elapsedNanos();
        boolean settled = true;
        for (int i = 0; i < peers.size(); i++) {
            SwarmPeer peer = peers.get(i);
            if (peer.nextNanos <= now) {
                peer.act();
            }
            settled &= peer.isSettled();
        }
        probes.act();
        boolean early = shutdown != Shutdown.WHEN_SERVED && kernel.calls() >= shutdownAtCall;
        if ((settled || early) && !shutdownAsked) {
            shutDown();
        }
    }

    private void shutDown() {
        shutdownAsked = true;
        shutdownNanos = kernel.elapsedNanos();
        if (fillsTasks) {
            kernel.note("---- tasks are handed over until no more are taken");
            probes.fill();
        }
        probes.stop();
        if (shutdown == Shutdown.AT_ONCE) {
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
            peers.get(choices.below(peers.size())).act();
        } else if (draw == 12 && closesFromOutside && !live.isEmpty() && !shutdownAsked) {
            CheckedHandler victim = live.get(choices.below(live.size()));
            boolean _ =
                    tell(
                            victim.ref,
                            c -> {
                                victim.entered(c, "task");
                                victim.close();
                            });
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
        checkNobodyIsIdle(kernel.acceptWaitsSinceTurn());
        for (int i = 0; i < live.size(); i++) {
            live.get(i).checkBeforeSleep(untilNanos);
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
        throw kernel.violation("the server sleeps for ever: %s", state());
    }
}
