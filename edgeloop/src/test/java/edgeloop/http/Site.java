package edgeloop.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** A folder of files, served. */
final class Site implements AutoCloseable {
    static final Instant MODIFIED = Instant.parse("2020-02-03T04:05:06Z");
    static final String MODIFIED_DATE = "Mon, 03 Feb 2020 04:05:06 GMT";

    final Path root;
    final TestServer server;

    Site(Path root) {
        this(root, files -> files);
    }

    Site(Path root, UnaryOperator<StaticFiles> options) {
        this.root = root;
        try {
            server = new TestServer(options.apply(StaticFiles.of(root)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts a file there, one character a byte, of {@link #MODIFIED}. */
    Site with(String name, String content) {
        try {
            Path file = root.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, content.getBytes(ISO_8859_1));
            Files.setLastModifiedTime(file, FileTime.from(MODIFIED));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The whole answer to a GET with these header lines. */
    String get(String target, String... headers) {
        return ask("GET", target, headers);
    }

    String ask(String method, String target, String... headers) {
        var request = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: a\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return server.exchange(request + "Connection: close\r\n\r\n");
    }

    /** The value of a header in an answer. */
    static String header(String answer, String name) {
        int at = answer.indexOf("\r\n" + name + ": ");
        if (at < 0) {
            throw new AssertionError("no " + name + " in " + answer);
        }
        int from = at + name.length() + 4;
        return answer.substring(from, answer.indexOf('\r', from));
    }

    static String content(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }

    @Override
    public void close() {
        server.close();
    }
}
