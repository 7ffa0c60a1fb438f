package edgeloop;

import static edgeloop.sys.FileConstants.AT_FDCWD;
import static edgeloop.sys.FileConstants.O_DIRECTORY;
import static edgeloop.sys.FileConstants.O_NOCTTY;
import static edgeloop.sys.FileConstants.O_NOFOLLOW;
import static edgeloop.sys.FileConstants.O_NONBLOCK;
import static edgeloop.sys.FileConstants.O_PATH;
import static edgeloop.sys.FileConstants.O_RDONLY;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import edgeloop.sys.Errno;
import edgeloop.sys.FileStatus;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory of which files are served, and nothing that is outside of it: neither {@code ..} nor
 * a symbolic link leads out (openat2(2), {@code RESOLVE_BENEATH}). Belongs to one reactor, is to be
 * used on its thread alone, and is closed with it.
 *
 * <p>A link that stays within is followed. An absolute one does where its target begins with the
 * path that this directory was opened by, or with its real path, which has no links.
 *
 * <p>Where the kernel has no openat2 (before 5.6), or a filter forbids it, paths are walked
 * component by component and no symbolic link is followed at all.
 *
 * <p>Opening never waits for anybody: a FIFO without a writer, a device or a socket is refused. It
 * may wait for the disk.
 */
public final class Directory implements AutoCloseable {
    /** In which Java has decoded the path that it was given: the locale's. */
    private static final Charset OF_PATHS =
            Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    /** Without O_NONBLOCK the open of a FIFO would wait for a writer. */
    private static final int FILE_FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY;

    /** PATH_MAX, limits.h: the bytes of a path with the NUL at its end. */
    private static final int PATH_BYTES = 4096;

    /**
     * openat2 answers EAGAIN where a rename crosses its way, and a file system over a network may
     * answer EINTR, signal(7). An answer that stays the same is passed on; so is the EAGAIN of a
     * file that somebody has a lease on, who is to give it back first, fcntl(2).
     */
    private static final int ATTEMPTS = 16;

    /** How often a path with a link that is being switched is looked at. */
    private static final int LINK_ATTEMPTS = 4;

    private static final int ENTRIES_BYTES = 32 * 1024;

    // One mapping: the path, a struct statx, and bytes that are read.
    private static final int STATUS_OFFSET = PATH_BYTES;
    private static final int BUFFER_OFFSET = STATUS_OFFSET + FileStatus.BYTES;
    private static final int MEMORY_BYTES = BUFFER_OFFSET + ENTRIES_BYTES;

    // struct linux_dirent64: d_ino, d_off, d_reclen, d_type, d_name.
    private static final int RECLEN_OFFSET = 16;
    private static final int NAME_OFFSET = 19;
    private static final int DT_UNKNOWN = 0;
    private static final int DT_DIR = 4;
    private static final int DT_REG = 8;
    private static final int DT_LNK = 10;

    private final Reactor reactor;

    /** Where it is, as it was asked for: absolute. */
    private final byte[] path;

    private final MemorySegment memory;
    private final FileStatus status;
    private int fd = -1;
    private long device;
    private long inode;
    private boolean hasOpenat2;
    private boolean closed;

    private Directory(Reactor reactor, byte[] path, MemorySegment memory) {
        this.reactor = reactor;
        this.path = path;
        this.memory = memory;
        this.status = new FileStatus(memory.asSlice(STATUS_OFFSET, FileStatus.BYTES));
    }

    /**
     * Opens a directory for a reactor, on whose thread this must be called.
     *
     * @param reactor whose connections are to be served from it
     * @param path where it is; symbolic links on the way to it are followed
     * @return the directory, open until {@link #close} or the reactor's end
     * @throws SyscallException if there is none, or it may not be entered
     */
    public static Directory open(Reactor reactor, Path path) throws SyscallException {
        reactor.checkThread();
        byte[] bytes = path.toAbsolutePath().toString().getBytes(OF_PATHS);
        if (bytes.length >= PATH_BYTES) {
            throw new SyscallException("openat", Errno.ENAMETOOLONG);
        }
        MemorySegment memory = reactor.syscalls.map(MEMORY_BYTES);
        Directory directory = new Directory(reactor, bytes, memory);
        try {
            directory.enter();
            directory.findOpenat2();
        } catch (SyscallException e) {
            directory.close();
            throw e;
        }
        reactor.atEnd(directory::close);
        return directory;
    }

