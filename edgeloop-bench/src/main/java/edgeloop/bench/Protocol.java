package edgeloop.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is asked of a server. All but {@link #ECHO} send one fixed request and get an answer whose
 * length does not change while the server runs.
 */
enum Protocol {
    /** The answer is the request. */
    ECHO("x".repeat(Row.DEFAULT_SIZE)),
    /** As redis-benchmark's PING_MBULK sends it. */
    REDIS_PING("*1\r\n$4\r\nPING\r\n"),
    HTTP_GET("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    /** A file of two bytes, or an answer as short where a server has that without a file. */
    HTTP_2B("GET /2b HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    /** A file of 1 KiB. */
    HTTP_1K("GET /1k HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    /** A file of 1 MiB. */
    HTTP_1M("GET /1m HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    MEMCACHED_VERSION("version\r\n");

    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");

    private final String request;

    Protocol(String request) {
        this.request = request;
    }

    /** Whether it asks for a file: an answer that only servers of the same file share. */
    boolean isFile() {
        return this == HTTP_2B || this == HTTP_1K || this == HTTP_1M;
    }

    String request() {
        return request;
    }

    /** Reads one answer, and returns its length in bytes. */
    int readAnswer(InputStream in) throws IOException {
        return switch (this) {
            case ECHO -> skip(in, request.length());
            case REDIS_PING, MEMCACHED_VERSION -> readThrough(in, "\n").length();
            case HTTP_GET, HTTP_2B, HTTP_1K, HTTP_1M -> {
                String head = readThrough(in, "\r\n\r\n");
                Matcher length = CONTENT_LENGTH.matcher(head);
                if (!length.find()) {
                    throw new IOException("an HTTP answer without Content-Length");
                }
                yield head.length() + skip(in, Integer.parseInt(length.group(1)));
            }
        };
    }

    private static int skip(InputStream in, int length) throws IOException {
        in.skipNBytes(length);
        return length;
    }

    private static String readThrough(InputStream in, String end) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the server closed the connection");
            }
            text.append((char) next);
        }
        return text.toString();
    }

    byte[] requestBytes() {
        return request.getBytes(StandardCharsets.ISO_8859_1);
    }
}
