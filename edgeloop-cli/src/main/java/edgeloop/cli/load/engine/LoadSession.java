package edgeloop.cli.load.engine;

import edgeloop.SyscallException;
import edgeloop.TlsException;
import edgeloop.Transport;
import edgeloop.cli.EngineWords;
import edgeloop.cli.load.measure.ConnectionBook;
import edgeloop.cli.load.measure.ConnectionCounts;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.Meter;
import edgeloop.cli.load.measure.RunObserver;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.measure.StageRecord;
import edgeloop.cli.load.message.Advice;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.message.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The engines from their first connection to their last, as the main thread sees them. */
public final class LoadSession implements AutoCloseable {
    private final List<LoadEngine> engines;
    private final Mailbox mailbox;
    private final List<RunObserver> observers;
    private final @Nullable String ioUringRefusal;
    private @Nullable ConnectionCounts connections;
    private volatile boolean interrupted;
    private final CompletableFuture<Boolean> interruption = new CompletableFuture<>();

    private LoadSession(
            List<LoadEngine> engines,
            Mailbox mailbox,
            List<RunObserver> observers,
            @Nullable String ioUringRefusal) {
        this.engines = engines;
        this.mailbox = mailbox;
        this.observers = observers;
        this.ioUringRefusal = ioUringRefusal;
    }

    /**
     * Starts an engine for each part of the load, with a thread of its own.
     *
     * @param parts what each is to do
     * @param meter tells what they use
     * @param observers hear of the run on the thread that waits for it
     * @throws CannotRunException if the kernel refuses a reactor's descriptors, or the transport,
     *     or what TLS is to be made of can't be used
     */
    public static LoadSession start(
            List<EngineOptions> parts, Meter meter, List<RunObserver> observers)
            throws CannotRunException {
        try {
            return openForAll(parts, meter, observers);
        } catch (SyscallException e) {
            throw noReactor(e);
        } catch (TlsException e) {
            throw new CannotRunException(String.valueOf(e.getMessage()));
        }
    }

    private static LoadSession openForAll(
            List<EngineOptions> parts, Meter meter, List<RunObserver> observers)
            throws SyscallException {
        try {
            return open(parts, meter, observers, null);
        } catch (SyscallException e) {
            if (parts.getFirst().transport() != Transport.AUTO || !EngineWords.isOfRing(e)) {
                throw e;
            }
            // There was a ring for the first of them, and not for all.
            List<EngineOptions> byEpoll =
                    parts.stream().map(part -> part.withTransport(Transport.EPOLL)).toList();
            return open(byEpoll, meter, observers, EngineWords.why(e));
        }
    }

    private static LoadSession open(
            List<EngineOptions> parts,
            Meter meter,
            List<RunObserver> observers,
            @Nullable String refusal)
            throws SyscallException {
        Mailbox mailbox = new Mailbox();
        AtomicInteger established = new AtomicInteger();
        List<LoadEngine> engines = new ArrayList<>();
        try {
            for (EngineOptions part : parts) {
                // What the first one has found out holds for all.
                EngineOptions own =
                        engines.isEmpty()
                                ? part
                                : part.withTransport(engines.getFirst().transport());
                engines.add(LoadEngine.start(own, meter, engines.size(), mailbox, established));
            }
        } catch (SyscallException | RuntimeException | Error e) {
            engines.forEach(LoadEngine::close);
            throw e;
        }
        String why = refusal == null ? engines.getFirst().ioUringRefusal() : refusal;
        return new LoadSession(engines, mailbox, observers, why);
    }

    static CannotRunException noReactor(SyscallException e) {
        return new CannotRunException(
                EngineWords.isOfRing(e)
                        ? EngineWords.refused(e)
                        : "the kernel refuses a reactor: " + e.getMessage());
    }

    /** How the engines speak to the kernel. */
    public Transport transport() {
        return engines.getFirst().transport();
    }

    /** Why that is by epoll, if it may have been by io_uring; else null. */
    public @Nullable String ioUringRefusal() {
        return ioUringRefusal;
    }

