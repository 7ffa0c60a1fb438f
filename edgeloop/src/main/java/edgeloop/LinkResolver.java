package edgeloop;

import edgeloop.sys.Errno;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a path on which an absolute symbolic link lies, so that it has no link: {@code
 * RESOLVE_BENEATH} refuses every absolute one, also one that stays within the directory. Each
 * component is opened beneath the directory and read (readlinkat(2)); a target that begins with the
 * directory's own path goes on from the directory.
 *
 * <p>What comes out is opened beneath the directory like any path. So a link that is changed
 * meanwhile can make the result wrong, but never lead out.
 */
final class LinkResolver {
    /** As of the kernel, path_resolution(7). */
    private static final int MAX_LINKS = 40;

    /** Each costs three system calls. */
    private static final int MAX_STEPS = 256;

    private final Directory directory;

    /** Without links; its last component may be followed by a slash. */
    private final List<byte[]> done = new ArrayList<>();

    private final Deque<byte[]> pending = new ArrayDeque<>();
    private boolean slash;
    private int links;

    LinkResolver(Directory directory) {
        this.directory = directory;
    }

    /** Looks at {@code path}; answers 0, or {@code -errno}. */
    int resolve(byte[] path) {
        if (path.length > 0 && path[0] == '/') {
            return -Errno.EXDEV;
        }
        prepend(path);
        for (int steps = 0; ; steps++) {
            byte[] name = pending.poll();
            if (name == null) {
                return 0;
            }
            int result = steps == MAX_STEPS ? -Errno.ELOOP : step(name);
            if (result < 0) {
                return result;
            }
        }
    }

    private int step(byte[] name) {
        if (name.length == 2 && name[0] == '.' && name[1] == '.') {
            if (done.isEmpty()) {
                return -Errno.EXDEV;
            }
            done.removeLast();
            return 0;
        }
        done.add(name);
        int result = directory.readLink(joined());
        if (result <= 0) {
            return result;
        }
        if (++links > MAX_LINKS) {
            return -Errno.ELOOP;
        }
        done.removeLast();
        byte[] target = directory.linkTarget(result);
        if (target[0] == '/') {
            target = directory.fromHere(target);
            if (target == null) {
                return -Errno.EXDEV;
            }
            done.clear();
        }
        prepend(target);
        return 0;
    }

    /** Puts the components of {@code path} before those that are pending. */
    private void prepend(byte[] path) {
        slash |= pending.isEmpty() && path.length > 0 && path[path.length - 1] == '/';
        int end = path.length;
        for (int begin = path.length - 1; begin >= -1; begin--) {
            if (begin == -1 || path[begin] == '/') {
                int length = end - begin - 1;
                if (length > 1 || (length == 1 && path[begin + 1] != '.')) {
                    pending.addFirst(Arrays.copyOfRange(path, begin + 1, end));
                }
                end = begin;
            }
        }
    }

    private byte[] joined() {
        return join(done, false);
    }

    /** The path without links, when {@link #resolve} has answered 0. */
    byte[] path() {
        return join(done, slash && !done.isEmpty());
    }

    private static byte[] join(List<byte[]> names, boolean slash) {
        int length = names.size() - (slash || names.isEmpty() ? 0 : 1);
        for (byte[] name : names) {
            length += name.length;
        }
        byte[] path = new byte[length];
        int at = 0;
        for (byte[] name : names) {
            System.arraycopy(name, 0, path, at, name.length);
            at += name.length;
            if (at < length) {
                path[at++] = '/';
            }
        }
        return path;
    }

    /**
     * What follows {@code directory} in {@code path}, without the slashes between; null where
     * {@code path} is not beneath it.
     */
    static byte @Nullable [] below(byte[] directory, byte[] path) {
        int end = directory.length;
        while (end > 0 && directory[end - 1] == '/') {
            end--;
        }
        boolean beneath =
                path.length >= end
                        && Arrays.equals(directory, 0, end, path, 0, end)
                        && (path.length == end || path[end] == '/');
        if (!beneath) {
            return null;
        }
        int begin = end;
        while (begin < path.length && path[begin] == '/') {
            begin++;
        }
        return Arrays.copyOfRange(path, begin, path.length);
    }
}