    /** Opens what the path leads to, and closes what it led to before. */
    private void enter() throws SyscallException {
        setPath(path, 0, path.length);
        int entered = openAt(AT_FDCWD, O_PATH | O_DIRECTORY);
        SyscallException.check("openat", entered);
        int result = statusOf(entered);
        if (result < 0) {
            reactor.close(entered);
            throw new SyscallException("statx", -result);
        }
        if (fd >= 0) {
            reactor.close(fd);
        }
        fd = entered;
        device = status.device();
        inode = status.inode();
    }

    /**
     * Finds out, once and by what nobody has a reason to refuse, whether there is openat2. Later an
     * EPERM is about one file: a scanner's for viruses, say (fanotify(7)).
     */
    private void findOpenat2() throws SyscallException {
        setPath(path, 0, 0);
        int probe = openBeneath(O_PATH | O_DIRECTORY);
        hasOpenat2 = probe != -Errno.ENOSYS && probe != -Errno.EPERM;
        if (hasOpenat2) {
            reactor.close(SyscallException.check("openat2", probe));
        } else {
            reactor.problems.report(Problem.NO_OPENAT2, -probe);
        }
    }

    /**
     * Looks where the path that this was opened by leads now, and if that is another directory goes
     * on in that one: a link on the way was switched, or a directory put in the place of this. What
     * was opened before stays open.
     *
     * @return whether it is another directory
     * @throws SyscallException if there is none, or it may not be entered; this stays what it was
     */
    public boolean renew() throws SyscallException {
        checkOpen();
        setPath(path, 0, path.length);
        SyscallException.check("statx", statusAt(AT_FDCWD));
        if (status.inode() == inode && status.device() == device) {
            return false;
        }
        enter();
        return true;
    }

    /**
     * Opens a file, or a directory, within this one.
     *
     * @param path where it is from here, its components separated by {@code /}; empty for this
     *     directory itself. Its bytes are those of the name on disk; a NUL names nothing
     * @return the file, to be closed by the caller
     * @throws SyscallException if it can't be opened: {@code ENOENT}, {@code EACCES}, {@code EXDEV}
     *     if it is outside, {@code ELOOP} for a symbolic link that is not followed, {@code ENXIO}
     *     if it is neither a regular file nor a directory, {@code EMFILE} if there is no descriptor
     *     although what is {@linkplain Reactor#onDescriptorShortage kept} was closed, {@code
     *     EAGAIN} if another process has a lease on it, ...
     */
    public FileHandle open(byte[] path) throws SyscallException {
        checkOpen();
        int file = find(path);
        if (isShortage(file)) {
            if (reactor.descriptors.release()) {
                file = find(path);
            }
            if (isShortage(file)) {
                reactor.descriptors.want(null); // for the next attempt
            }
        }
        SyscallException.check("openat2", file);
        int result = statusOf(file);
        if (result == 0 && !status.isRegularFile() && !status.isDirectory()) {
            result = -Errno.ENXIO;
        }
        if (result < 0) {
            reactor.close(file);
            throw new SyscallException("statx", -result);
        }
        return new FileHandle(this, file, status);
    }

    private static boolean isShortage(int result) {
        return result == -Errno.EMFILE || result == -Errno.ENFILE || result == -Errno.ENOMEM;
    }

    /**
     * Whether what is at {@code path} now is still {@code file}, unchanged since it was opened: the
     * same inode, of the same length, not modified.
     *
     * @param path as for {@link #open}
     * @param file what was opened there
     * @return false also if it can't be found out
     */
    public boolean stillHas(byte[] path, FileHandle file) {
        return lookAt(path) && file.is(status);
    }

    /**
     * Whether there is anything at {@code path}.
     *
     * @param path as for {@link #open}
     * @return false also if it can't be found out
     */
    public boolean has(byte[] path) {
        return lookAt(path);
    }

