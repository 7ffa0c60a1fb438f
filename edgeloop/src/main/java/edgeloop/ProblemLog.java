package edgeloop;

import edgeloop.sys.Errno;
import edgeloop.sys.Syscalls;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Words what should not happen, at most one line a second of each kind: a problem that comes with
 * every request must not become a second one, nor hide another. What is left out is counted and
 * said with the next line of its kind, or at the end.
 *
 * <p>Reporting never throws. On the reactor's thread alone.
 */
final class ProblemLog {
    private static final long INTERVAL_NANOS = 1_000_000_000L;

    /** Kinds that users may add by their words; what is beyond counts as one. */
    private static final int MAX_OTHER_KINDS = 64;

    private static final String FURTHER_KINDS = "Problems of further kinds";

    private final Syscalls syscalls;
    private final BiConsumer<String, @Nullable Throwable> lines;
    private final Map<Problem, Kind> kinds = new EnumMap<>(Problem.class);
    private final Map<String, Kind> otherKinds = new HashMap<>();
    private final Kind furtherKinds = new Kind();
    private int failures;

    /**
     * @param lines takes each line, and its cause if there is one; must not block
     */
    ProblemLog(Syscalls syscalls, BiConsumer<String, @Nullable Throwable> lines) {
        this.syscalls = syscalls;
        this.lines = lines;
    }

    private static final class Kind {
        private boolean said;
        private long nextNanos;
        private int leftOut;
    }

    void report(Problem problem, @Nullable Throwable cause) {
        report(problem, 0, cause, null);
    }

    void report(Problem problem, int errno) {
        report(problem, errno, null, null);
    }

    /**
     * Reports a problem.
     *
     * @param errno a positive errno that tells more, or 0
     * @param cause likewise, or null
     * @param connection whose peer is named, if it is still known; or null
     */
    void report(
            Problem problem,
            int errno,
            @Nullable Throwable cause,
            @Nullable Connection connection) {
        try {
            report(kindOf(problem), problem.text, errno, cause, connection);
        } catch (Throwable e) {
            failures++;
        }
    }

    private Kind kindOf(Problem problem) {
        Kind kind = kinds.get(problem);
        if (kind == null) {
            kind = new Kind();
            kinds.put(problem, kind);
        }
        return kind;
    }

    /** Reports a problem whose kind is its words. */
    void report(String what, @Nullable Throwable cause) {
        try {
            report(otherKind(what), what, 0, cause, null);
        } catch (Throwable e) {
            failures++;
        }
    }

    private Kind otherKind(String what) {
        Kind kind = otherKinds.get(what);
        if (kind != null) {
            return kind;
        }
        if (otherKinds.size() >= MAX_OTHER_KINDS) {
            return furtherKinds;
        }
        kind = new Kind();
        otherKinds.put(what, kind);
        return kind;
    }

    private void report(
            Kind kind,
            String text,
            int errno,
            @Nullable Throwable cause,
            @Nullable Connection connection) {
        long now = syscalls.nanoTime();
        if (kind.said && now - kind.nextNanos < 0) {
            kind.leftOut++;
            return;
        }
        kind.said = true;
        kind.nextNanos = now + INTERVAL_NANOS;
        StringBuilder line = new StringBuilder(text);
        if (errno != 0) {
            line.append(": ").append(Errno.name(errno));
        }
        // Asked of the kernel only now that a line is said.
        InetSocketAddress peer = connection == null ? null : connection.peer();
        if (peer != null) {
            line.append(", peer ").append(Addresses.format(peer));
        }
        if (kind.leftOut > 0) {
            line.append(" (").append(kind.leftOut).append(" more not shown)");
            kind.leftOut = 0;
        }
        if (failures > 0) {
            line.append(" (").append(failures).append(" reports failed)");
            failures = 0;
        }
        lines.accept(line.toString(), cause);
    }

    /** Says how many were left out since the last line of each kind. */
    void close() {
        try {
            sayLeftOut();
        } catch (Throwable e) {
            failures++;
        }
    }

    private void sayLeftOut() {
        for (Map.Entry<Problem, Kind> entry : kinds.entrySet()) {
            sayLeftOut(entry.getKey().text, entry.getValue());
        }
        for (Map.Entry<String, Kind> entry : otherKinds.entrySet()) {
            sayLeftOut(entry.getKey(), entry.getValue());
        }
        sayLeftOut(FURTHER_KINDS, furtherKinds);
    }

    private void sayLeftOut(String text, Kind kind) {
        if (kind.leftOut > 0) {
            lines.accept(text + " (" + kind.leftOut + " more not shown)", null);
            kind.leftOut = 0;
        }
    }
}
