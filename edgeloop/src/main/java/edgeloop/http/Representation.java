package edgeloop.http;

import edgeloop.FileHandle;
import edgeloop.SyscallException;
import edgeloop.http.semantics.ByteRanges;
import edgeloop.http.semantics.HttpDate;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A file as answers give it, RFC 9110 section 3.2: its content, plain or in one coding, and the
 * headers that describe it. What answers without conditions need is made once.
 */
final class Representation {
    /**
     * Up to this size the content is kept in memory and goes out with its head in one send; a send
     * and a sendfile would be two calls.
     */
    private static final int MEMORY_BYTES = 16 * 1024;

    /**
     * The age from which on a file's time is told, in seconds: one for the second that it counts,
     * one for that in which a change may go unseen.
     */
    private static final int LEAST_AGE_SECONDS = 2;

    /** 1 January 1000: RFC 9110 section 5.6.7 writes years with four digits. */
    private static final long FIRST_DATE = -30_610_224_000L;

    private final FileHandle file;
    private final long size;
    private final String type;
    private final String etag;
    private final long modifiedSeconds;
    private final boolean dated;
    private final String fields;
    private final boolean inMemory;
    private final boolean torn;
    private final Body body;
    private final Response full;
    private final Response notModified;
    private final Response preconditionFailed;

    /**
     * @param coding the Content-Encoding, or null
     * @param varies whether other codings of the same are there
     * @param wallSeconds the time of day, in seconds since 1970
     */
    Representation(
            FileHandle file,
            String type,
            @Nullable String coding,
            boolean varies,
            long wallSeconds) {
        this.file = file;
        this.type = type;
        this.modifiedSeconds = file.modified().getEpochSecond();
        this.dated = isDated(wallSeconds);
        this.etag = etag(file, coding);
        String validators =
                (varies ? "Vary: Accept-Encoding\r\n" : "")
                        + ("ETag: " + etag + "\r\n")
                        + (dated
                                ? "Last-Modified: " + HttpDate.format(modifiedSeconds) + "\r\n"
                                : "");
        this.fields = (coding == null ? "" : "Content-Encoding: " + coding + "\r\n") + validators;
        byte[] content = content(file);
        this.inMemory = content != null;
        this.torn = inMemory && !file.isUnchanged();
        this.size = content == null ? file.size() : content.length;
        if (content == null) {
            this.body = new Body.FileRange(file, 0, size);
        } else {
            this.body = new Body.Content(content);
            file.close(); // what it tells is kept
        }
        this.full =
                Response.withContent(200, type, size, body)
                        .withFields(fields + "Accept-Ranges: bytes\r\n");
        this.notModified = Response.empty(304).withFields(validators);
        this.preconditionFailed = Response.text(412, "precondition failed\n");
    }

    /**
     * Whether the file's time is told, at a time of day. That of a file which was modified just now
     * is not: another version of it may follow in the same second, and whoever asks by the date
     * would never get that one (RFC 9110 section 8.8.2.2). Nor is one that is yet to come (section
     * 8.8.2.1).
     */
    private boolean isDated(long wallSeconds) {
        return modifiedSeconds >= FIRST_DATE && modifiedSeconds <= wallSeconds - LEAST_AGE_SECONDS;
    }

    /** Whether this tells its date or does not, as is right at a time of day. */
    boolean isDatedAsAt(long wallSeconds) {
        return dated == isDated(wallSeconds);
    }

    /** Two files of one time and length, such as those of two releases, are not the same. */
    private static String etag(FileHandle file, @Nullable String coding) {
        return '"'
                + Long.toHexString(file.version())
                + '-'
                + Long.toHexString(file.size())
                + (coding == null ? "" : "-" + coding)
                + '"';
    }

    /** The content of a small file, as much as there is of it; null of a large one. */
    private static byte @Nullable [] content(FileHandle file) {
        if (file.size() > MEMORY_BYTES) {
            return null;
        }
        byte[] bytes = new byte[(int) file.size()];
        try {
            int length = file.read(0, bytes);
            return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        } catch (SyscallException e) {
            return null; // sending it will tell
        }
    }

    FileHandle file() {
        return file;
    }

    int descriptors() {
        return inMemory ? 0 : 1;
    }

    /** Whether what was read may be of another version than the validators are. */
    boolean isTorn() {
        return torn;
    }

    /**
     * Whether an answer may promise what is known of the file: the content in memory is there, an
     * open file is asked.
     */
    boolean isUnchanged() {
        return inMemory || file.isUnchanged();
    }

    void close() {
        file.close();
    }

    /** Answers a GET or HEAD, with its conditions in the order of RFC 9110 section 13.2.2. */
    Response answer(Request request) {
        if (!Conditions.hasAny(request)) {
            return full;
        }
        return switch (Conditions.evaluate(request, etag, modifiedSeconds)) {
            case MET -> full;
            case NOT_MODIFIED -> notModified;
            case FAILED -> preconditionFailed;
            case RANGE -> range(request);
        };
    }

    private Response range(Request request) {
        String header = request.header("Range");
        ByteRanges ranges = ByteRanges.parse(header == null ? "" : header, size);
        if (ranges == null) {
            return full; // not understood, or too much: RFC 9110 section 14.2 has it ignored then
        }
        if (ranges.count() == 0) {
            return Response.text(416, "range not satisfiable\n")
                    .withHeader("Content-Range", "bytes */" + size);
        }
        if (ranges.count() > 1) {
            return Multipart.of(ranges, type, size, body).withFields(fields);
        }
        long first = ranges.first(0);
        return Response.withContent(
                        206, type, ranges.length(0), part(body, first, ranges.length(0)))
                .withFields(fields)
                .withHeader("Content-Range", ranges.contentRange(0, size));
    }

    /** A part of a body of this class. */
    static Body part(Body body, long offset, long length) {
        return switch (body) {
            case Body.Content(byte[] bytes) ->
                    new Body.Content(
                            Arrays.copyOfRange(bytes, (int) offset, (int) (offset + length)));
            case Body.FileRange(FileHandle whole, long _, long _) ->
                    new Body.FileRange(whole, offset, length);
            default -> throw new IllegalArgumentException("no body of a file: " + body);
        };
    }
}
