package edgeloop.simulation;

import edgeloop.ConnectionOptions;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.SyscallException;
import edgeloop.Transport;
import edgeloop.Trigger;
import edgeloop.platform.Platform;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of several servers in one program, each on one to four threads, among peers and other
 * threads of the program: they hand over tasks and messages, ask for statistics, and end servers.
 * What is echoed goes by way of another server's thread now and then.
 *
 * <p>Threads change over at any system call and at any hand-over, as the seed draws it. After a
 * while it becomes calm, as in a {@link Scenario}; then all must be served and come to its end.
 */
final class Exchange implements World {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** All are served in this time, once nothing stands in the way. */
    private static final long MOST_CALM_NANOS = Duration.ofMinutes(5).toNanos();

    private static final int UNLIMITED = Integer.MAX_VALUE;

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
    private long calmNanos;

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
            ServerOptions options = drawOptions();
            post.limit(options.maxConnections());
            kernel.note("server %d: %s", i, options);
            Server server = Platform.call(platform, () -> Server.start(options, post));
            post.opened(server);
        }
    }

    private ServerOptions drawOptions() {
        Transport transport = run.drawTransport(choices);
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
                .withTransport(transport)
                .withTrigger(drawTrigger(transport))
                .withReactors(choices.below(4) == 0 ? 1 : choices.between(2, 4))
                .withSharedAcceptQueue(choices.below(2) == 0)
                .withPinned(choices.below(4) == 0)
                .withMaxConnections(choices.below(4) == 0 ? choices.between(1, 3) : UNLIMITED)
                .withDrainTimeout(LIMIT)
                .withConnection(connection);
    }

    private Trigger drawTrigger(Transport transport) {
        Trigger drawn = Settings.drawTrigger(transport, choices, kernel.faults());
        readsUntilShort |= drawn == Trigger.EDGE_UNTIL_SHORT;
        return drawn;
    }

    private void drawFaults() {
        kernel.faults().drawRates();
        if (readsUntilShort) {
            kernel.faults().setRate(Fault.RECV_SHORT, 0);
        }
        kernel.faults().setRate(Fault.SETUP_REFUSED, 0);
        if (choices.below(3) == 0) { // pauses of accepting, which else are rare
            kernel.faults().setRate(Fault.ACCEPT_EXHAUSTED, 1 << choices.between(12, 15));
            kernel.faults().setRate(Fault.REGISTER_REFUSED, 1 << choices.between(8, 15));
        }
    }

    private void drawPeers() {
        int count = choices.between(1, choices.between(1, 10));
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
            post.checkTurnedAway(peers.stream().filter(peer -> peer.isTurnedAwayBy(post)).count());
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
        } else if (calm && kernel.elapsedNanos() - calmNanos > MOST_CALM_NANOS) {
            throw kernel.violation("it goes on and on: %s", peers);
        }
    }

    private void becomeCalm() {
        calm = true;
        calmNanos = kernel.elapsedNanos();
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
        kernel.checkSharedQueueBeforeSleep();
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
