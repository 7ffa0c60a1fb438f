package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The load tester's rooms stand on those below them alone, and none is too big to read. */
class RoomsTest {
    private static final Path SOURCES = Path.of("src/main/java/edgeloop/cli/load");
    private static final int MOST_LINES = 500;
    private static final Pattern IMPORT =
            Pattern.compile("import (?:static )?edgeloop\\.cli\\.load\\.([a-z]+)\\..*");

    /** What each room may know of the others. */
    private static final Map<String, Set<String>> BELOW =
            Map.of(
                    "measure", Set.of(),
                    "message", Set.of(),
                    "protocol", Set.of("measure", "message"),
                    "engine", Set.of("measure", "message", "protocol"),
                    "result", Set.of("measure", "message"),
                    "report", Set.of("measure", "message", "result"));

    @Test
    void roomsStandOnThoseBelow() throws IOException {
        List<String> found = new ArrayList<>();
        for (Map.Entry<String, Set<String>> room : BELOW.entrySet()) {
            for (Path file : sources(SOURCES.resolve(room.getKey()))) {
                for (String line : Files.readAllLines(file)) {
                    Matcher imported = IMPORT.matcher(line);
                    if (imported.matches() && !room.getValue().contains(imported.group(1))) {
                        found.add(file + ": " + line);
                    }
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void everyRoomIsKnown() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            assertThat(files.filter(Files::isDirectory).map(room -> room.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(BELOW.keySet());
        }
    }

    @Test
    void noFileIsLong() throws IOException {
        for (Path file : sources(SOURCES)) {
            assertThat(Files.readAllLines(file))
                    .as("%s", file)
                    .hasSizeLessThanOrEqualTo(MOST_LINES);
        }
    }

    /** Else it could not run on the simulated kernel. */
    @Test
    void engineReadsTheReactorsClockAlone() throws IOException {
        for (Path file : sources(SOURCES.resolve("engine"))) {
            assertThat(Files.readString(file))
                    .as("%s", file)
                    .doesNotContain("System.nanoTime()", "currentTimeMillis(", "Instant.now(");
        }
    }

    private static List<Path> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
