package edgeloop.simulation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of a {@link SimulatedKernel}: one directory, which may be switched for another, with
 * regular files in it. What was opened before a switch, or under a name that has another file now,
 * stays what it was.
 */
final class Disk {
    /** A directory. */
    static final class Folder {
        final long inode;
        private final Map<String, File> files = new TreeMap<>();

        private Folder(long inode) {
            this.inode = inode;
        }

        @Nullable File find(String name) {
            return files.get(name);
        }

        List<String> names() {
            return List.copyOf(files.keySet());
        }
    }

    /** A regular file. Its bytes lie in an array that others use too; its length may change. */
    static final class File {
        final long inode;
        final byte[] bytes;
        final int start;
        int length;
        long modifiedNanos;

        /** When anything about it changed, its names included. */
        long changedNanos;

        private File(long inode, byte[] bytes, int start, int length) {
            this.inode = inode;
            this.bytes = bytes;
            this.start = start;
            this.length = length;
        }

        /** The bytes from {@code offset} on, at most {@code most}. */
        int available(long offset, int most) {
            return (int) Math.min(most, Math.max(0, length - offset));
        }
    }

    private long nextInode = 1;
    private Folder root = new Folder(nextInode++);

    Folder root() {
        return root;
    }

    /** Puts an empty directory in the place of the present one. */
    void switchRoot() {
        root = new Folder(nextInode++);
    }

    /** Puts a file under {@code name}, where there may be another one. */
    File put(String name, byte[] bytes, int start, int length) {
        File file = new File(nextInode++, bytes, start, length);
        root.files.put(name, file);
        return file;
    }

    /** Puts a file that holds what {@link Pattern} has for its inode. */
    File put(String name, int length) {
        int start = Pattern.index((int) nextInode, 0);
        return put(name, Pattern.array(), start, length);
    }

    void remove(String name) {
        root.files.remove(name);
    }
}
