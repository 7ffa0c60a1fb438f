package edgeloop.cli.load.report;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an output ends up once all links have been followed.
 *
 * @param place the file itself, in a folder without links
 * @param kind how it is written
 */
record Destination(Path place, Kind kind) {
    /** As many as the kernel follows, see path_resolution(7). */
    private static final int MOST_LINKS = 40;

    /** Where /dev/stdout and /dev/fd/N lead to, see proc_pid_fd(5). */
    private static final Pattern DESCRIPTORS = Pattern.compile("/proc/(\\d+)(?:/task/\\d+)?/fd");

    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4; // the fifth field, see proc_pid_mountinfo(5)

    enum Kind {
        /** Beside and renamed. */
        FILE,
        /** As it is: a device, a FIFO, or a file that a file system is mounted on. */
        DEVICE,
        /** After what is there already: a descriptor that the program was started with. */
        DESCRIPTOR
    }

    /**
     * Follows the links, without opening anything: a FIFO's reader would see its end.
     *
     * @throws IOException if there is no folder for it, or it is a folder itself
     */
    static Destination of(Path file) throws IOException {
        Path place = file.toAbsolutePath();
        for (int links = 0; ; links++) {
            Path folder = place.getParent();
            if (folder == null || Files.isDirectory(place)) {
                throw new FileSystemException(file.toString(), null, "it is a folder");
            }
            Path name = place.getFileName();
            if (!Files.isDirectory(folder)) {
                throw new NoSuchFileException(file.toString());
            }
            place = folder.toRealPath().resolve(name);
            if (DESCRIPTORS.matcher(place.resolveSibling("").toString()).matches()) {
                return new Destination(place, Kind.DESCRIPTOR);
            }
            if (!Files.isSymbolicLink(place)) {
                return new Destination(place, kind(place));
            }
            if (links == MOST_LINKS) {
                throw new FileSystemException(
                        file.toString(), null, "too many links lead on from there");
            }
            place = place.resolveSibling(Files.readSymbolicLink(place));
        }
    }

    private static Kind kind(Path place) throws IOException {
        boolean plain = !Files.exists(place) || Files.isRegularFile(place);
        return plain && !isMountPoint(place) ? Kind.FILE : Kind.DEVICE;
    }

    /** As in a container that is given a single file: it cannot be replaced. */
    private static boolean isMountPoint(Path place) throws IOException {
        if (!Files.isReadable(MOUNTS)) {
            return false;
        }
        String escaped = place.toString().replace("\\", "\\134").replace(" ", "\\040");
        return Files.readAllLines(MOUNTS).stream()
                .anyMatch(line -> line.split(" ", -1)[MOUNT_POINT].equals(escaped));
    }

    /** Whether it is, or would be, a file that has this name and no other. */
    boolean isFile() {
        return kind != Kind.DESCRIPTOR && (!Files.exists(place) || Files.isRegularFile(place));
    }

    Path folder() {
        return place.resolveSibling("");
    }

    /** Makes sure that it can be written; nothing of that stays. */
    void check() throws IOException {
        if (kind != Kind.DESCRIPTOR && Files.exists(place) && !Files.isWritable(place)) {
            throw new AccessDeniedException(place.toString());
        }
        if (kind == Kind.FILE) {
            Spool.in(folder()).close();
        }
    }

    /** Opens a device or a descriptor for writing. */
    OutputStream open() throws IOException {
        if (kind == Kind.DEVICE) {
            return Files.newOutputStream(
                    place, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        }
        Matcher process = DESCRIPTORS.matcher(folder().toString());
        if (process.matches()
                && Long.parseLong(process.group(1)) == ProcessHandle.current().pid()) {
            switch (place.getFileName().toString()) {
                // As text is written to them: at the place where the last one ended.
                case "1" -> {
                    return unclosed(FileDescriptor.out);
                }
                case "2" -> {
                    return unclosed(FileDescriptor.err);
                }
                default -> {}
            }
        }
        return Files.newOutputStream(place, StandardOpenOption.APPEND);
    }

    /** Another output may follow on the same one. */
    private static OutputStream unclosed(FileDescriptor descriptor) {
        return new FilterOutputStream(new FileOutputStream(descriptor)) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length); // not byte by byte
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }
}
