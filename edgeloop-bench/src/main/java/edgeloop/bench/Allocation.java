package edgeloop.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the threads of a JVM have allocated on its heap, by their own counters, asked from outside
 * with {@code jcmd Thread.print -e}: no agent, no flag, no change to the server. A virtual thread
 * counts with its carrier. The JVM prints small counters in bytes and large ones in KiB or MiB, so
 * a difference is only as exact as the larger unit.
 */
final class Allocation {
    private static final Pattern THREAD =
            Pattern.compile("(?m)^\"([^\"]*)\".* allocated=(\\d+)([BKMG])");

    /** Its allocation is what asking costs. */
    private static final String ASKED = "Attach Listener";

    private static final long LIMIT_SECONDS = 30;

    private Allocation() {}

    /** Bytes allocated so far by all threads that are alive. */
    static long soFar(long pid) throws BenchException, IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Path scratch = Children.makeFolder();
        try {
            // To a file: a JVM that does not answer must not hold up the one who reads.
            Path dump = scratch.resolve("threads");
            Process process =
                    Children.start(
                            new ProcessBuilder(
                                            jcmd.toString(),
                                            String.valueOf(pid),
                                            "Thread.print",
                                            "-e")
                                    .redirectErrorStream(true)
                                    .redirectOutput(dump.toFile()));
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            Children.stop(process);
            if (!ended || process.exitValue() != 0) {
                throw new BenchException("jcmd can't ask the server's JVM what it allocates");
            }
            return sum(Files.readString(dump));
        } finally {
            Children.removeFolder(scratch);
        }
    }

    static long sum(String threadDump) {
        long sum = 0;
        Matcher thread = THREAD.matcher(threadDump);
        while (thread.find()) {
            if (!thread.group(1).equals(ASKED)) {
                sum += Long.parseLong(thread.group(2)) << (10 * "BKMG".indexOf(thread.group(3)));
            }
        }
        return sum;
    }
}
