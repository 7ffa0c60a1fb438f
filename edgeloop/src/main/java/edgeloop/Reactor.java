package edgeloop;

import edgeloop.buffer.LeakDetector;
import edgeloop.buffer.MemoryBudget;
import edgeloop.buffer.SegmentPool;
import edgeloop.engine.Channel;
import edgeloop.engine.ChannelTable;
import edgeloop.engine.Engine;
import edgeloop.platform.Platform;
import edgeloop.sys.Errno;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The event loop: one thread, one epoll instance or one ring, and all connections on it.
 *
 * <p>{@link #turn()} is the whole of it. The engine pushes what the kernel has into the connections
 * and pulls what they have for it. One that has more to do than its budget allows is put on the
 * engine's ready list, and while anybody is on it the reactor does not sleep.
 *
 * <p>{@link #execute} is the only way in for other threads, and {@link #await} how they wait.
 */
public final class Reactor implements Executor {
    /** Waits that fail one after the other, after which there is no hope. */
    private static final int MAX_FAILED_WAITS = 16;

    final Syscalls syscalls;
    final Transport transport;
    final Engine engine;
    final @Nullable ReactorListener listener;

    final Timers timers;
    private final Platform platform;
    private final Tasks tasks;
    private final BooleanSupplier handedOver;
    final ChannelTable<Connection> channels = new ChannelTable<>(!DebugMode.ON);

    private final List<Runnable> atEnd = new ArrayList<>();
    private final IdentityHashMap<ReactorLocal<?>, Object> locals = new IdentityHashMap<>();

    final SegmentPool segments;
    final ProblemLog problems;

    // What is done to connections, from their beginning to their end.
    final Opener opener = new Opener(this);
    final Inbound inbound = new Inbound(this);
    final Outbound outbound;
    final Deadlines deadlines;
    final Closer closer = new Closer(this);
    private @Nullable Layering layering;
    private final MemoryShortage memoryShortage;
    final DescriptorShortage descriptors = new DescriptorShortage(this);
    private final @Nullable LeakDetector<Connection> connectionLeaks = LeakDetector.ifDebug();

    private int failedWaits;
    private boolean running = true;
    private volatile Thread thread = Thread.currentThread();

    private Reactor(
            Platform platform,
            Transport transport,
            Trigger trigger,
            int maxEvents,
            MemoryBudget budget,
            @Nullable ReactorListener listener)
            throws SyscallException {
        this.platform = platform;
        this.syscalls = platform.syscalls();
        this.transport = transport;
        this.listener = listener;
        this.tasks = new Tasks(platform, this::runTask);
        this.handedOver = tasks::hasWork;
        this.problems = new ProblemLog(syscalls, platform::log);
        this.segments = new SegmentPool(syscalls, budget, this::unmapFailed);
        this.outbound = new Outbound(this, segments);
        this.engine = EngineOpening.open(this, trigger, maxEvents);
        this.timers = new Timers(syscalls);
        this.deadlines = new Deadlines(this, timers.wheel());
        this.memoryShortage = new MemoryShortage(channels, segments, problems, deadlines, closer);
    }

    /**
     * Creates a reactor with its three descriptors.
     *
     * @param transport not {@link Transport#AUTO}
     * @param budget where the memory of its connections comes from
     * @throws SyscallException if the kernel refuses one
     * @throws OutOfMemoryError if it refuses the memory
     */
    static Reactor open(
            Platform platform,
            Transport transport,
            Trigger trigger,
            int maxEvents,
            MemoryBudget budget,
            @Nullable ReactorListener listener)
            throws SyscallException {
        return new Reactor(platform, transport, trigger, maxEvents, budget, listener);
    }

    /** Says which thread is to turn this; until then it is the one that opened it. */
    void assignTo(Thread owner) {
        thread = owner;
    }

    /** Turns until {@link #stop}, on one processor if it is to, then closes everything. */
    void run(int processor) {
        try {
            int pinned = processor == ReactorThread.ANY ? 0 : syscalls.pinThread(processor);
            if (pinned < 0) {
                problems.report(Problem.NOT_PINNED, -pinned);
            }
            while (running) {
                turn();
            }
        } finally {
            terminate();
        }
    }

    /** One turn of the loop. */
    void turn() {
        tasks.run();
        awaitEvents();
        engine.dispatch();
        engine.resume();
        if (layering != null) {
            layering.proceed();
        }
        timers.expire();
        descriptors.letGo();
        engine.flush();
        closer.closeDoomed();
    }

    private void awaitEvents() {
        int events =
                hasWork() ? engine.poll() : engine.await(timers.nextDeadlineNanos(), handedOver);
        timers.beginTurn();
        if (events >= 0) {
            failedWaits = 0;
        } else {
            waitFailed(-events);
        }
    }

    /**
     * EINTR is none. EBADF, EFAULT and EINVAL, which epoll_wait(2) and io_uring_enter(2) know
     * besides, are bugs, and stay so; anything else may pass, but must not become a spin.
     */
    private void waitFailed(int errno) {
        if (errno == Errno.EINTR) {
            return;
        }
        boolean ring = transport == Transport.IO_URING;
        boolean lasting = errno == Errno.EBADF || errno == Errno.EFAULT || errno == Errno.EINVAL;
        if (lasting || ++failedWaits >= MAX_FAILED_WAITS) {
            String call = ring ? "io_uring_enter" : "epoll_wait";
            throw new IllegalStateException(call + ": " + Errno.name(errno));
        }
        problems.report(ring ? Problem.ENTERING_FAILED : Problem.WAITING_FAILED, errno);
    }

    void engineFailed(Engine.Fault fault, int errno) {
        switch (fault) {
            case TIMER_NOT_SET -> problems.report(Problem.TIMER_NOT_SET, errno);
            case WAKEUP_FAILED -> problems.report(Problem.WAKEUP_FAILED, errno);
            case WAKEUP_NOT_READ -> problems.report(Problem.WAKEUP_NOT_READ, errno);
            case NOT_CLOSED -> releaseFailed(null, Engine.Release.CLOSING, errno);
        }
    }

    private boolean hasWork() {
        // One that is to stop has nothing to wait for, even if nobody wakes it.
        return !running
                || descriptors.isWanted()
                || tasks.hasWork()
                || engine.hasWork()
                || (layering != null && layering.hasWork())
                || closer.hasWork()
                || timers.isBehind();
    }

    /**
     * Runs what it was handed, closes everything (the connections by a reset), and gives all
     * descriptors and memory back.
     */
    void terminate() {
        tasks.close();
        for (int slot = 0; slot < channels.size(); slot++) {
            Channel channel = channels.at(slot);
            if (channel instanceof Connection connection) {
                closer.terminate(connection);
            } else if (channel instanceof Acceptor acceptor) {
                acceptor.terminate();
            }
        }
        do {
            closer.closeDoomed();
            tasks.runControl();
        } while (closer.hasWork());
        tasks.closeControl();
        for (int i = 0; i < atEnd.size(); i++) { // one may add another
            runTask(atEnd.get(i));
        }
        BiConsumer<Object, Throwable> leak =
                (leaked, taken) -> problems.report(leaked + " was never given back", taken);
        if (connectionLeaks != null) {
            connectionLeaks.report(leak);
        }
        if (layering != null) {
            layering.close();
        }
        int result = engine.close(); // before the segments: the kernel may be about to read one
        if (result < 0) {
            unmapFailed(-result);
        }
        segments.reportLeaks(leak);
        segments.close();
        problems.close();
    }

    /**
     * Runs {@code task} on this reactor's thread, after those handed over before. Any thread may
     * call this; it does not wait. An exception of the task is logged. A task that is not refused
     * is run, also where the reactor is about to end: it finds the connections still open then.
     *
     * @throws RejectedExecutionException if the reactor has stopped, or 65,536 tasks wait already;
     *     the task is not run then
     */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        engine.wake();
    }

    /**
     * As {@link #execute}, for the library's own: before the tasks of others, however many wait.
     * Their number must have a bound of its own.
     */
    void control(Runnable task) {
        tasks.addControl(task);
        engine.wake();
    }

    /**
     * Waits, on another thread, for what this reactor is to do. Beside waiting for the future
     * itself, this can be simulated: on a simulated kernel the reactor turns meanwhile.
     *
     * @param <T> what the future is completed with
     * @param future completed on the reactor's thread, as a rule
     * @return what it is completed with
     * @throws InterruptedException if the calling thread is interrupted; the reactor goes on
     * @throws IllegalStateException at once on the reactor's own thread, which would wait for
     *     itself
     * @throws CompletionException if the future is completed with an exception, its cause
     */
    public <T extends @Nullable Object> T await(CompletableFuture<T> future)
            throws InterruptedException {
        if (isCurrent()) {
            throw new IllegalStateException("the reactor's thread would wait for itself");
        }
        platform.await(future);
        return future.join();
    }

    /**
     * Runs {@code task} once, {@code delay} from now: never earlier, and as a rule less than 2 ms
     * later. On the reactor's thread only. What is still to come when the reactor ends does not
     * run.
     *
     * @param delay a negative one counts as none
     * @param task what it throws is logged
     * @return what can cancel the task
     */
    public Timeout schedule(Duration delay, Runnable task) {
        checkThread();
        Timeout timeout = new Timeout(this, null, task);
        timers.schedule(timeout, delay);
        return timeout;
    }

    /**
     * Makes a timer for what must happen at an exact time and again and again, such as sending on a
     * schedule. Each costs a little in every turn of the loop, and lives as long as the reactor:
     * make few. On the reactor's thread only.
     *
     * @param task what it throws is logged
     * @return the timer, not set
     */
    public PreciseTimer preciseTimer(Runnable task) {
        checkThread();
        PreciseTimer timer = new PreciseTimer(this, task);
        timers.add(timer);
        return timer;
    }

    /**
     * Runs {@code task} when this reactor ends, after its connections have closed: for what holds
     * descriptors as long as the reactor lives. On the reactor's thread only.
     *
     * @param task what it throws is logged
     */
    public void atEnd(Runnable task) {
        checkThread();
        atEnd.add(task);
    }

    /**
     * Runs {@code release} whenever descriptors run short, before any connection is closed for
     * that: for what keeps files open that it does not need. On the reactor's thread only.
     *
     * @param release answers whether it closed anything; must not throw
     */
    public void onDescriptorShortage(BooleanSupplier release) {
        checkThread();
        descriptors.add(release);
    }

    /**
     * The time now, on {@link System#nanoTime}'s clock. Any thread may call this.
     *
     * @return nanoseconds since some fixed time
     */
    public long exactNanoTime() {
        return syscalls.nanoTime();
    }

    /**
     * The time at which the present turn of the loop began, on {@link System#nanoTime}'s clock: for
     * deadlines, at the cost of reading a field; {@link #exactNanoTime} is for measuring. On the
     * reactor's thread only.
     *
     * @return nanoseconds since some fixed time
     */
    public long nanoTime() {
        checkThread();
        return timers.nowNanos();
    }

    /**
     * The time of day, for what people and other machines are told; it may jump. Any thread may
     * call this.
     *
     * @return milliseconds since 1970 UTC
     */
    public long wallClockMillis() {
        return syscalls.wallClockMillis();
    }

    /**
     * Logs what should not happen, as {@code System.Logger} "edgeloop", at most one line a second
     * of the same words; what is left out is counted, and said with the next. For protocols, which
     * go on where the core would close. On the reactor's thread only.
     *
     * @param what one line, the same for each problem of a kind: of 64 different ones the reactor
     *     keeps account, further ones share one line a second
     * @param cause logged with it, if not null
     */
    public void reportProblem(String what, @Nullable Throwable cause) {
        checkThread();
        problems.report(what, cause);
    }

    /** What this has of {@code key}, made by {@code initial} the first time. */
    @SuppressWarnings("unchecked") // under a key lies what its own function has made
    <T> T local(ReactorLocal<T> key, Function<? super Reactor, ? extends T> initial) {
        checkThread();
        Object found = locals.get(key);
        if (found == null) {
            found = Objects.requireNonNull(initial.apply(this), "initial value");
            locals.put(key, found);
        }
        return (T) found;
    }

    /** {@return whether the calling thread is this reactor's} Any thread may ask. */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    void checkThread() {
        if (!isCurrent()) {
            throw new WrongThreadException(
                    "not on the reactor's thread: use Reactor.execute or ConnectionRef.execute");
        }
    }

    /** Ends {@link #run} after this turn. */
    void stop() {
        running = false;
    }

    boolean isRunning() {
        return running;
    }

    /** Whether no more tasks are taken. Any thread may ask. */
    boolean hasStopped() {
        return tasks.isClosed();
    }

    /** Closes the connections of {@code group}, each as its handler does at a shutdown. */
    void forEach(ConnectionGroup group, Consumer<Connection> task) {
        for (int slot = 0; slot < channels.size(); slot++) {
            if (channels.at(slot) instanceof Connection connection && connection.isOf(group)) {
                task.accept(connection);
            }
        }
    }

    void runTask(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            problems.report(Problem.TASK_FAILED, e);
        }
    }

    // What channels need of their reactor.

    /** Closes a descriptor that no engine serves. */
    void close(int fd) {
        int result = syscalls.close(fd);
        if (result < 0) {
            releaseFailed(null, Engine.Release.CLOSING, -result);
        }
    }

    /** A descriptor is closed whatever close(2) answers: EINTR is no failure. */
    void releaseFailed(@Nullable Connection connection, Engine.Release step, int errno) {
        if (step == Engine.Release.UNREGISTERING) {
            problems.report(Problem.NOT_UNREGISTERED, errno, null, connection);
        } else if (errno != Errno.EINTR) {
            problems.report(Problem.CLOSING_FAILED, errno, null, connection);
        }
    }

    void unmap(MemorySegment mapped) {
        int result = syscalls.unmap(mapped);
        if (result < 0) {
            unmapFailed(-result);
        }
    }

    private void unmapFailed(int errno) {
        problems.report(Problem.UNMAPPING_FAILED, errno);
    }

    /** Where connections have layers; made when the first comes that has. */
    Layering layering() {
        if (layering == null) {
            layering = Layering.on(this);
        }
        return layering;
    }

    /** Whether connections were cut off so that {@code asker} can have memory. */
    boolean makeRoom(Connection asker) {
        return memoryShortage.makeRoom(asker);
    }

    /** A connection that serves nobody: the one that was closed last, or a new one. */
    Connection connection() {
        Connection connection = channels.takeIdle();
        if (connection == null) {
            connection = channels.add(slot -> new Connection(this, slot));
        }
        if (connectionLeaks != null) {
            connectionLeaks.taken(connection);
        }
        return connection;
    }

    /** Takes a connection back that has closed. */
    void recycle(Connection connection) {
        if (connectionLeaks != null) {
            connectionLeaks.given(connection);
        }
        channels.recycle(connection);
    }
}
