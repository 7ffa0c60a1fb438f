package edgeloop.sys;

import edgeloop.bench.PieceBenchmark;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;

/** The way into the kernel and back, with as little as possible done there. */
public class SystemCallBenchmark extends PieceBenchmark {
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
