package edgeloop.sys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The memory that this process may use: the least of the limits of its control groups, cgroups(7),
 * and of the machine's memory. A container has its limit there.
 */
final class MemoryLimit {
    /** Where nobody can tell. */
    static final long UNKNOWN = Long.MAX_VALUE;

    private static final String V1_CONTROLLER = "memory";

    /** In front of each path; empty but in tests. */
    private final String root;

    MemoryLimit(String root) {
        this.root = root;
    }

    /** In bytes. */
    long bytes() {
        long least = machine();
        for (String line : read("/proc/self/cgroup").split("\n", -1)) {
            // number:controllers:path, where version 2 has the number 0 and names no controller
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[0].equals("0")) {
                least = Math.min(least, ofGroups("/sys/fs/cgroup", parts[2], "memory.max"));
            } else if (parts.length == 3 && parts[1].equals(V1_CONTROLLER)) {
                String folder = "/sys/fs/cgroup/" + V1_CONTROLLER;
                least = Math.min(least, ofGroups(folder, parts[2], "memory.limit_in_bytes"));
            }
        }
        return least;
    }

    /** The least limit of the group at {@code path} and of those that it is in. */
    private long ofGroups(String folder, String path, String file) {
        long least = UNKNOWN;
        // A container may see its own group at the top, and a path that is not there.
        for (int end = path.length(); end >= 0; end = path.lastIndexOf('/', end - 1)) {
            String group = path.substring(0, end);
            least = Math.min(least, number(read(folder + group + "/" + file)));
        }
        return least;
    }

    /** {@code MemTotal: 16318412 kB}, proc_meminfo(5). */
    private long machine() {
        String[] words = read("/proc/meminfo").split("\\s+", 4);
        long kilobytes = words.length > 2 ? number(words[1]) : UNKNOWN;
        return kilobytes > UNKNOWN / 1024 ? UNKNOWN : kilobytes * 1024;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            return UNKNOWN; // "max", or no such file
        }
    }

    /** The text of a file; empty if it can't be read. */
    private String read(String path) {
        try (InputStream in = new FileInputStream(root + path)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
