package edgeloop.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where server and client run: each on a core of its own, so that neither takes time or cache from
 * the other. Empty where the machine has too few cores for that.
 */
record Cpus(OptionalInt server, OptionalInt client) {

    /** The first two CPUs that this process may use and that aren't threads of the same core. */
    static Cpus choose() throws IOException {
        List<Integer> allowed = allowed(Files.readString(Path.of("/proc/self/status")));
        if (Executables.find("taskset").isEmpty()) {
            return none();
        }
        int first = allowed.getFirst();
        for (int second : allowed) {
            if (!siblings(first).contains(second)) {
                return new Cpus(OptionalInt.of(first), OptionalInt.of(second));
            }
        }
        return none();
    }

    private static Cpus none() {
        return new Cpus(OptionalInt.empty(), OptionalInt.empty());
    }

    /** The command, pinned if there is a CPU to pin it to. */
    static List<String> pinned(OptionalInt cpu, List<String> command) {
        if (cpu.isEmpty()) {
            return command;
        }
        var pinned =
                new ArrayList<String>(List.of("taskset", "-c", String.valueOf(cpu.getAsInt())));
        pinned.addAll(command);
        return pinned;
    }

    String describe() {
        return server.isPresent() && client.isPresent()
                ? "server on CPU " + server.getAsInt() + ", client on CPU " + client.getAsInt()
                : "server and client are not pinned: it takes two cores and taskset (util-linux)";
    }

    private static List<Integer> allowed(String status) throws IOException {
        Matcher list = Pattern.compile("Cpus_allowed_list:\\s+(\\S+)").matcher(status);
        if (!list.find()) {
            throw new IOException("no Cpus_allowed_list in /proc/self/status");
        }
        return parseList(list.group(1));
    }

    private static List<Integer> siblings(int cpu) throws IOException {
        Path file = Path.of("/sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list");
        return Files.exists(file) ? parseList(Files.readString(file).strip()) : List.of(cpu);
    }

    /** The kernel's list format, such as {@code 0-2,7}. */
    static List<Integer> parseList(String text) {
        var cpus = new ArrayList<Integer>();
        for (String range : text.split(",", -1)) {
            String[] ends = range.split("-", -1);
            int last = Integer.parseInt(ends[ends.length - 1]);
            for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
                cpus.add(cpu);
            }
        }
        return cpus;
    }
}
