package edgeloop.cli.load.measure;

import edgeloop.CloseReason;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Errors counted by cause: those a load tester knows by itself, and the errno values of failed
 * system calls, errno(3). Counting allocates nothing.
 */
public final class ErrorCounts {
    // Above all errno values, of which Linux has none beyond 133.
    public static final int CLOSED_EARLY = 200;
    public static final int TIMEOUT = 201;
    public static final int MISMATCH = 202;
    public static final int ABANDONED = 203;
    public static final int UNASKED = 204;
    static final int CLIENT_FAILURE = 205;
    public static final int MALFORMED = 206;
    static final int TLS = 207;
    static final int TLS_TIMEOUT = 208;
    static final int TRUNCATED = 209;

    /** To which an HTTP status is added that was not expected. */
    public static final int STATUS = 300;

    /** What is an error on a connection without a request too, by name. */
    public static final Set<String> WRONG_WHILE_IDLE =
            Set.of("unasked data", "client failure", "mismatch", "TLS failure");

    private static final String REFUSED = "refused";

    private static final int SIZE = STATUS + 600;

    private final long[] counts = new long[SIZE];

    public void add(int cause, long count) {
        counts[Math.clamp(cause, 0, SIZE - 1)] += count;
    }

    void add(ErrorCounts other) {
        for (int i = 0; i < SIZE; i++) {
            counts[i] += other.counts[i];
        }
    }

    public long total() {
        return Arrays.stream(counts).sum();
    }

    void clear() {
        Arrays.fill(counts, 0);
    }

    /** The counts that are not zero, by the cause's name. */
    public Map<String, Long> byName() {
        Map<String, Long> named = new TreeMap<>();
        for (int cause = 0; cause < SIZE; cause++) {
            if (counts[cause] > 0) {
                named.merge(name(cause), counts[cause], Long::sum);
            }
        }
        return named;
    }

    /** The cause that a connection's end stands for, where requests were still unanswered. */
    public static int causeOf(CloseReason reason) {
        return switch (reason) {
            case CloseReason.PeerClosed _ -> CLOSED_EARLY;
            case CloseReason.Failed failed -> failed.errno();
            case CloseReason.TimedOut timedOut ->
                    timedOut.limit() == CloseReason.TimedOut.Limit.HANDSHAKE
                            ? TLS_TIMEOUT
                            : TIMEOUT;
            case CloseReason.TlsFailed _ -> TLS;
            case CloseReason.Truncated _ -> TRUNCATED;
            case CloseReason.ProtocolError _ -> MISMATCH;
            case CloseReason.LocallyClosed _,
                    CloseReason.CutOff _,
                    CloseReason.HandlerFailed _,
                    CloseReason.Overload _ ->
                    CLIENT_FAILURE;
        };
    }

    /** Whether a connect failed because nobody listens. */
    public static boolean isRefused(int cause) {
        return name(cause).equals(REFUSED);
    }

    /** As it stands in results. */
    public static String name(int cause) {
        return switch (cause) {
            case CLOSED_EARLY -> "closed early";
            case TIMEOUT -> "timeout";
            case MISMATCH -> "mismatch";
            case ABANDONED -> "abandoned";
            case UNASKED -> "unasked data";
            case CLIENT_FAILURE -> "client failure";
            case MALFORMED -> "malformed answer";
            case TLS -> "TLS failure";
            case TLS_TIMEOUT -> "TLS timeout";
            case TRUNCATED -> "truncated";
            default -> cause > STATUS ? "status " + (cause - STATUS) : nameOfErrno(cause);
        };
    }

    private static String nameOfErrno(int errno) {
        String name = new CloseReason.Failed(errno).errnoName();
        return switch (name) {
            case "ECONNREFUSED" -> REFUSED;
            case "ECONNRESET" -> "reset";
            default -> name;
        };
    }
}
