package edgeloop.simulation;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import edgeloop.sys.Errno;
import edgeloop.sys.FileConstants;
import edgeloop.sys.FileStatus;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of a {@link SimulatedKernel} about files. There is one directory, wherever a
 * program looks for it, and it holds regular files only.
 */
final class FileCalls {
    /** The file that is always there: it holds {@link Pattern}. */
    static final String PATTERN = "pattern";

    private static final long DIRECTORY_INODE = 1;

    private final SimulatedKernel kernel;
    private final KernelCalls calls;
    private final Map<String, Content> contents = new TreeMap<>();

    /** Whether openat2(2) has ever opened anything: then the program knows that it is there. */
    private boolean hasOpenat2;

    FileCalls(SimulatedKernel kernel, KernelCalls calls) {
        this.kernel = kernel;
        this.calls = calls;
        add(PATTERN, Pattern.array());
    }

    void add(String name, byte[] bytes) {
        contents.put(name, new Content(bytes, contents.size() + DIRECTORY_INODE + 1));
    }

    /** What a name stands for. */
    private static final class Content {
        private final byte[] bytes;
        private final long inode;

        private Content(byte[] bytes, long inode) {
            this.bytes = bytes;
            this.inode = inode;
        }
    }

    /** An open regular file. */
    private static final class RegularFile extends OpenFile {
        private final Content content;

        private RegularFile(Content content) {
            this.content = content;
        }

        @Override
        int readiness() {
            return 0; // epoll does not take it
        }
    }

    /** The directory, opened. */
    private static final class OpenDirectory extends OpenFile {
        private final List<String> unread;

        private OpenDirectory(List<String> names) {
            this.unread = new ArrayList<>(names);
        }

        @Override
        int readiness() {
            return 0;
        }
    }

    /** Whether the program has files open, for each of which a descriptor is taken. */
    boolean areOpen(Descriptors files) {
        return files.has(RegularFile.class);
    }

    int openAt(int directory, MemorySegment path) {
        String name = path.getString(0);
        if (directory == FileConstants.AT_FDCWD && !name.equals(PATTERN)) {
            return calls.open(Call.OPENAT, openDirectory());
        }
        if (hasOpenat2) {
            throw kernel.violation("openat of %s: openat2 is there, and follows links", name);
        }
        return open(Call.OPENAT, directory, name);
    }

    int openBeneath(int directory, MemorySegment path) {
        String name = path.getString(0);
        if (kernel.faults().strikes(Fault.OPENAT2_REFUSED)) {
            kernel.enter();
            int error = kernel.faults().errno(Fault.OPENAT2_REFUSED, Errno.ENOSYS, Errno.EPERM);
            // A call that was there does not go: later the refusal is of one file.
            return kernel.answer(Call.OPENAT2, directory, hasOpenat2 ? -Errno.EPERM : -error);
        }
        int opened = open(Call.OPENAT2, directory, name);
        hasOpenat2 |= opened >= 0;
        return opened;
    }

    private int open(Call call, int directory, String name) {
        OpenDirectory _ = calls.file(call, directory, OpenDirectory.class);
        if (name.equals(".")) {
            return calls.open(call, openDirectory());
        }
        Content content = contents.get(name);
        if (content == null) {
            kernel.enter();
            return kernel.answer(call, directory, -Errno.ENOENT);
        }
        return calls.open(call, new RegularFile(content));
    }

    private OpenDirectory openDirectory() {
        return new OpenDirectory(List.copyOf(contents.keySet()));
    }

    int status(int directory, MemorySegment path, FileStatus status) {
        kernel.enter();
        String name = path.getString(0);
        OpenFile file = calls.file(Call.STATX, directory, OpenFile.class);
        @Nullable Content content =
                name.isEmpty() && file instanceof RegularFile regular
                        ? regular.content
                        : contents.get(name);
        boolean isDirectory = file instanceof OpenDirectory && (name.isEmpty() || name.equals("."));
        if (isDirectory) {
            status.set(FileConstants.S_IFDIR, DIRECTORY_INODE, 0, 0);
        } else if (content == null) {
            return kernel.answer(Call.STATX, directory, -Errno.ENOENT);
        } else {
            status.set(FileConstants.S_IFREG, content.inode, content.bytes.length, 0);
        }
        return kernel.answer(Call.STATX, directory, 0);
    }

    /** None of the files is a link. */
    int readLink(int directory) {
        kernel.enter();
        return kernel.answer(Call.READLINK, directory, -Errno.EINVAL);
    }

    int read(int fd, long position, MemorySegment buffer, int offset, int length) {
        kernel.enter();
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        byte[] bytes = calls.file(Call.PREAD, fd, RegularFile.class).content.bytes;
        int n = (int) Math.min(length, Math.max(0, bytes.length - position));
        if (n > 1 && kernel.faults().strikes(Fault.RECV_SHORT)) {
            n = kernel.faults().cut(Fault.RECV_SHORT, n - 1);
        }
        MemorySegment.copy(bytes, (int) position, buffer, JAVA_BYTE, offset, n);
        return kernel.answer(Call.PREAD, fd, n);
    }

    int sendFile(int socket, int fd, long offset, int length) {
        kernel.enter();
        TcpConnection connection = calls.file(Call.SENDFILE, socket, TcpConnection.class);
        byte[] bytes = calls.file(Call.SENDFILE, fd, RegularFile.class).content.bytes;
        if (kernel.faults().strikes(Fault.FILE_UNREADABLE)) {
            connection.fileFailed(Errno.EIO);
            return kernel.answer(Call.SENDFILE, socket, -Errno.EIO);
        }
        int left = (int) Math.min(length, Math.max(0, bytes.length - offset));
        if (left == 0 || kernel.faults().strikes(Fault.FILE_TRUNCATED)) {
            connection.fileFailed(Errno.ENODATA);
            return kernel.answer(Call.SENDFILE, socket, 0);
        }
        int n = calls.sockets.sendable(connection, left);
        if (n > 0) {
            connection.output.write(bytes, (int) offset, n);
        }
        return kernel.answer(Call.SENDFILE, socket, calls.sockets.sent(connection, n));
    }

    int directoryEntries(int directory, MemorySegment buffer) {
        kernel.enter();
        List<String> unread = calls.file(Call.GETDENTS, directory, OpenDirectory.class).unread;
        int at = 0;
        while (!unread.isEmpty()) {
            byte[] name = unread.getFirst().getBytes(StandardCharsets.UTF_8);
            // struct linux_dirent64: the name begins at 19, ends with NUL, and is padded.
            int length = (19 + name.length + 1 + 7) & ~7;
            if (at + length > buffer.byteSize()) {
                break;
            }
            MemorySegment entry = buffer.asSlice(at, length).fill((byte) 0);
            entry.set(JAVA_SHORT, 16, (short) length);
            entry.set(JAVA_BYTE, 18, (byte) 8); // DT_REG
            MemorySegment.copy(name, 0, entry, JAVA_BYTE, 19, name.length);
            unread.removeFirst();
            at += length;
        }
        return kernel.answer(Call.GETDENTS, directory, at);
    }
}
