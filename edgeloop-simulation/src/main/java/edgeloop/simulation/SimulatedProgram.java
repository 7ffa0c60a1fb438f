package edgeloop.simulation;

import edgeloop.platform.Platform;
import java.util.List;

/**
 * Runs a program on a simulated kernel: servers and clients that it starts, by the methods that all
 * programs call, are on it.
 *
 * <pre>{@code
 * var kernel = new SimulatedKernel(Choices.ofSeed(seed));
 * kernel.setWorld(world);
 * kernel.route(address -> host);
 * int exitCode = SimulatedProgram.call(kernel, () -> MyProgram.run("192.0.2.1:7"));
 * }</pre>
 *
 * <p>The program has the calling thread alone, and one reactor at a time; or several by {@link
 * #callOnThreads}, which takes longer. Wherever it waits for one, by {@link
 * edgeloop.Reactor#await}, {@link edgeloop.Server#join} or {@code close}, the reactor turns until
 * it has what it waits for; and time passes only while the reactor sleeps. A program that waits in
 * another way, as by {@code Thread.sleep} or {@code Future.get}, waits for ever. Each such call
 * throws a {@link SimulationFailure} where the kernel's rules are broken, or nothing will ever end
 * the wait.
 */
public final class SimulatedProgram {
    private SimulatedProgram() {}

    /**
     * What a program does.
     *
     * @param <T> what it answers
     * @param <X> what it may throw
     */
    @FunctionalInterface
    public interface Task<T, X extends Throwable> {
        /** Does it. */
        T call() throws X;
    }

    /**
     * Runs a program to its end, and checks that it has given everything back.
     *
     * @param <T> what the task answers
     * @param <X> what it may throw
     * @param kernel that nobody else uses meanwhile
     * @param task has one reactor at a time
     * @return what the task answers
     * @throws SimulationFailure if a rule was broken, or a problem was logged
     */
    public static <T, X extends Throwable> T call(SimulatedKernel kernel, Task<T, X> task)
            throws X {
        ProgramPlatform platform = new ProgramPlatform(kernel);
        T result = Platform.call(platform, task::call);
        platform.checkEnd();
        checkLog(kernel, platform);
        return result;
    }

    /**
     * Runs a program of several reactors to its end, and checks that it has given everything back.
     * Each reactor has a thread, and the program the calling one; one of them runs at a time, in an
     * order that the kernel's seed draws at each system call. Time passes only while all sleep.
     *
     * @param <T> what the task answers
     * @param <X> what it may throw
     * @param kernel that nobody else uses meanwhile
     * @param task waits only as {@link SimulatedProgram} says
     * @return what the task answers
     * @throws SimulationFailure if a rule was broken, or a problem was logged
     */
    public static <T, X extends Throwable> T callOnThreads(SimulatedKernel kernel, Task<T, X> task)
            throws X {
        SimulatedThreads threads = new SimulatedThreads(kernel, kernel.choices().split());
        kernel.setThreads(threads);
        ThreadedPlatform platform = new ThreadedPlatform(kernel, threads);
        T result;
        try {
            result = Platform.call(platform, task::call);
        } finally {
            threads.awaitOthers();
        }
        kernel.checkNothingIsLeft();
        checkLog(kernel, platform);
        return result;
    }

    private static void checkLog(SimulatedKernel kernel, KernelPlatform platform) {
        List<String> problems = platform.problems();
        if (!problems.isEmpty()) {
            throw kernel.violation("the program logged: %s", problems);
        }
    }
}
