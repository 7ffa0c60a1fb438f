package edgeloop.simulation;

import edgeloop.platform.Loop;
import edgeloop.sys.Syscalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A simulated kernel and one thread, which turns each loop that is started when it is told to. Of
 * the thread that opens what runs on it.
 */
final class SimulatedPlatform extends KernelPlatform {
    /** Turns of a loop that has work each time, after which it will never be idle. */
    private static final int MAX_TURNS = 100_000;

    private final List<Loop> loops = new ArrayList<>();

    SimulatedPlatform(SimulatedKernel kernel) {
        this(kernel, kernel.syscalls());
    }

    /**
     * @param syscalls those that loops make, which pass them on to {@code kernel}
     */
    SimulatedPlatform(SimulatedKernel kernel, Syscalls syscalls) {
        super(kernel, syscalls);
    }

    /** The loop that was started last. */
    Loop lastStarted() {
        return loops.getLast();
    }

    /** One turn of {@code loop}. */
    void turn(Loop loop) {
        try {
            loop.turn();
        } finally {
            kernel.check(); // the program may have made something else of it
        }
    }

    /** Turns {@code loop} until it would sleep, or has come to its end. */
    void turnUntilIdle(Loop loop) {
        for (int i = 0; i < MAX_TURNS; i++) {
            if (!loop.isRunning()) {
                return;
            }
            turn(loop);
            if (kernel.isAsleep()) {
                return;
            }
        }
        throw kernel.violation("a loop has work after %d turns", MAX_TURNS);
    }

    /** Ends {@code loop}, which closes all that is on it. */
    void end(Loop loop) {
        loops.remove(loop);
        loop.end();
    }

    // ---- What the library calls ---------------------------------------------------------------

    @Override
    public <T> Queue<T> queue() {
        return new ConcurrentLinkedQueue<>();
    }

    @Override
    public void start(String name, Loop loop) {
        loop.assignTo(Thread.currentThread());
        loops.add(loop);
    }

    @Override
    public void await(CompletableFuture<?> end) {
        throw kernel.violation("the only thread would wait for itself");
    }
}
