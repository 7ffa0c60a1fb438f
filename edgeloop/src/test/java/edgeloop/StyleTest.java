package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Bounds on every Java source of every module, so that growth is a decision. */
class StyleTest {
    private static final int MAX_METHOD_LINES = 60;
    private static final int MAX_FILE_LINES = 500;

    private static final Pattern NAME_BEFORE_PARENTHESIS = Pattern.compile("(\\w+)\\(");
    private static final Pattern TYPE_DECLARATION =
            Pattern.compile("^[^(=]*\\b(class|interface|record|enum)\\b.*");
    private static final Pattern SLEEP = Pattern.compile("\\b(Thread|[A-Z]+)\\.sleep\\(");
    private static final Pattern LEFT_OVER = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");

    @Test
    void noFileIsTooLong() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : sources()) {
            int lines = Files.readAllLines(file).size();
            if (lines > MAX_FILE_LINES) {
                found.add(file + " has " + lines + " lines");
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void noMethodIsTooLong() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : sources()) {
            for (Block block : blocks(Files.readAllLines(file))) {
                String method = nameOf(file) + "." + block.name();
                if (block.lines() > MAX_METHOD_LINES) {
                    found.add(method + " has " + block.lines() + " lines");
                }
            }
        }
        assertThat(found).isEmpty();
    }

    /**
     * What waits for something waits for that thing; a sleep is too short or too long. Only the
     * benchmarks measure over a length of time, and there is nothing else to wait for.
     */
    @Test
    void nothingSleeps() throws IOException {
        assertThat(linesWith(SLEEP))
                .filteredOn(line -> !line.contains("edgeloop-bench/src/main/"))
                .isEmpty();
    }

    @Test
    void nothingIsLeftToDo() throws IOException {
        assertThat(linesWith(LEFT_OVER)).isEmpty();
    }

    private record Block(String name, int lines) {}

    /**
     * The blocks that are no type, told by their indentation: the build's formatter puts a
     * declaration's first line and its closing brace at the same depth, and all else deeper.
     */
    private static List<Block> blocks(List<String> lines) {
        List<Block> blocks = new ArrayList<>();
        List<Integer> firstLines = new ArrayList<>(); // by depth
        for (int at = 0; at < lines.size(); at++) {
            String text = lines.get(at).strip();
            int depth = (lines.get(at).length() - lines.get(at).stripLeading().length()) / 4;
            while (firstLines.size() <= depth) {
                firstLines.add(at);
            }
            if (text.equals("}")) {
                String first = lines.get(firstLines.get(depth)).strip();
                if (!TYPE_DECLARATION.matcher(first).matches()) {
                    blocks.add(new Block(nameIn(first), at - firstLines.get(depth) + 1));
                }
            } else if (!text.isEmpty() && !text.startsWith("}") && !text.startsWith(")")) {
                firstLines.set(depth, at);
            }
        }
        return blocks;
    }

    private static String nameIn(String firstLine) {
        var name = NAME_BEFORE_PARENTHESIS.matcher(firstLine);
        return name.find() ? name.group(1) : firstLine;
    }

    private static List<String> linesWith(Pattern pattern) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : sources()) {
            if (nameOf(file).equals("StyleTest")) {
                continue; // it names what it looks for
            }
            for (String line : Files.readAllLines(file)) {
                if (pattern.matcher(line).find()) {
                    found.add(file + ": " + line.strip());
                }
            }
        }
        return found;
    }

    private static String nameOf(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    /** Tests run in their module's folder. */
    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(".."))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList();
        }
    }
}
