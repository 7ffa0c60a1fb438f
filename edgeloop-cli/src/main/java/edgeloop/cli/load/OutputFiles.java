package edgeloop.cli.load;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files that results are written to. */
final class OutputFiles {
    private OutputFiles() {}

    /**
     * Makes sure, before a run, that {@code file} can be written after it.
     *
     * @throws CannotRunException if it cannot
     */
    static void check(Path file) throws CannotRunException {
        try {
            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    static void write(Path file, String content) throws CannotRunException {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    static CannotRunException cannotWrite(Path file, IOException e) {
        return new CannotRunException("cannot write " + file + ": " + reason(e));
    }

    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file or folder";
            case AccessDeniedException _ -> "no permission";
            default -> String.valueOf(e.getMessage());
        };
    }
}
