package edgeloop.platform;

import edgeloop.sys.Syscalls;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a server or a client is opened on: the kernel, threads, queues between threads, and a log.
 * Programs have the JVM's; a simulation puts its own in the place by {@link #call}.
 *
 * <p>Any thread may call any method.
 */
public interface Platform {
    /** The one in force on this thread where it is not the JVM's. */
    ScopedValue<Platform> CURRENT = ScopedValue.newInstance();

    /** The kernel, by calls that are for one thread: each answer has memory of its own. */
    Syscalls syscalls();

    /** A queue that any thread adds to and one takes from. */
    <T> Queue<T> queue();

    /**
     * Has {@code loop} turned from now on, until it is told to stop.
     *
     * @param name of the thread, if there is one
     */
    void start(String name, Loop loop);

    /**
     * Waits, on a thread that turns no loop, for what a loop is to do.
     *
     * @param future completed by then, in one way or the other
     * @throws InterruptedException if the calling thread is interrupted
     */
    void await(CompletableFuture<?> future) throws InterruptedException;

    /** Takes a line to be logged as a warning, and its cause if there is one. Does not wait. */
    void log(String line, @Nullable Throwable cause);

    /** Waits until the lines taken so far are written, or {@code timeout} has passed. */
    void awaitLogged(Duration timeout);

    /**
     * Runs {@code task}; whatever it opens is opened on {@code platform}.
     *
     * @return what the task answers
     */
    static <T, X extends Throwable> T call(
            Platform platform, ScopedValue.CallableOp<? extends T, X> task) throws X {
        return ScopedValue.where(CURRENT, platform).call(task);
    }
}
