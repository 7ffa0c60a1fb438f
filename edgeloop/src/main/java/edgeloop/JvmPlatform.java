package edgeloop;

import edgeloop.platform.Loop;
import edgeloop.platform.Platform;
import edgeloop.sys.LinuxSyscalls;
import edgeloop.sys.Syscalls;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The platform of programs: a thread of the JVM for each reactor, and one for the log of all.
 *
 * @param kernel the calls of a reactor
 * @param lines takes each line of the log, and its cause if there is one; must not block
 */
record JvmPlatform(Supplier<Syscalls> kernel, BiConsumer<String, @Nullable Throwable> lines)
        implements Platform {
    JvmPlatform(Supplier<Syscalls> kernel) {
        this(kernel, LogThread.SHARED);
    }

    /** The platform that is in force on this thread; else Linux. */
    static Platform current() {
        return CURRENT.isBound() ? CURRENT.get() : new JvmPlatform(LinuxSyscalls::new);
    }

    @Override
    public Syscalls syscalls() {
        return kernel.get();
    }

    @Override
    public <T> Queue<T> queue() {
        return new ConcurrentLinkedQueue<>();
    }

    @Override
    public void start(String name, Loop loop) {
        Thread thread = Thread.ofPlatform().name(name).unstarted(loop::run);
        // Before it runs: the caller must not be taken for the reactor's thread meanwhile.
        loop.assignTo(thread);
        LogThread.SHARED.start(); // by this thread: one that is pinned would pin it as well
        thread.start();
    }

    @Override
    public void await(CompletableFuture<?> future) throws InterruptedException {
        try {
            future.get();
        } catch (ExecutionException e) {
            // Which the caller finds in the future as well.
        }
    }

    @Override
    public void log(String line, @Nullable Throwable cause) {
        lines.accept(line, cause);
    }

    @Override
    public void awaitLogged(Duration timeout) {
        LogThread.SHARED.awaitWritten(timeout);
    }
}
