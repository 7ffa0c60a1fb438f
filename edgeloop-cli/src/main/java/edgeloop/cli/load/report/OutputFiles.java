package edgeloop.cli.load.report;

import edgeloop.cli.load.message.CannotRunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files that results are written to. */
public final class OutputFiles {
    private OutputFiles() {}

    /**
     * Makes sure, before a run, that {@code file} can be written after it.
     *
     * @throws CannotRunException if it cannot
     */
    public static void check(Path file) throws CannotRunException {
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
    public static @Nullable Path firstNamedTwice(List<Path> files) throws CannotRunException {
        for (int i = 0; i < files.size(); i++) {
            for (int j = 0; j < i; j++) {
                Path file = files.get(i);
                try {
                    if (Files.isRegularFile(file) && Files.isSameFile(file, files.get(j))) {
                        return file;
                    }
                } catch (IOException e) {
                    throw new CannotRunException(file + ": " + CannotRunException.reason(e));
                }
            }
        }
        return null;
    }

    public static void write(Path file, String content) throws CannotRunException {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    static CannotRunException cannotWrite(Path file, IOException e) {
        return new CannotRunException("cannot write " + file + ": " + CannotRunException.reason(e));
    }
}
