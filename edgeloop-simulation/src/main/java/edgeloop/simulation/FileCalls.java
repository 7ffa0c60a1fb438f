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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of a {@link SimulatedKernel} about files. There is one directory, wherever a
 * program looks for it, and it holds regular files only: a {@link Disk}.
 */
final class FileCalls {
    /** The file that is always there: it holds {@link Pattern}. */
    static final String PATTERN = "pattern";

    final Disk disk = new Disk();

    private final SimulatedKernel kernel;
    private final KernelCalls calls;

    /** Whether openat2(2) has ever opened anything: then the program knows that it is there. */
    private boolean hasOpenat2;

    /** A bit for each errno that was answered since these were last taken. */
    private long errors;

    FileCalls(SimulatedKernel kernel, KernelCalls calls) {
        this.kernel = kernel;
        this.calls = calls;
        Disk.File _ = disk.put(PATTERN, Pattern.array(), 0, Pattern.array().length);
    }

    /** An open regular file. */
    private static final class RegularFile extends OpenFile {
        private final Disk.File file;

        /** The turn in which it was opened, or used last. */
        private long usedTurn;

        private RegularFile(Disk.File file, long turn) {
            this.file = file;
            this.usedTurn = turn;
        }

        @Override
        int readiness() {
            return 0; // epoll does not take it
        }
    }

    /** A directory, opened. */
    private static final class OpenDirectory extends OpenFile {
        private final Disk.Folder folder;
        private final List<String> unread;

