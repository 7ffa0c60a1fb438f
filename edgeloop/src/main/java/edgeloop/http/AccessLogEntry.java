package edgeloop.http;

import edgeloop.Addresses;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answer. The strings are the client's, in ISO 8859-1, and may hold anything but
 * CR and LF.
 *
 * @param client its address; null if it had gone before it was asked
 * @param time when it was answered
 * @param requestLine the request line; empty if it could not be read
 * @param status the status
 * @param contentBytes the length of the answer's content; -1 where it was written over time
 * @param referer the Referer header, or null
 * @param userAgent the User-Agent header, or null
 */
public record AccessLogEntry(
        @Nullable InetSocketAddress client,
        Instant time,
        String requestLine,
        int status,
        long contentBytes,
        @Nullable String referer,
        @Nullable String userAgent) {

    private static final int MAX_LENGTH = 1_000;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /**
     * {@return the entry as a line of the combined log format, without a line end} What is neither
     * printable ASCII nor unambiguous there is escaped as {@code \xHH}, and what is long is cut, so
     * that no client can write lines of its own, or to a terminal.
     */
    public String toCombinedFormat() {
        String address = client == null ? "-" : Addresses.format(client.getAddress());
        var line = new StringBuilder(160);
        line.append(address).append(" - - [").append(TIME.format(time)).append("] ");
        quote(line, requestLine);
        line.append(' ').append(status).append(' ');
        line.append(contentBytes < 0 ? "-" : Long.toString(contentBytes)).append(' ');
        quote(line, referer);
        line.append(' ');
        quote(line, userAgent);
        return line.toString();
    }

    private static void quote(StringBuilder line, @Nullable String text) {
        line.append('"');
        if (text == null || text.isEmpty()) {
            line.append('-');
        } else {
            for (int i = 0; i < Math.min(text.length(), MAX_LENGTH); i++) {
                char c = text.charAt(i);
                if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                    line.append(String.format("\\x%02X", (int) c));
                } else {
                    line.append(c);
                }
            }
        }
        line.append('"');
    }
}
