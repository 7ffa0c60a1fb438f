package edgeloop.cli.load.report;

import edgeloop.cli.load.message.CannotRunException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files that results are written to. They appear whole or not at all: each is written beside, under
 * a temporary name, and then renamed. Devices, FIFOs and descriptors are written as they are.
 */
public final class OutputFiles {
    private OutputFiles() {}

    /** Writes what a file is to hold. */
    interface Content {
        void writeTo(OutputStream stream) throws IOException;
    }

    /**
     * Makes sure, before a run, that {@code file} can be written after it. Nothing is left behind,
     * and what is there is not touched.
     *
     * @throws CannotRunException if it cannot
     */
    public static void check(Path file) throws CannotRunException {
        try {
            Destination.of(file).check();
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
                if (areSame(files.get(i), files.get(j))) {
                    return files.get(i);
                }
            }
        }
        return null;
    }

    private static boolean areSame(Path file, Path other) throws CannotRunException {
        try {
            Destination first = Destination.of(other);
            Destination second = Destination.of(file);
            return first.isFile()
                    && second.isFile()
                    && (first.place().equals(second.place())
                            || (Files.exists(file)
                                    && Files.exists(other)
                                    && Files.isSameFile(file, other)));
        } catch (IOException e) {
            throw new CannotRunException(file + ": " + CannotRunException.reason(e));
        }
    }

    public static void write(Path file, String content) throws CannotRunException {
        try {
            write(
                    Destination.of(file),
                    stream -> stream.write(content.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    static void write(Destination destination, Content content) throws IOException {
        if (destination.kind() == Destination.Kind.FILE) {
            replace(destination, content);
            return;
        }
        try (OutputStream stream = destination.open()) {
            content.writeTo(stream);
        }
    }

    private static void replace(Destination destination, Content content) throws IOException {
        Path place = destination.place();
        Path temporary = Spool.temporary(destination.folder());
        try (FileChannel channel =
                FileChannel.open(
                        temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            if (Files.exists(place)) {
                takeOver(place, temporary);
            }
            OutputStream stream = new BufferedOutputStream(Channels.newOutputStream(channel));
            content.writeTo(stream);
            stream.flush();
            channel.force(true); // else a power cut could leave the new name and no content
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary); // there is none after the move
        }
    }

    /**
     * Gives a file the permissions of the one that it replaces, and the owner if that is allowed.
     */
    private static void takeOver(Path from, Path to) throws IOException {
        PosixFileAttributes old = Files.readAttributes(from, PosixFileAttributes.class);
        PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        PosixFileAttributes made = view.readAttributes();
        try {
            if (!made.group().equals(old.group())) {
                view.setGroup(old.group());
            }
            if (!made.owner().equals(old.owner())) {
                view.setOwner(old.owner());
            }
        } catch (IOException e) {
            // Only root may give files away: it is the user's own then, as any new one.
        }
        view.setPermissions(old.permissions());
    }

    static CannotRunException cannotWrite(Path file, IOException e) {
        return new CannotRunException("cannot write " + file + ": " + CannotRunException.reason(e));
    }
}
