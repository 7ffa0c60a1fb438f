package edgeloop.simulation;

import edgeloop.platform.Platform;
import edgeloop.sys.Syscalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A simulated kernel, and a log that is kept; who turns the loops is its subclasses' affair. */
abstract class KernelPlatform implements Platform {
    final SimulatedKernel kernel;
    private final Syscalls syscalls;
    private final List<String> problems = new ArrayList<>();

    /**
     * @param syscalls those that loops make, which pass them on to {@code kernel}
     */
    KernelPlatform(SimulatedKernel kernel, Syscalls syscalls) {
        this.kernel = kernel;
        this.syscalls = syscalls;
    }

    /** What was logged: a line for each problem, with its cause where there is one. */
    final List<String> problems() {
        return problems;
    }

    @Override
    public final Syscalls syscalls() {
        return syscalls;
    }

    @Override
    public final void log(String line, @Nullable Throwable cause) {
        String problem = cause == null ? line : line + ": " + cause;
        kernel.note("    logged: %s", problem);
        problems.add(problem);
    }

    @Override
    public final void awaitLogged(Duration timeout) {}
}