        private OpenDirectory(Disk.Folder folder) {
            this.folder = folder;
            this.unread = new ArrayList<>(folder.names());
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

    /** When the file was last used that has been unused for longest. */
    long unusedSince() {
        long[] since = {World.NEVER};
        calls.files.forEach(
                open -> {
                    if (open instanceof RegularFile file) {
                        since[0] = Math.min(since[0], file.usedTurn);
                    }
                });
        return since[0];
    }

    /** The errnos that calls about files have answered since this was called, a bit for each. */
    long takeErrors() {
        long taken = errors;
        errors = 0;
        return taken;
    }

    private int answer(Call call, int fd, int result) {
        noteError(result);
        return kernel.answer(call, fd, result);
    }

    private int noteError(int result) {
        if (result < 0) {
            errors |= 1L << Math.min(-result, Long.SIZE - 1);
        }
        return result;
    }

    // ---- Opening ------------------------------------------------------------------------------

    int openAt(int directory, MemorySegment path, int flags) {
        String name = path.getString(0);
        if (directory == FileConstants.AT_FDCWD && !name.equals(PATTERN)) {
            return noteError(calls.open(Call.OPENAT, new OpenDirectory(disk.root())));
        }
        if (hasOpenat2) {
            throw kernel.violation("openat of %s: openat2 is there, and follows links", name);
        }
        Disk.File file = calls.file(Call.OPENAT, directory, OpenDirectory.class).folder.find(name);
        if (file != null && (flags & FileConstants.O_DIRECTORY) != 0) {
            kernel.enter();
            return kernel.answer(Call.OPENAT, directory, -Errno.ENOTDIR);
        }
        return open(Call.OPENAT, directory, name);
    }

    int openBeneath(int directory, MemorySegment path) {
        String name = path.getString(0);
        if (kernel.faults().strikes(Fault.OPENAT2_REFUSED)) {
            kernel.enter();
            int error = kernel.faults().errno(Fault.OPENAT2_REFUSED, Errno.ENOSYS, Errno.EPERM);
            // A call that was there does not go: later the refusal is of one file.
            return answer(Call.OPENAT2, directory, hasOpenat2 ? -Errno.EPERM : -error);
        }
        int opened = open(Call.OPENAT2, directory, name);
        hasOpenat2 |= opened >= 0;
        return opened;
    }

    private int open(Call call, int directory, String name) {
        Disk.Folder folder = calls.file(call, directory, OpenDirectory.class).folder;
        if (name.equals(".")) {
            return noteError(calls.open(call, new OpenDirectory(folder)));
        }
        if (kernel.faults().strikes(Fault.FILE_REFUSED)) {
            kernel.enter();
            return answer(call, directory, -fileError());
        }
        Disk.File file = folder.find(name);
        if (file == null) {
            kernel.enter();
            return kernel.answer(call, directory, -Errno.ENOENT); // which is no failure
        }
        return noteError(calls.open(call, new RegularFile(file, kernel.turnNanos())));
    }

    private int fileError() {
        return kernel.faults()
                .errno(
                        Fault.FILE_REFUSED,
                        Errno.EMFILE,
                        Errno.ENFILE,
                        Errno.ENOMEM,
                        Errno.EACCES,
                        Errno.EPERM,
                        Errno.EIO,
                        Errno.ENOENT,
                        Errno.EAGAIN,
                        Errno.EINTR);
    }

    // ---- Asking -------------------------------------------------------------------------------

    int status(int directory, MemorySegment path, FileStatus status) {
        kernel.enter();
        if (kernel.faults().strikes(Fault.STATUS_REFUSED)) {
            int error =
                    kernel.faults()
                            .errno(
                                    Fault.STATUS_REFUSED,
                                    Errno.EIO,
                                    Errno.ENOMEM,
                                    Errno.EACCES,
                                    Errno.EINTR);
            return answer(Call.STATX, directory, -error);
        }
        String name = path.getString(0);
        if (directory == FileConstants.AT_FDCWD) {
            set(status, disk.root());
            return kernel.answer(Call.STATX, directory, 0);
        }
        OpenFile open = calls.file(Call.STATX, directory, OpenFile.class);
        Disk.@Nullable File file = null;
        if (open instanceof OpenDirectory opened) {
            if (name.isEmpty() || name.equals(".")) {
                set(status, opened.folder);
                return kernel.answer(Call.STATX, directory, 0);
            }
            file = opened.folder.find(name);
        } else if (open instanceof RegularFile regular) {
            file = regular.file;
            regular.usedTurn = kernel.turnNanos();
        }
        if (file == null) {
            return kernel.answer(Call.STATX, directory, -Errno.ENOENT);
        }
        status.set(
                FileConstants.S_IFREG,
                file.inode,
                file.length,
                file.modifiedNanos,
                file.changedNanos);
        return kernel.answer(Call.STATX, directory, 0);
    }

    private static void set(FileStatus status, Disk.Folder folder) {
        status.set(FileConstants.S_IFDIR, folder.inode, 0, 0, 0);
    }

    /** None of the files is a link. */
    int readLink(int directory) {
        kernel.enter();
        return kernel.answer(Call.READLINK, directory, -Errno.EINVAL);
    }

    // ---- Reading ------------------------------------------------------------------------------

    int read(int fd, long position, MemorySegment buffer, int offset, int length) {
        kernel.enter();
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        Disk.File file = calls.file(Call.PREAD, fd, RegularFile.class).file;
        if (kernel.faults().strikes(Fault.FILE_READ_FAILED)) {
            return answer(Call.PREAD, fd, -readError());
        }
        int n = file.available(position, length);
        if (n > 1 && kernel.faults().strikes(Fault.RECV_SHORT)) {
            n = kernel.faults().cut(Fault.RECV_SHORT, n - 1);
        }
        if (n > 0) {
            int from = file.start + (int) position;
            MemorySegment.copy(file.bytes, from, buffer, JAVA_BYTE, offset, n);
        }
        return kernel.answer(Call.PREAD, fd, n);
    }

    private int readError() {
        return kernel.faults().errno(Fault.FILE_READ_FAILED, Errno.EIO, Errno.EINTR, Errno.EAGAIN);
    }

    int sendFile(int socket, int fd, long offset, int length) {
        kernel.enter();
        TcpConnection connection = calls.file(Call.SENDFILE, socket, TcpConnection.class);
        RegularFile open = calls.file(Call.SENDFILE, fd, RegularFile.class);
        open.usedTurn = kernel.turnNanos();
        Disk.File file = open.file;
        if (kernel.faults().strikes(Fault.SENDFILE_UNSUPPORTED)) {
            int error =
                    kernel.faults()
                            .errno(
                                    Fault.SENDFILE_UNSUPPORTED,
                                    Errno.EINVAL,
                                    Errno.ENOSYS,
                                    Errno.EOPNOTSUPP);
            return kernel.answer(Call.SENDFILE, socket, -error);
        }
        if (kernel.faults().strikes(Fault.FILE_UNREADABLE)) {
            connection.fileFailed(Errno.EIO);
            return kernel.answer(Call.SENDFILE, socket, -Errno.EIO);
        }
        int left = file.available(offset, length);
        if (left == 0 || kernel.faults().strikes(Fault.FILE_TRUNCATED)) {
            connection.fileFailed(Errno.ENODATA);
            return kernel.answer(Call.SENDFILE, socket, 0);
        }
        int n = calls.sockets.sendable(connection, left);
        if (n > 0) {
            connection.output.write(file.bytes, file.start + (int) offset, n);
        }
        return kernel.answer(Call.SENDFILE, socket, calls.sockets.sent(connection, n));
    }

    int directoryEntries(int directory, MemorySegment buffer) {
        kernel.enter();
        List<String> unread = calls.file(Call.GETDENTS, directory, OpenDirectory.class).unread;
        if (kernel.faults().strikes(Fault.FILE_READ_FAILED)) {
            return answer(Call.GETDENTS, directory, -readError());
        }
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
