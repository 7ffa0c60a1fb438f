package edgeloop;

import edgeloop.bench.PieceBenchmark;
import org.openjdk.jmh.annotations.Benchmark;

/** What the statistics cost each request. */
public class CountersBenchmark extends PieceBenchmark {
    private final Counters counters = new Counters();

    @Benchmark
    public void countRequest() {
        counters.requests++;
        counters.bytesRead += 64;
        counters.bytesWritten += 64;
    }
}
