package edgeloop.cli;

import edgeloop.Addresses;
import edgeloop.EventSource;
import edgeloop.ReactorListener;
import java.net.InetSocketAddress;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Prints every event by name, with the time, the address on this side and the peer's. What the
 * stream cannot take in time is left out, and counted.
 */
final class TraceListener implements ReactorListener {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private final LineWriter err;
    private final String reactor;
    private long leftOut;

    /**
     * @param reactor is said of each event: which one it came to, and a space; empty if there is
     *     one
     */
    TraceListener(LineWriter err, String reactor) {
        this.err = err;
        this.reactor = reactor;
    }

    @Override
    public void onEvents(EventSource source, int events) {
        String line =
                "[%s] %sfd %d %s %s %s"
                        .formatted(
                                CLOCK.format(LocalTime.now(ZoneId.systemDefault())),
                                reactor,
                                source.fd(),
                                word(source.localAddress()),
                                source.isListener()
                                        ? "listener"
                                        : "peer " + word(source.remoteAddress()),
                                ReactorListener.describe(events));
        if (leftOut > 0) {
            line = leftOut + " events not shown\n" + line;
        }
        leftOut = err.offer(line) ? 0 : leftOut + 1;
    }

    /**
     * Says what is still to be said when no more comes. For a thread that has seen the loop end.
     */
    void finish() {
        if (leftOut > 0) {
            err.print(leftOut + " events not shown");
        }
    }

    private static String word(@Nullable InetSocketAddress address) {
        return address == null ? "-" : Addresses.format(address);
    }
}