    /** Follows links to anywhere; but nothing of what is found there is told to anybody. */
    private boolean lookAt(byte[] path) {
        checkOpen();
        return setPath(path) == 0 && statusAt(fd) == 0;
    }

    private int statusAt(int directory) {
        int result;
        int attempts = 0;
        do {
            result = reactor.syscalls.status(directory, memory, status);
        } while (result == -Errno.EINTR && ++attempts < ATTEMPTS);
        return result;
    }

    /** Of an open file. */
    private int statusOf(int file) {
        memory.set(JAVA_BYTE, 0, (byte) 0);
        return statusAt(file);
    }

    private int openAt(int directory, int flags) {
        int result;
        int attempts = 0;
        do {
            result = reactor.syscalls.openAt(directory, memory, flags);
        } while (result == -Errno.EINTR && ++attempts < ATTEMPTS);
        return result;
    }

    private int openBeneath(int flags) {
        int result;
        int attempts = 0;
        do {
            result = reactor.syscalls.openBeneath(fd, memory, flags);
        } while ((result == -Errno.EAGAIN || result == -Errno.EINTR) && ++attempts < ATTEMPTS);
        return result;
    }

    private int find(byte[] path) {
        int result = setPath(path);
        if (result < 0) {
            return result;
        }
        if (!hasOpenat2) {
            return walk(path);
        }
        result = openBeneath(FILE_FLAGS);
        for (int i = 0; result == -Errno.EXDEV && i < LINK_ATTEMPTS; i++) {
            LinkResolver resolver = new LinkResolver(this);
            result = resolver.resolve(path);
            if (result == 0) {
                result = setPath(resolver.path());
            }
            if (result < 0) {
                return result;
            }
            result = openBeneath(FILE_FLAGS); // EXDEV again: a link was switched meanwhile
        }
        return result;
    }

    // ---- For LinkResolver ---------------------------------------------------------------------

    /**
     * Reads the link at a path beneath this that has no other link on its way.
     *
     * @return the bytes of {@link #linkTarget}; 0 where there is something else, or {@code -errno}
     */
    int readLink(byte[] path) {
        int result = setPath(path);
        if (result < 0) {
            return result;
        }
        int link = openBeneath(O_PATH | O_NOFOLLOW);
        if (link < 0) {
            return link;
        }
        memory.set(JAVA_BYTE, 0, (byte) 0);
        result = readLinkAt(link);
        reactor.close(link);
        // With an empty path, ENOENT is what readlinkat(2) says of anything else than a link.
        return result == -Errno.ENOENT || result == -Errno.EINVAL ? 0 : result;
    }

    private int readLinkAt(int from) {
        int result;
        int attempts = 0;
        do {
            result = reactor.syscalls.readLink(from, memory, memory, BUFFER_OFFSET, PATH_BYTES);
        } while (result == -Errno.EINTR && ++attempts < ATTEMPTS);
        return result;
    }

    byte[] linkTarget(int length) {
        byte[] target = new byte[length];
        MemorySegment.copy(memory, JAVA_BYTE, BUFFER_OFFSET, target, 0, length);
        return target;
    }

