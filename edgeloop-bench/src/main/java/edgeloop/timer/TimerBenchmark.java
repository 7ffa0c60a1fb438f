package edgeloop.timer;

import edgeloop.bench.PieceBenchmark;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** A timeout that is set and cancelled, among 10,000 others. */
public class TimerBenchmark extends PieceBenchmark {
    private static final int TIMERS = 10_000;
    private static final int TIMEOUT_TICKS = 30_000;

    private final TimerWheel wheel = new TimerWheel(Integer.MAX_VALUE);
    private final Timer timer = new IdleTimer();

    private static final class IdleTimer extends Timer {
        @Override
        protected void expire() {}
    }

    @Setup
    public void fill() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < TIMERS; i++) {
            wheel.add(new IdleTimer(), random.nextLong(1, 2 * TIMEOUT_TICKS));
        }
    }

    @Benchmark
    public void addAndRemove() {
        wheel.add(timer, TIMEOUT_TICKS);
        wheel.remove(timer);
    }
}
