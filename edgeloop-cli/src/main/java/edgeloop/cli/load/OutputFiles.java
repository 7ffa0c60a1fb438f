package edgeloop.cli.load;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /**
     * The first file that an earlier path names too, or null. Devices do not count: there is no
     * harm in a second {@code /dev/null}.
     */
    static @Nullable Path firstNamedTwice(List<Path> files) throws CannotRunException {
        for (int i = 0; i < files.size(); i++) {
            for (int j = 0; j < i; j++) {
                Path file = files.get(i);
                try {
                    if (Files.isRegularFile(file) && Files.isSameFile(file, files.get(j))) {
                        return file;
                    }
                } catch (IOException e) {
                    throw new CannotRunException(file + ": " + reason(e));
                }
            }
        }
        return null;
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
