package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    @Test
    @DisplayName("E65 each class of HTTP is loaded before it may be needed at a bad time")
    void allClassesAreRehearsed() throws IOException, URISyntaxException {
        Path classes =
                Path.of(Http.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                        .resolve("edgeloop/http");
        try (Stream<Path> files = Files.walk(classes)) {
            assertThat(
                            files.filter(Files::isRegularFile)
                                    .map(file -> classes.relativize(file).toString()))
                    .filteredOn(name -> Files.exists(Path.of(source(name))))
                    .filteredOn(name -> !name.matches("Rehearsal.class|(.*/)?package-info.class"))
                    .allMatch(RehearsalTest::isRehearsed);
        }
    }

    private static String source(String classFile) {
        return "src/main/java/edgeloop/http/" + classFile.replace(".class", ".java");
    }

    private static boolean isRehearsed(String classFile) {
        return Rehearsal.CLASSES.stream().anyMatch(type -> classFile.equals(relativeName(type)));
    }

    private static String relativeName(Class<?> type) {
        return type.getName().substring("edgeloop.http.".length()).replace('.', '/') + ".class";
    }
}
