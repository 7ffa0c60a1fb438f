package edgeloop.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Linux says about processes, see proc(5). */
final class ProcessFiles {
    /** A limit of "unlimited", or of millions, is more than any server here should prepare for. */
    private static final int MOST_DESCRIPTORS = 100_000;

    private ProcessFiles() {}

    /** Resident memory, in KiB. */
    static long residentKib(long pid) throws IOException {
        return field(Path.of("/proc", String.valueOf(pid), "status"), "VmRSS");
    }

    /** How often the threads of a process have gone to sleep, and so how often they were woken. */
    static long voluntarySwitches(long pid) throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc", String.valueOf(pid), "task"))) {
            for (Path thread : threads) {
                sum += field(thread.resolve("status"), "voluntary_ctxt_switches");
            }
        }
        return sum;
    }

    /** The hard limit on descriptors of this process, which servers raise their own limit to. */
    static int descriptorLimit() {
        try {
            String limits = Files.readString(Path.of("/proc/self/limits"));
            Matcher hard = Pattern.compile("Max open files +\\S+ +(\\d+)").matcher(limits);
            return hard.find()
                    ? (int) Math.min(Long.parseLong(hard.group(1)), MOST_DESCRIPTORS)
                    : MOST_DESCRIPTORS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long field(Path file, String name) throws IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException threadHasEnded) {
            return 0;
        }
        Matcher value = Pattern.compile("(?m)^" + name + ":\\s+(\\d+)").matcher(text);
        if (!value.find()) {
            throw new IOException("no " + name + " in " + file);
        }
        return Long.parseLong(value.group(1));
    }
}
