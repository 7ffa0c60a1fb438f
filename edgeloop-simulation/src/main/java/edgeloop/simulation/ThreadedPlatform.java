package edgeloop.simulation;

import edgeloop.platform.Loop;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** A simulated kernel, and a simulated thread for each loop. */
final class ThreadedPlatform extends KernelPlatform {
    private final SimulatedThreads threads;

    ThreadedPlatform(SimulatedKernel kernel, SimulatedThreads threads) {
        super(kernel, kernel.syscalls());
        this.threads = threads;
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
}
