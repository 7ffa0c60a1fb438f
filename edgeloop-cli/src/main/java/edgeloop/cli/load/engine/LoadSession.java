package edgeloop.cli.load.engine;

import edgeloop.SyscallException;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One engine from its first connection to its last, as the main thread sees it. */
public final class LoadSession implements AutoCloseable {
    private final LoadEngine engine;
    private final List<RunObserver> observers;
    private @Nullable ConnectionCounts connections;
    private volatile boolean interrupted;
    private final CompletableFuture<Boolean> interruption = new CompletableFuture<>();

    private LoadSession(LoadEngine engine, List<RunObserver> observers) {
        this.engine = engine;
        this.observers = observers;
    }

    /**
     * Starts an engine.
     *
     * @param meter tells what that uses
     * @param observers hear of the run on the thread that waits for it
     * @throws CannotRunException if the kernel refuses the reactor's descriptors
     */
    public static LoadSession start(EngineOptions options, Meter meter, List<RunObserver> observers)
            throws CannotRunException {
        try {
            return new LoadSession(LoadEngine.start(options, meter), observers);
        } catch (SyscallException e) {
            throw noReactor(e);
        }
    }

    static CannotRunException noReactor(SyscallException e) {
        return new CannotRunException("the kernel refuses an epoll instance: " + e.getMessage());
    }

    /**
     * Opens all connections.
     *
     * @throws CannotRunException if not one could be established
     */
    public void connect() throws CannotRunException, InterruptedException {
        observers.forEach(observer -> observer.connecting(engine.connections()));
        engine.connectAll();
        if (!(engine.nextEvent() instanceof EngineEvent.Connected connected)) {
            throw new AssertionError("nothing but connecting is under way");
        }
        observers.forEach(RunObserver::connected);
        connections = connected.counts();
        if (connected.connections() == 0) {
            throw new CannotRunException(whyNotConnected(connected.counts()));
        }
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
                + engine.address()
                + ": "
                + causes
                + Advice.on(counts.failed());
    }

    /** Runs a stage to its end. */
    public StageRecord run(StagePlan plan) throws InterruptedException {
        StageRecord stage = new StageRecord();
        observers.forEach(observer -> observer.stageBegan(plan));
        engine.begin(plan);
        if (interrupted) {
            engine.interrupt(); // it came between two stages
        }
        while (true) {
            switch (engine.nextEvent()) {
                case EngineEvent.Connected _ -> throw new AssertionError("connected twice");
                case EngineEvent.IntervalEnded(Interval interval) -> {
                    stage.add(interval);
                    observers.forEach(observer -> observer.intervalEnded(plan, interval));
                    engine.recycle(interval);
                }
                case EngineEvent.StageEnded(StageOutcome outcome, ConnectionCounts counts) -> {
                    stage.end(outcome);
                    connections = counts;
                    observers.forEach(observer -> observer.stageEnded(outcome));
                    return stage;
                }
            }
        }
    }

    /** Ends what is under way; what has been measured is kept. Any thread may call this. */
    public void interrupt() {
        interrupted = true;
        interruption.complete(true);
        engine.interrupt();
    }

    /** Waits to be interrupted, and answers whether it was before the time had passed. */
    public boolean awaitInterrupt(Duration timeout) throws InterruptedException {
        return engine.await(interruption.copy(), timeout);
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
        return engine.book();
    }

    @Override
    public void close() {
        engine.close();
    }
}
