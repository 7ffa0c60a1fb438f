package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of edge cases in docs/RELIABILITY.md tells the truth. */
class EdgeCaseTableTest {
    /** What other servers got wrong, and what public reports of theirs found here. */
    private static final List<Integer> CASES =
            IntStream.concat(IntStream.rangeClosed(1, 50), IntStream.rangeClosed(57, 75))
                    .boxed()
                    .toList();

    /** Such as {@code | E7 | one fast peer starves the rest | FairnessTest, SeedsTest | both |}. */
    private static final Pattern ROW =
            Pattern.compile(
                    "\\| E(\\d+) \\| [^|]+ \\| ([A-Za-z, ]+) \\| (simulated|real|both) \\|");

    @Test
    void everyCaseHasATestThatNamesIt() throws IOException {
        Map<Integer, String> table = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("../docs/RELIABILITY.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                table.put(Integer.valueOf(row.group(1)), row.group(2));
            }
        }
        assertThat(table.keySet()).containsExactlyElementsOf(CASES);
        Map<String, String> tests = tests();
        List<String> wrong = new ArrayList<>();
        table.forEach(
                (number, names) -> {
                    for (String name : names.split(", ", -1)) {
                        String text = tests.getOrDefault(name, "");
                        if (!Pattern.compile("\\bE" + number + "\\b").matcher(text).find()) {
                            wrong.add(name + " does not name E" + number);
                        }
                    }
                });
        assertThat(wrong).isEmpty();
    }

    /** The text of each test class of all modules. */
    private static Map<String, String> tests() throws IOException {
        Map<String, String> tests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of(".."))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                if (file.toString().contains("/src/test/")) {
                    String name = file.getFileName().toString().replace(".java", "");
                    tests.put(name, Files.readString(file));
                }
            }
        }
        return tests;
    }
}
