package edgeloop.http;

import edgeloop.http.semantics.ByteRanges;
import edgeloop.http.syntax.Bytes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Several ranges in one answer: multipart/byteranges, RFC 9110 section 14.6. */
final class Multipart {
    private Multipart() {}

    /**
     * A 206 with a part for each range.
     *
     * @param type the Content-Type of the parts
     * @param body the whole, of {@code size} bytes
     */
    static Response of(ByteRanges ranges, String type, long size, Body body) {
        // 128 bits that nobody can foresee: the content will not have them in it. All digits are
        // written, so that answers to the same question are of the same length.
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        String boundary = hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
        List<Body> parts = new ArrayList<>();
        long length = 0;
        for (int i = 0; i < ranges.count(); i++) {
            byte[] head =
                    Bytes.ascii(
                            "\r\n--"
                                    + boundary
                                    + "\r\nContent-Type: "
                                    + type
                                    + "\r\nContent-Range: "
                                    + ranges.contentRange(i, size)
                                    + "\r\n\r\n");
            parts.add(new Body.Content(head));
            parts.add(Representation.part(body, ranges.first(i), ranges.length(i)));
            length += head.length + ranges.length(i);
        }
        byte[] end = Bytes.ascii("\r\n--" + boundary + "--\r\n");
        parts.add(new Body.Content(end));
        length += end.length;
        return Response.withContent(
                206,
                "multipart/byteranges; boundary=" + boundary,
                length,
                new Body.Parts(List.copyOf(parts), length));
    }
}