    /** What is {@code absolute}, from here on; null where it is not beneath this. */
    byte @Nullable [] fromHere(byte[] absolute) {
        byte[] below = LinkResolver.below(path, absolute);
        if (below != null) {
            return below;
        }
        byte[] own = ("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII); // proc(5)
        setPath(own, 0, own.length);
        int length = readLinkAt(AT_FDCWD);
        return length <= 0 ? null : LinkResolver.below(linkTarget(length), absolute);
    }

    /** Opens component after component, none of which may be a symbolic link or lead upwards. */
    private int walk(byte[] path) {
        int from = fd;
        int begin = 0;
        for (int end = 0; end <= path.length; end++) {
            if (end < path.length && path[end] != '/') {
                continue;
            }
            boolean last = end == path.length;
            int next = step(from, path, begin, end, last);
            if (from != fd) {
                reactor.close(from);
            }
            if (next < 0 || last) {
                return next;
            }
            from = next;
            begin = end + 1;
        }
        throw new AssertionError("a path has a last component");
    }

    private int step(int from, byte[] path, int begin, int end, boolean last) {
        boolean upwards = end - begin == 2 && path[begin] == '.' && path[begin + 1] == '.';
        boolean absolute = begin == end && begin == 0 && !last;
        if (upwards || absolute) {
            return -Errno.EXDEV;
        }
        setPath(path, begin, end);
        int flags = last ? FILE_FLAGS : O_PATH | O_DIRECTORY;
        return openAt(from, flags | O_NOFOLLOW);
    }

    private int setPath(byte[] path) {
        for (byte b : path) {
            if (b == 0) {
                return -Errno.ENOENT; // no name has a NUL, and a cut one is another file's
            }
        }
        if (path.length >= PATH_BYTES) {
            return -Errno.ENAMETOOLONG;
        }
        setPath(path, 0, path.length);
        return 0;
    }

    /** Sets what {@code memory} begins with to a part of {@code path}, or "." for an empty one. */
    private void setPath(byte[] path, int begin, int end) {
        if (begin == end) {
            memory.set(JAVA_BYTE, 0, (byte) '.');
            memory.set(JAVA_BYTE, 1, (byte) 0);
        } else {
            MemorySegment.copy(path, begin, memory, JAVA_BYTE, 0, end - begin);
            memory.set(JAVA_BYTE, end - begin, (byte) 0);
        }
    }

    // ---- For FileHandle -----------------------------------------------------------------------

    Reactor reactor() {
        return reactor;
    }

    boolean isUnchanged(int file, FileHandle handle) {
        checkOpen();
        return statusOf(file) == 0 && handle.is(status);
    }

    int read(int file, long position, byte[] target) throws SyscallException {
        checkOpen();
        int done = 0;
        while (done < target.length) {
            int most = Math.min(target.length - done, ENTRIES_BYTES);
            int n = reactor.syscalls.read(file, position + done, memory, BUFFER_OFFSET, most);
            if (n == -Errno.EINTR) {
                continue;
            }
            if (SyscallException.check("pread", n) == 0) {
                break;
            }
            MemorySegment.copy(memory, JAVA_BYTE, BUFFER_OFFSET, target, done, n);
            done += n;
        }
        return done;
    }

    List<byte[]> names(int directory) throws SyscallException {
        checkOpen();
        MemorySegment entries = memory.asSlice(BUFFER_OFFSET, ENTRIES_BYTES);
        List<byte[]> names = new ArrayList<>();
        int n;
        do {
            n = SyscallException.check("getdents64", entriesOf(directory, entries));
            for (int at = 0; at < n; ) {
                byte[] name = name(entries, at + NAME_OFFSET);
                if (!isDots(name) && mayBeOpened(entries.get(JAVA_BYTE, at + NAME_OFFSET - 1))) {
                    names.add(name);
                }
                at += Short.toUnsignedInt(entries.get(JAVA_SHORT, at + RECLEN_OFFSET));
            }
        } while (n > 0 && names.isEmpty());
        return names;
    }

    private static boolean isDots(byte[] name) {
        return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
    }

    private static boolean mayBeOpened(byte type) {
        return type == DT_REG || type == DT_DIR || type == DT_LNK || type == DT_UNKNOWN;
    }

    private int entriesOf(int directory, MemorySegment entries) {
        int result;
        int attempts = 0;
        do {
            result = reactor.syscalls.directoryEntries(directory, entries);
        } while (result == -Errno.EINTR && ++attempts < ATTEMPTS);
        return result;
    }

    private static byte[] name(MemorySegment entries, int begin) {
        int end = begin;
        while (entries.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        byte[] name = new byte[end - begin];
        MemorySegment.copy(entries, JAVA_BYTE, begin, name, 0, name.length);
        return name;
    }

    private void checkOpen() {
        reactor.checkThread();
        if (closed) {
            throw new IllegalStateException("the directory is closed");
        }
    }

    /** Closes the directory. Files that were opened in it can still be sent. */
    @Override
    public void close() {
        reactor.checkThread();
        if (!closed) {
            closed = true;
            if (fd >= 0) {
                reactor.close(fd);
            }
            reactor.unmap(memory);
        }
    }
}
