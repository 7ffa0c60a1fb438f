package edgeloop.sys;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The clock of {@link ScriptedSyscalls}: the kernel's, or one that stands, and what is added. */
abstract class ScriptedTime extends CallScript implements Syscalls {
    final Syscalls kernel = new LinuxSyscalls();

    private final AtomicLong addedNanos = new AtomicLong();
    private volatile @Nullable Long stoppedClock;

    public void passTime(Duration time) {
        addedNanos.addAndGet(time.toNanos());
    }

    /** From now on the clock stands at {@code nanos}, but for {@link #passTime}. */
    public void stopClock(long nanos) {
        stoppedClock = nanos;
        addedNanos.set(0);
    }

    @Override
    public long nanoTime() {
        Long stopped = stoppedClock;
        return (stopped == null ? kernel.nanoTime() : stopped) + addedNanos.get();
    }

    @Override
    public long wallClockMillis() {
        return kernel.wallClockMillis() + addedNanos.get() / 1_000_000;
    }
}
