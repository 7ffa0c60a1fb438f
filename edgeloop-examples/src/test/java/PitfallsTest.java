import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each mistake shows, and does not without it. */
@Timeout(180)
class PitfallsTest {
    private static final Pattern FIGURES =
            Pattern.compile("(\\S+)\n  mistake: (.*)\n  mended:  (.*)\n");

    private static String run(int exitCode, String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "Pitfalls"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(out).isEqualTo(exitCode);
        return out;
    }

    @Test
    void eachMistakeShowsAndIsMended() throws Exception {
        Map<String, String[]> seen = new HashMap<>();
        Matcher matcher = FIGURES.matcher(run(0));
        while (matcher.find()) {
            seen.put(matcher.group(1), new String[] {matcher.group(2), matcher.group(3)});
        }
        assertThat(seen).hasSize(7);
        assertThat(seen.get("drain")[0]).startsWith("4 of 10 bytes");
        assertThat(seen.get("drain")[1]).startsWith("10 of 10 bytes");
        assertThat(first(seen.get("epollout-forgotten")[0])).isLessThan(1 << 20);
        assertThat(first(seen.get("epollout-forgotten")[1])).isEqualTo(1 << 20);
        assertThat(first(seen.get("epollout-always")[0])).isGreaterThan(100);
        assertThat(first(seen.get("epollout-always")[1])).isZero();
        assertThat(seen.get("double-close")[0]).endsWith("EBADF");
        assertThat(seen.get("double-close")[1]).endsWith(" 1");
        assertThat(first(seen.get("leak")[0])).isEqualTo(100);
        assertThat(first(seen.get("leak")[1])).isZero();
        assertThat(first(seen.get("reused")[0])).isEqualTo(1);
        assertThat(first(seen.get("reused")[1])).isZero();
        assertThat(first(seen.get("herd")[0])).isGreaterThan(1);
        assertThat(first(seen.get("herd")[1])).isEqualTo(1);
    }

    private static int first(String figures) {
        return Integer.parseInt(figures.substring(0, figures.indexOf(' ')));
    }

    @Test
    void oneIsMadeAlone() throws Exception {
        assertThat(run(0, "drain")).startsWith("drain\n").doesNotContain("herd");
        assertThat(run(2, "all")).contains("no mistake 'all'; there are [drain, ");
    }
}
