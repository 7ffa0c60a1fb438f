package edgeloop;

import edgeloop.bench.PieceBenchmark;
import edgeloop.sys.LinuxSyscalls;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The loop's own parts, with 10,000 channels and as many timers. */
public class LoopBenchmark extends PieceBenchmark {
    private static final int CHANNELS = 10_000;
    private static final int TIMEOUT_TICKS = 30_000;

    private final Server server;
    private final ChannelTable table = new ChannelTable(true);
    private final TimerWheel wheel = new TimerWheel(Integer.MAX_VALUE);
    private final Counters counters = new Counters();
    private final long[] keys = new long[CHANNELS];
    private final Timeout timeout;
    private int next;
    private int dispatched;

    /** The least that an event can come to. */
    private final class CountingChannel extends Channel {
        CountingChannel(Reactor reactor, int slot) {
            super(reactor, slot);
        }

        @Override
        void onReady(int mask) {
            dispatched++;
        }

        @Override
        void proceed() {
            dispatched++;
        }
    }

    public LoopBenchmark() {
        try {
            server =
                    Server.open(
                            new LinuxSyscalls(),
                            ServerOptions.defaults().withPort(0),
                            _ -> Connection::write);
        } catch (SyscallException e) {
            throw new IllegalStateException(e);
        }
        timeout = new Timeout(server.reactor(), null, () -> {});
    }

    @Setup
    public void fill() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < CHANNELS; i++) {
            keys[i] = table.add(slot -> new CountingChannel(server.reactor(), slot)).key();
            Timeout other = new Timeout(server.reactor(), null, () -> {});
            wheel.add(other, random.nextLong(1, 2 * TIMEOUT_TICKS));
        }
        for (int i = CHANNELS - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long key = keys[i];
            keys[i] = keys[j];
            keys[j] = key;
        }
    }

    @TearDown
    public void close() {
        server.shutdownNow();
    }

    /** From an event's key to its channel's method, in an order that no cache foresees. */
    @Benchmark
    public int dispatch() {
        if (++next == CHANNELS) {
            next = 0;
        }
        Channel channel = table.find(keys[next]);
        if (channel != null) {
            channel.onReady(1);
        }
        return dispatched;
    }

    @Benchmark
    public void timerAddAndRemove() {
        wheel.add(timeout, TIMEOUT_TICKS);
        wheel.remove(timeout);
    }

    @Benchmark
    public void countRequest() {
        counters.requests++;
        counters.bytesRead += 64;
        counters.bytesWritten += 64;
    }
}
