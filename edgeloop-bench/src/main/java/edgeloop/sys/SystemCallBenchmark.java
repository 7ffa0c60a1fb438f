package edgeloop.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The way into the kernel and back, with as little as possible done there. */
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SystemCallBenchmark {
    private static final int NO_DESCRIPTOR = -1;

    private final Syscalls syscalls = new LinuxSyscalls();
    private final MemorySegment buffer = Arena.ofAuto().allocate(64);
    private final int epoll = syscalls.epollCreate();
    private final EpollEvents events =
            new EpollEvents(Arena.ofAuto().allocate(EpollEvents.bytesFor(64), 8), 64);

    /** A call that cannot block: EBADF, found at once. */
    @Benchmark
    public int quickCall() {
        return syscalls.recv(NO_DESCRIPTOR, buffer, 0, 64);
    }

    /** A call that may block, and so leaves and enters the thread's Java state: EBADF. */
    @Benchmark
    public int callThatMayBlock() {
        return syscalls.epollWait(NO_DESCRIPTOR, events, -1);
    }

    /** A look for events where there are none. */
    @Benchmark
    public int epollWaitOfNothing() {
        return syscalls.epollWait(epoll, events, 0);
    }

    @Benchmark
    public long clock() {
        return syscalls.nanoTime();
    }
}
