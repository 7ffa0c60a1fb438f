package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the documents' links lead: in the project, and in the archive of {@code make dist}. */
final class LinksIT {
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]*)(#[^)]*)?\\)");

    @TempDir private Path archive;

    @Test
    void linksOfTheArchiveLeadToWhatIsInIt() throws Exception {
        ProcessProbe.run("bin/copy-docs", archive.toString());
        assertThat(documents(archive)).contains(archive.resolve("README.md")).hasSizeGreaterThan(5);
        assertThat(brokenLinks(archive)).isEmpty();
    }

    @Test
    void linksOfTheProjectLeadSomewhere() throws Exception {
        assertThat(brokenLinks(Path.of(""))).isEmpty();
    }

    private static List<Path> documents(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root, 2)) {
            return files.filter(f -> f.toString().endsWith(".md")).toList();
        }
    }

    private static List<String> brokenLinks(Path root) throws IOException {
        Path within = root.toAbsolutePath().normalize();
        List<String> broken = new ArrayList<>();
        for (Path document : documents(root)) {
            Matcher link = LINK.matcher(text(document));
            while (link.find()) {
                Path folder = document.toAbsolutePath().getParent();
                Path target =
                        link.group(1).isEmpty()
                                ? document.toAbsolutePath().normalize()
                                : folder.resolve(decoded(link.group(1))).normalize();
                if (!target.startsWith(within)
                        || !Files.exists(target)
                        || (link.group(2) != null
                                && !anchors(target).contains(link.group(2).substring(1)))) {
                    broken.add(document + ": " + link.group());
                }
            }
        }
        return broken;
    }

    private static String decoded(String link) {
        return URLDecoder.decode(link, StandardCharsets.UTF_8);
    }

    /** Without blocks of code. */
    private static String text(Path document) throws IOException {
        return Files.readString(document).replaceAll("(?ms)^ *```.*?^ *```", "");
    }

    /** Those of its headings, as GitHub makes them. */
    private static List<String> anchors(Path document) throws IOException {
        return text(document)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
                .map(line -> line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .toList();
    }
}
