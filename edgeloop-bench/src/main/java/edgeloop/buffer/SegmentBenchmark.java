package edgeloop.buffer;

import edgeloop.sys.LinuxSyscalls;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The pool of what waits: output that the kernel has not taken, input that is not whole. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SegmentBenchmark {
    private final SegmentPool pool = new SegmentPool(new LinuxSyscalls());

    @Benchmark
    public int takeAndGive() {
        Segment segment = pool.take();
        int space = segment.space();
        pool.give(segment);
        return space;
    }
}
