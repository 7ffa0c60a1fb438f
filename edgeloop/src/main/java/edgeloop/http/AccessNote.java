package edgeloop.http;

import edgeloop.Connection;
import java.net.InetSocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an access log wants to know of a request, kept while it is answered. */
final class AccessNote {
    private final @Nullable InetSocketAddress client;
    private final String requestLine;
    private final @Nullable String referer;
    private final @Nullable String userAgent;

    /** The length of the answer's content; -1 where it is written over time. */
    long contentBytes;

    /** Of a request that could not be read. */
    AccessNote(Connection connection) {
        client = connection.remoteAddress();
        requestLine = "";
        referer = null;
        userAgent = null;
    }

    AccessNote(Connection connection, Request request) {
        client = connection.remoteAddress();
        requestLine =
                request.method() + " " + request.target() + " HTTP/1." + request.minorVersion();
        referer = request.header("Referer");
        userAgent = request.header("User-Agent");
    }

    AccessLogEntry entry(int status, long wallClockMillis) {
        return new AccessLogEntry(
                client,
                Instant.ofEpochMilli(wallClockMillis),
                requestLine,
                status,
                contentBytes,
                referer,
                userAgent);
    }
}
