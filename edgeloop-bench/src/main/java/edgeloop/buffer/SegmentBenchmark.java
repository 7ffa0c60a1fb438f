package edgeloop.buffer;

import edgeloop.bench.PieceBenchmark;
import edgeloop.sys.LinuxSyscalls;
import java.util.Objects;
import org.openjdk.jmh.annotations.Benchmark;

/** The pool of what waits: output that the kernel has not taken, input that is not whole. */
public class SegmentBenchmark extends PieceBenchmark {
    private final SegmentPool pool =
            new SegmentPool(new LinuxSyscalls(), new MemoryBudget(Long.MAX_VALUE), _ -> {});

    @Benchmark
    public int takeAndGive() {
        Segment segment = Objects.requireNonNull(pool.take());
        int space = segment.space();
        pool.give(segment);
        return space;
    }
}
