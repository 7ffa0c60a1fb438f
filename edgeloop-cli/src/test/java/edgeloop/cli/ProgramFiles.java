package edgeloop.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** Copies of the built programs' files, with their times, as a cache wants them. */
final class ProgramFiles {
    private ProgramFiles() {}

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }

    /**
     * Copies the jars.
     *
     * @param programs becomes what edgeloop-cli/target is
     */
    static void copyJars(Path programs) throws IOException {
        Path target = Path.of("edgeloop-cli/target");
        copy(target.resolve("edgeloop-cli.jar"), programs.resolve("edgeloop-cli.jar"));
        try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                copy(jar, programs.resolve("lib").resolve(jar.getFileName()));
            }
        }
    }
}
