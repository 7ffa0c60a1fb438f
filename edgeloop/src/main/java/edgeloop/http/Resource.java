package edgeloop.http;

import edgeloop.Directory;
import edgeloop.FileHandle;
import edgeloop.Reactor;
import edgeloop.SyscallException;
import edgeloop.http.file.MediaTypes;
import edgeloop.http.file.TargetPath;
import edgeloop.http.semantics.AcceptEncoding;
import edgeloop.http.syntax.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that is served under one target, with what lies compressed beside it, as it was found at
 * one moment. Looked at again when that is a second ago.
 */
final class Resource {
    private static final long CURRENT_NANOS = 1_000_000_000L;

    /** The codings in the order of their worth, and how files with them are named. */
    private static final List<String> CODINGS = List.of("br", "gzip");

    private static final List<String> SUFFIXES = List.of(".br", ".gz");

    private final byte[] target;
    private final byte[] path;
    private final Representation plain;

    /** By the index in {@link #CODINGS}; null where there is none. */
    private final @Nullable Representation[] coded = new @Nullable Representation[CODINGS.size()];

    private final boolean hasCoded;
    private long checkedNanos;
    private long usedNanos;

    /**
     * @param target the path as requests have it
     * @param path the file's path from {@code root} on
     * @param file is this one's to close from now on
     */
    Resource(byte[] target, Directory root, byte[] path, FileHandle file, Reactor reactor) {
        this.target = target;
        this.path = path;
        this.checkedNanos = reactor.nanoTime();
        this.usedNanos = checkedNanos;
        long wallSeconds = wallSeconds(reactor);
        List<FileHandle> found = new ArrayList<>();
        boolean any = false;
        for (String suffix : SUFFIXES) {
            FileHandle handle = beside(root, TargetPath.join(path, Bytes.ascii(suffix)), file);
            found.add(handle == null ? file : handle);
            any |= handle != null;
        }
        hasCoded = any;
        String type = MediaTypes.of(path);
        plain = new Representation(file, type, null, any, wallSeconds);
        for (int i = 0; i < coded.length; i++) {
            if (found.get(i) != file) {
                coded[i] =
                        new Representation(found.get(i), type, CODINGS.get(i), true, wallSeconds);
            }
        }
    }

    private static long wallSeconds(Reactor reactor) {
        return Math.floorDiv(reactor.wallClockMillis(), 1000L);
    }

    /** What is compressed beside a file, unless it is older: then it is of another content. */
    private static @Nullable FileHandle beside(Directory root, byte[] path, FileHandle file) {
        try {
            FileHandle handle = root.open(path);
            if (!handle.isDirectory() && !handle.modified().isBefore(file.modified())) {
                return handle;
            }
            handle.close();
        } catch (SyscallException e) {
            // None, or none that may be read: the plain one does.
        }
        return null;
    }

    byte[] target() {
        return target;
    }

    /** Whether this is still what is on disk, as far as was found out within the last second. */
    boolean isCurrent(Directory root, Reactor reactor) {
        long nowNanos = reactor.nanoTime();
        usedNanos = nowNanos;
        if (nowNanos - checkedNanos < CURRENT_NANOS) {
            return true;
        }
        checkedNanos = nowNanos;
        long wallSeconds = wallSeconds(reactor);
        if (!plain.isDatedAsAt(wallSeconds) || !root.stillHas(path, plain.file())) {
            return false;
        }
        for (int i = 0; i < coded.length; i++) {
            byte[] besidePath = TargetPath.join(path, Bytes.ascii(SUFFIXES.get(i)));
            Representation known = coded[i];
            // One that was left out because it is older is looked at each time.
            boolean same =
                    known == null
                            ? !root.has(besidePath)
                            : known.isDatedAsAt(wallSeconds)
                                    && root.stillHas(besidePath, known.file());
            if (!same) {
                return false;
            }
        }
        return true;
    }

    /** When this was asked for last. */
    long usedNanos() {
        return usedNanos;
    }

    /** The answer of what was found just now. */
    Response firstAnswer(Request request) {
        return chosen(request).answer(request);
    }

    /** The answer; null where the file that is open is not what it was any more. */
    @Nullable Response answer(Request request) {
        Representation representation = chosen(request);
        return representation.isUnchanged() ? representation.answer(request) : null;
    }

    private Representation chosen(Request request) {
        if (!hasCoded) {
            return plain;
        }
        List<String> accepted = request.headers("Accept-Encoding");
        Representation best = plain;
        int most = 0;
        for (int i = 0; i < coded.length; i++) {
            Representation candidate = coded[i];
            if (candidate != null) {
                int weight = AcceptEncoding.weight(accepted, CODINGS.get(i));
                if (weight > most) {
                    best = candidate;
                    most = weight;
                }
            }
        }
        // Of equal weight, what is coded is shorter. Without a weight of its own the plain one is
        // for who takes nothing else; one who does not take that either gets it all the same.
        return AcceptEncoding.weight(accepted, "identity") > most ? plain : best;
    }

    /** Whether a file changed, or may have, while this was made: then it is of no one version. */
    boolean isTorn() {
        boolean torn = plain.isTorn();
        for (Representation representation : coded) {
            torn |= representation != null && representation.isTorn();
        }
        return torn;
    }

    /** Open descriptors. */
    int descriptors() {
        int n = plain.descriptors();
        for (Representation representation : coded) {
            n += representation == null ? 0 : representation.descriptors();
        }
        return n;
    }

    void close() {
        plain.close();
        for (Representation representation : coded) {
            if (representation != null) {
                representation.close();
            }
        }
    }
}
