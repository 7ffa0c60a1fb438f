package edgeloop.simulation;

import edgeloop.platform.Loop;
import edgeloop.platform.Platform;
import edgeloop.sys.Syscalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A simulated kernel, and a simulated thread for each loop. */
final class ThreadedPlatform implements Platform {
    private final SimulatedKernel kernel;
    private final SimulatedThreads threads;
    private final List<String> problems = new ArrayList<>();

    ThreadedPlatform(SimulatedKernel kernel, SimulatedThreads threads) {
        this.kernel = kernel;
        this.threads = threads;
    }

    /** What was logged. */
    List<String> problems() {
        return problems;
    }

    @Override
    public Syscalls syscalls() {
        return kernel.syscalls();
    }

    @Override
    public <T> Queue<T> queue() {
        return new HandOver<>(threads);
    }

    @Override
    public void start(String name, Loop loop) {
        loop.assignTo(threads.start(name, loop::run));
    }

    @Override
    public void await(CompletableFuture<?> end) {
        threads.sleepUntil(end::isDone, World.NEVER);
    }

    @Override
    public void log(String line, @Nullable Throwable cause) {
        String problem = cause == null ? line : line + ": " + cause;
        kernel.note("    logged: %s", problem);
        problems.add(problem);
    }

    @Override
    public void awaitLogged(Duration timeout) {}
}