    /**
     * Opens all connections.
     *
     * @throws CannotRunException if not one could be established
     */
    public void connect() throws CannotRunException, InterruptedException {
        int wanted = engines.stream().mapToInt(LoadEngine::connections).sum();
        observers.forEach(observer -> observer.connecting(wanted));
        engines.forEach(LoadEngine::connectAll);
        List<ConnectionCounts> counts = new ArrayList<>();
        int established = 0;
        while (counts.size() < engines.size()) {
            if (!(next().event() instanceof EngineEvent.Connected connected)) {
                throw new AssertionError("nothing but connecting is under way");
            }
            counts.add(connected.counts());
            established += connected.connections();
        }
        observers.forEach(RunObserver::connected);
        connections = ConnectionCounts.together(counts);
        if (established == 0) {
            throw new CannotRunException(whyNotConnected(connections));
        }
    }

    private Mailbox.Letter next() throws InterruptedException {
        return mailbox.next(engines.getFirst().reactor());
    }

    private String whyNotConnected(ConnectionCounts counts) {
        if (interrupted) {
            return "interrupted before a connection was established";
        }
        StringBuilder causes = new StringBuilder();
        for (Map.Entry<String, Long> failed : counts.failed().entrySet()) {
            causes.append(causes.isEmpty() ? "" : ", ")
                    .append(Text.count(failed.getValue()))
                    .append(' ')
                    .append(failed.getKey());
        }
        return "no connection could be established to "
                + engines.getFirst().address()
                + ": "
                + causes
                + Advice.on(counts.failed());
    }

    /** Runs stages until the user or the server ends it; the first one in any case. */
    public List<StageRecord> run(List<StagePlan> plans) throws InterruptedException {
        List<StageRecord> stages = new ArrayList<>();
        for (StagePlan plan : plans) {
            if (stages.isEmpty() || !interrupted) {
                stages.add(run(plan));
            }
            if (stages.getLast().outcome().endedByServer()) {
                break;
            }
        }
        return stages;
    }

    /** Runs a stage to its end. */
    public StageRecord run(StagePlan plan) throws InterruptedException {
        StageRecord stage = new StageRecord();
        observers.forEach(observer -> observer.stageBegan(plan));
        begin(plan);
        if (interrupted) {
            endAll(StageOutcome.INTERRUPTED); // it came between two stages
        }
        StageMerge merge =
                new StageMerge(
                        plan,
                        engines.size(),
                        (interval, engine) -> engines.get(engine).recycle(interval));
        while (!merge.isOver()) {
            Mailbox.Letter letter = next();
            switch (letter.event()) {
                case EngineEvent.Connected _ -> throw new AssertionError("connected twice");
                case EngineEvent.IntervalEnded(Interval interval) ->
                        merge.add(letter.engine(), interval);
                case EngineEvent.StageEnded(StageOutcome outcome, ConnectionCounts counts) -> {
                    merge.end(letter.engine(), outcome, counts);
                    if (outcome.endedEarly() != null) {
                        endAll(outcome.endedEarly()); // a part of the load would say nothing
                    }
                }
            }
            for (Interval next = merge.next(); next != null; next = merge.next()) {
                Interval interval = next;
                stage.add(interval);
                observers.forEach(observer -> observer.intervalEnded(plan, interval));
            }
        }
        StageOutcome outcome = merge.outcome();
        connections = merge.connections();
        stage.end(outcome);
        observers.forEach(observer -> observer.stageEnded(outcome));
        return stage;
    }

    private void begin(StagePlan plan) {
        int threads = engines.size();
        long begin = threads == 1 ? LoadEngine.NOW : engines.getFirst().clockNanos();
        for (int i = 0; i < threads; i++) {
            engines.get(i).begin(plan.part(i, threads), begin);
        }
    }

    private void endAll(String why) {
        engines.forEach(engine -> engine.end(why));
    }

    /** Ends what is under way; what has been measured is kept. Any thread may call this. */
    public void interrupt() {
        interrupted = true;
        interruption.complete(true);
        endAll(StageOutcome.INTERRUPTED);
    }

    /** Waits to be interrupted, and answers whether it was before the time had passed. */
    public boolean awaitInterrupt(Duration timeout) throws InterruptedException {
        return engines.getFirst().await(interruption.copy(), timeout);
    }

    public boolean isInterrupted() {
        return interrupted;
    }

    public ConnectionCounts connections() {
        if (connections == null) {
            throw new IllegalStateException("not connected yet");
        }
        return connections;
    }

    /** How long connecting took; to be read after {@link #close}. */
    public ConnectionBook book() {
        ConnectionBook book = new ConnectionBook();
        engines.forEach(engine -> book.add(engine.book()));
        return book;
    }

    @Override
    public void close() {
        engines.forEach(LoadEngine::close);
    }
}
