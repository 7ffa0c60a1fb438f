package edgeloop.simulation;

import edgeloop.platform.Loop;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A simulated kernel and the one thread of a program: its reactor turns while the program waits for
 * it. To the library that thread is not the reactor's but while it turns it, so that a program
 * takes the ways of a thread of its own.
 */
final class ProgramPlatform extends KernelPlatform {
    private @Nullable Reacting running;

    /** A loop that has not ended, and the thread that is assigned to it while nobody turns it. */
    private record Reacting(String name, Loop loop, Thread standIn) {}

    ProgramPlatform(SimulatedKernel kernel) {
        super(kernel, kernel.syscalls());
    }

    /** Checks that no reactor was left running. */
    void checkEnd() {
        kernel.check();
        if (running != null) {
            throw kernel.violation("the program ends, and %s runs on", running.name);
        }
        kernel.checkNothingIsLeft();
    }

    private void turn(Reacting reacting) {
        Loop loop = reacting.loop;
        loop.assignTo(Thread.currentThread());
        try {
            if (loop.isRunning()) {
                loop.turn();
            }
            if (!loop.isRunning()) {
                running = null;
                loop.end();
            }
        } finally {
            loop.assignTo(reacting.standIn);
            kernel.check(); // the program may have made something else of it
        }
    }

    // ---- What the library calls ---------------------------------------------------------------

    @Override
    public <T> Queue<T> queue() {
        return new ConcurrentLinkedQueue<>();
    }

    @Override
    public void start(String name, Loop loop) {
        if (running != null) {
            throw kernel.violation(
                    "%s starts while %s runs: one reactor at a time", name, running.name);
        }
        running = new Reacting(name, loop, Thread.ofPlatform().name(name).unstarted(() -> {}));
        loop.assignTo(running.standIn);
    }

    @Override
    public void await(CompletableFuture<?> future) {
        // It is completed in the midst of a turn, and then this thread goes on at once.
        CompletableFuture<?> _ = future.whenComplete((_, _) -> kernel.mainHasWork(true));
        kernel.mainHasWork(false);
        while (!future.isDone()) {
            Reacting reacting = running;
            if (reacting == null) {
                throw kernel.violation("the program waits for ever: no reactor runs");
            }
            turn(reacting);
            if (kernel.isAsleep() && !future.isDone()) {
                throw kernel.violation("the program waits for ever: %s sleeps", reacting.name);
            }
        }
        kernel.mainHasWork(false);
    }
}
