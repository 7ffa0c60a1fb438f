package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the system and the JVM's own tools say about a running JVM. */
final class ProcessProbe {
    private static final Pattern RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern HISTOGRAM_TOTAL =
            Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)\\s*$");
    private static final Pattern PLACES =
            Pattern.compile("(?m)^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+\\S*LeakDetector\\$Place\\b");
    private static final Pattern TRACKED_TOTAL =
            Pattern.compile("Total: reserved=\\d+KB, committed=(\\d+)KB");
    private static final Pattern TRACKED_HEAP =
            Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB\\)");

    /** Clock ticks of /proc/PID/stat in a second: USER_HZ, which is 100 wherever Linux runs. */
    private static final long TICKS_PER_SECOND = 100;

    private final long pid;

    ProcessProbe(long pid) {
        this.pid = pid;
    }

    /**
     * The open descriptors, without the rules of time zones: a JVM that has just started reads them
     * once and closes the file, at a time of its own.
     */
    int descriptors() throws IOException {
        return count(target -> !target.endsWith("/tzdb.dat"));
    }

    /** The open sockets. */
    int sockets() throws IOException {
        return count(target -> target.startsWith("socket:"));
    }

    private int count(Predicate<String> isCounted) throws IOException {
        int descriptors = 0;
        try (Stream<Path> files = Files.list(proc("fd"))) {
            for (Path file : files.toList()) {
                descriptors += isCounted.test(target(file)) ? 1 : 0;
            }
        }
        return descriptors;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "closed since it was listed";
        }
    }

    /** The resident memory in KiB. */
    long residentKib() throws IOException {
        return number(RSS, Files.readString(proc("status")));
    }

    /** The processor time used so far, user's and system's, of all threads. */
    Duration processorTime() throws IOException {
        String stat = Files.readString(proc("stat"));
        // proc_pid_stat(5): utime and stime are fields 14 and 15; the name in field 2 may hold
        // blanks, but no field after it does.
        List<String> fields =
                Arrays.asList(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        long ticks = Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12));
        return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
    }

    private Path proc(String name) {
        return Path.of("/proc", String.valueOf(pid), name);
    }

    /**
     * The JVM's memory after a full collection.
     *
     * @param inUse pooled objects, segments and connections, that are not given back; with {@code
     *     -Dedgeloop.leaks=true} only
     * @param heapBytes bytes of live objects
     * @param nativeKib memory of the JVM that is not heap, committed; with {@code
     *     -XX:NativeMemoryTracking=summary} only
     */
    record Memory(long inUse, long heapBytes, long nativeKib) {}

    Memory memory() throws IOException, InterruptedException {
        String histogram = jcmd("GC.class_histogram");
        String tracked = jcmd("VM.native_memory", "summary", "scale=KB");
        Matcher places = PLACES.matcher(histogram);
        return new Memory(
                places.find() ? Long.parseLong(places.group(1)) : 0,
                number(HISTOGRAM_TOTAL, histogram),
                number(TRACKED_TOTAL, tracked) - number(TRACKED_HEAP, tracked));
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError(pattern + " is not in " + text);
        }
        return Long.parseLong(matcher.group(1));
    }

    private String jcmd(String... command) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return run(
                Stream.concat(Stream.of(jcmd, String.valueOf(pid)), Arrays.stream(command))
                        .toArray(String[]::new));
    }

    /** Sets the soft limit on open descriptors of the process. */
    void limitDescriptors(long most) throws IOException, InterruptedException {
        run("prlimit", "--pid", String.valueOf(pid), "--nofile=" + most + ":");
    }

    /** The soft limit on open descriptors of the process. */
    long descriptorLimit() throws IOException, InterruptedException {
        String text = run("prlimit", "--pid", String.valueOf(pid), "--nofile", "-o", "SOFT");
        return number(Pattern.compile("(\\d+)"), text);
    }

    /** Runs a command that says what it has to say and ends. */
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(ServerProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + ": " + output);
        }
        return output;
    }
}
