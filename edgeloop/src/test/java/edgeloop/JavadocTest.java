package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documentation of what is exported, as the JDK's own tool makes it. */
class JavadocTest {
    private static final Path SOURCES = Path.of("src", "main", "java");

    @TempDir private Path folder;

    private String javadoc() {
        String annotations =
                Stream.of("java.class.path", "jdk.module.path")
                        .map(System::getProperty)
                        .filter(Objects::nonNull)
                        .flatMap(path -> Stream.of(path.split(File.pathSeparator, -1)))
                        .filter(path -> path.contains("jspecify"))
                        .findFirst()
                        .orElseThrow();
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        int result =
                ToolProvider.findFirst("javadoc")
                        .orElseThrow()
                        .run(
                                writer,
                                writer,
                                "-quiet",
                                "-Xdoclint:all",
                                "-public",
                                "-Werror",
                                "-encoding",
                                "UTF-8",
                                "-d",
                                folder.toString(),
                                "--module-path",
                                annotations,
                                "--module-source-path",
                                "edgeloop=" + SOURCES,
                                "--module",
                                "edgeloop");
        assertThat(result).as("%s", out).isZero();
        return out.toString();
    }

    @Test
    void exportedPackagesHaveNoWarningAndShowNothingHidden() throws Exception {
        assertThat(javadoc()).isEmpty();
        String connection = Files.readString(folder.resolve("edgeloop/edgeloop/Connection.html"));
        assertThat(connection).contains("public final class").doesNotContain("ByteStream");
        assertThat(folder.resolve("edgeloop/edgeloop/engine")).doesNotExist();
    }
}
