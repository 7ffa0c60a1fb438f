package edgeloop.cli.load.measure;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/**
 * What the tester itself has used so far: totals, of which only differences mean anything. One
 * thread tells of itself; {@link #besides} makes one of several.
 *
 * @param atNanos when, on {@link System#nanoTime}'s clock
 * @param threadCpuNanos CPU time of the threads that send and receive
 * @param busiestCpuNanos of that one of them that has used most
 * @param threadWaitNanos how long one of them was ready to run and had no CPU, at most
 * @param threadAllocatedBytes what they have allocated
 * @param processCpuNanos CPU time of all threads, compiler and collector included
 * @param collections how often the garbage collector has run
 * @param collectionMillis how long it has held all threads up
 */
public record ResourceUsage(
        long atNanos,
        long threadCpuNanos,
        long busiestCpuNanos,
        long threadWaitNanos,
        long threadAllocatedBytes,
        long processCpuNanos,
        long collections,
        long collectionMillis) {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    public static final ResourceUsage NONE = new ResourceUsage(0, 0, 0, 0, 0, 0, 0, 0);

    /** See {@link Meter#atBegin}. */
    static ResourceUsage atBegin() {
        ResourceUsage usage = read(0);
        // Last, so that what this method allocates does not count.
        return new ResourceUsage(
                usage.atNanos,
                usage.threadCpuNanos,
                usage.busiestCpuNanos,
                usage.threadWaitNanos,
                THREADS.getCurrentThreadAllocatedBytes(),
                usage.processCpuNanos,
                usage.collections,
                usage.collectionMillis);
    }

    /** See {@link Meter#atEnd}. */
    static ResourceUsage atEnd() {
        return read(THREADS.getCurrentThreadAllocatedBytes());
    }

    private static ResourceUsage read(long allocatedBytes) {
        long collections = 0;
        long collectionMillis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collections += collector.getCollectionCount();
            collectionMillis += collector.getCollectionTime();
        }
        long cpuNanos = THREADS.getCurrentThreadCpuTime();
        return new ResourceUsage(
                System.nanoTime(),
                cpuNanos,
                cpuNanos,
                waitNanos(),
                allocatedBytes,
                SYSTEM.getProcessCpuTime(),
                collections,
                collectionMillis);
    }

    public ResourceUsage minus(ResourceUsage earlier) {
        return new ResourceUsage(
                atNanos - earlier.atNanos,
                threadCpuNanos - earlier.threadCpuNanos,
                busiestCpuNanos - earlier.busiestCpuNanos,
                threadWaitNanos - earlier.threadWaitNanos,
                threadAllocatedBytes - earlier.threadAllocatedBytes,
                processCpuNanos - earlier.processCpuNanos,
                collections - earlier.collections,
                collectionMillis - earlier.collectionMillis);
    }

    public ResourceUsage plus(ResourceUsage other) {
        return new ResourceUsage(
                atNanos + other.atNanos,
                threadCpuNanos + other.threadCpuNanos,
                busiestCpuNanos + other.busiestCpuNanos,
                threadWaitNanos + other.threadWaitNanos,
                threadAllocatedBytes + other.threadAllocatedBytes,
                processCpuNanos + other.processCpuNanos,
                collections + other.collections,
                collectionMillis + other.collectionMillis);
    }

    /** This and what another thread of the same process has used in the same time. */
    public ResourceUsage besides(ResourceUsage other) {
        return new ResourceUsage(
                Math.max(atNanos, other.atNanos),
                threadCpuNanos + other.threadCpuNanos,
                Math.max(busiestCpuNanos, other.busiestCpuNanos),
                Math.max(threadWaitNanos, other.threadWaitNanos),
                threadAllocatedBytes + other.threadAllocatedBytes,
                Math.max(processCpuNanos, other.processCpuNanos),
                Math.max(collections, other.collections),
                Math.max(collectionMillis, other.collectionMillis));
    }

    /** The second number of schedstat, the kernel's Documentation/scheduler/sched-stats.rst. */
    private static long waitNanos() {
        try (var file = new FileInputStream("/proc/thread-self/schedstat")) {
            String line = new String(file.readNBytes(100), StandardCharsets.US_ASCII);
            return Long.parseLong(line.split(" ", -1)[1]);
        } catch (IOException | RuntimeException e) {
            return 0; // a kernel without schedstat: nothing to say about waiting
        }
    }
}
