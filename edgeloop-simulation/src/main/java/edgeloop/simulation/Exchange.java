package edgeloop.simulation;

import edgeloop.ConnectionOptions;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.ServerStats;
import edgeloop.SyscallException;
import edgeloop.Trigger;
import edgeloop.platform.Platform;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of several servers in one program, each on a thread of its own, among peers and other
 * threads of the program: they hand over tasks and messages, ask for statistics, and end servers.
 * What is echoed goes by way of another server's thread now and then.
 *
 * <p>Threads change over at any system call and at any hand-over, as the seed draws it. After a
 * while it becomes calm, as in a {@link Scenario}; then all must be served and come to its end.
 */
final class Exchange implements World {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    final SimulatedKernel kernel;
    final SimulatedThreads threads;

    private final Case run;
    private final Choices choices;
    private final ThreadedPlatform platform;
    private final List<Post> posts = new ArrayList<>();
    private final List<ExchangePeer> peers = new ArrayList<>();
    private final List<Onlooker> onlookers = new ArrayList<>();
    private final int calmAtCall;
    private boolean readsUntilShort;
    private boolean calm;

    Exchange(Case run, SimulatedKernel kernel, Choices choices) {
        this.run = run;
        this.kernel = kernel;
        this.choices = choices;
        this.threads = new SimulatedThreads(kernel, choices.split());
        this.platform = new ThreadedPlatform(kernel, threads);
        this.calmAtCall = choices.magnitude(0, 2_048);
        kernel.setThreads(threads);
    }

    /** Runs to the end. Throws {@link SimulationFailure} if a rule is broken. */
    void run() throws SyscallException {
        try {
            open();
            drawFaults();
            drawPeers();
            drawOnlookers();
            kernel.setWorld(this);
            threads.sleepUntil(this::isServed, NEVER);
            close();
        } finally {
            threads.awaitOthers();
        }
        check();
    }

    private void open() throws SyscallException {
        int count = choices.between(1, 3);
        for (int i = 0; i < count; i++) {
            Post post = new Post(this, i);
            posts.add(post);
            Server server = Platform.call(platform, () -> Server.start(drawOptions(), post));
            post.opened(server);
        }
    }

    private ServerOptions drawOptions() {
        int high = choices.magnitude(1, 2_000);
        ConnectionOptions connection =
                ConnectionOptions.defaults()
                        .withWaterMarks(choices.below(high), high)
                        .withBackpressure(choices.below(4) > 0)
                        .withHalfCloseTimeout(Duration.ZERO) // pauses are long
                        .withWriteTimeout(Duration.ZERO)
                        .withLingerTimeout(LIMIT);
        return ServerOptions.defaults()
                .withBacklog(choices.magnitude(1, 16))
                .withMaxEvents(choices.magnitude(1, 64))
                .withTrigger(drawTrigger())
                .withDrainTimeout(LIMIT)
                .withConnection(connection);
    }

    private Trigger drawTrigger() {
        Trigger drawn = Settings.drawTrigger(choices, kernel.faults());
        readsUntilShort |= drawn == Trigger.EDGE_UNTIL_SHORT;
        return drawn;
    }

    private void drawFaults() {
        kernel.faults().drawRates();
        if (readsUntilShort) {
            kernel.faults().setRate(Fault.RECV_SHORT, 0);
        }
        kernel.faults().setRate(Fault.SETUP_REFUSED, 0);
    }

    private void drawPeers() {
        int count = choices.between(1, choices.between(1, 6));
        for (int i = 0; i < count; i++) {
            ExchangePeer peer = new ExchangePeer(this, i, choices.split());
            if ((run.droppedPeers() >>> i & 1) == 0) {
                peers.add(peer);
                kernel.note("%s", peer);
            }
        }
    }

    private void drawOnlookers() {
        int count = choices.below(4);
        for (int i = 0; i < count; i++) {
            Onlooker onlooker = new Onlooker(this, i, choices.split());
            if ((run.droppedPeers() >>> (Long.SIZE - 1 - i) & 1) == 0) {
                onlookers.add(onlooker);
                Thread _ = threads.start("onlooker-" + i, onlooker);
            }
        }
    }

    /** Whether peers and other threads have come to their end. */
    boolean isServed() {
        for (ExchangePeer peer : peers) {
            if (!peer.isOver()) {
                return false;
            }
        }
        for (Onlooker onlooker : onlookers) {
            if (!onlooker.isDone()) {
                return false;
            }
        }
        return true;
    }

    private void close() {
        int first = choices.below(posts.size());
        for (int i = 0; i < posts.size(); i++) {
            Post post = posts.get((first + i) % posts.size());
            kernel.note("---- server %d is closed", post.index);
            post.stop();
            post.server().close();
            post.ended();
        }
    }

    private void check() {
        for (Post post : posts) {
            post.check();
        }
        for (ExchangePeer peer : peers) {
            peer.check();
        }
        for (String problem : platform.problems()) {
            if (problem.startsWith("A task failed") || problem.startsWith("The reactor failed")) {
                throw kernel.violation("%s", problem);
            }
        }
        kernel.checkNothingIsLeft();
    }

    // ---- What its parts ask -------------------------------------------------------------------

    List<Post> posts() {
        return posts;
    }

    ExchangePeer peerAt(InetSocketAddress address) {
        for (ExchangePeer peer : peers) {
            if (address.equals(peer.address())) {
                return peer;
            }
        }
        throw kernel.violation("no peer is at %s", address);
    }

    boolean isCalm() {
        return calm;
    }

    /** What statistics say at any time. */
    void checkSnapshot(ServerStats stats) {
        if (stats.activeConnections() < 0 || stats.pendingConnections() < 0) {
            throw kernel.violation("statistics: %s", stats);
        }
    }

    // ---- What the kernel calls ----------------------------------------------------------------

    @Override
    public long nextNanos() {
        long next = NEVER;
        for (ExchangePeer peer : peers) {
            next = Math.min(next, peer.nextNanos());
        }
        return next;
    }

    @Override
    public void act() {
        for (ExchangePeer peer : peers) {
            if (peer.nextNanos() <= kernel.elapsedNanos()) {
                peer.act();
            }
        }
        if (!calm && kernel.calls() >= calmAtCall) {
            becomeCalm();
        }
    }

    private void becomeCalm() {
        calm = true;
        kernel.note("---- calm: no more faults, and peers behave");
        kernel.faults().stop();
        for (ExchangePeer peer : peers) {
            peer.wake();
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
        for (Post post : posts) {
            if (!kernel.isTimerDue()) { // by which a wakeup may come
                post.checkBeforeSleep();
            }
        }
    }

    @Override
    public boolean stalled() {
        if (!calm) {
            becomeCalm();
            return true;
        }
        throw kernel.violation("all sleep for ever: %s", peers);
    }
}
