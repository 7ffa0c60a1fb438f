package edgeloop.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the figures were measured on, as far as it can move them. */
final class Machine {
    private static final Path LOAD_AVERAGE = Path.of("/proc/loadavg");

    private Machine() {}

    static Map<String, String> describe() throws IOException {
        var facts = new LinkedHashMap<String, String>();
        facts.put("cpu", cpuModel());
        facts.put("cpus", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("kernel", read("/proc/sys/kernel/osrelease"));
        facts.put("tcp congestion control", read("/proc/sys/net/ipv4/tcp_congestion_control"));
        facts.put("java", Runtime.version().toString());
        facts.put("load average", read(LOAD_AVERAGE.toString()).split(" ", 2)[0]);
        return facts;
    }

    /** Processes that want to run, averaged over the last minute. */
    static double loadAverage() throws IOException {
        return Double.parseDouble(read(LOAD_AVERAGE.toString()).split(" ", 2)[0]);
    }

    private static String cpuModel() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(file)).strip();
    }
}
