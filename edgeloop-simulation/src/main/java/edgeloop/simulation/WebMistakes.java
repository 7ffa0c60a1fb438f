package edgeloop.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import edgeloop.http.HttpOptions;
import java.util.Arrays;

/**
 * Draws heads that no request has, E51 and E53. Each has a place from which on it is none; what
 * follows it is thrown away.
 */
@SuppressWarnings("StringConcatToTextBlock") // the line ends count
final class WebMistakes {
    /** Where the mistake is certain: bytes before it may be a request's. */
    private static final char PLACE = '\u00a7';

    /**
     * A head with a mistake.
     *
     * @param status what it is refused with
     */
    private record Mistake(int status, String text) {}

    private static final Mistake[] MISTAKES = {
        of(400, "GET /x HTTP/1.1\u00a7\nHost: h\r\n\r\n"),
        of(400, "GET /x HTTP/1.1\r\nHost: h\u00a7\n\r\n"),
        of(400, "GET /x HTTP/1.1\r\nHost\u00a7 : h\r\n\r\n"),
        of(400, "GET /x HTTP/1.1\r\nHost: h\r\n\u00a7 folded\r\n\r\n"),
        of(400, "GET /x HTTP/1.1\r\nHost: h\r\nA: \u00a7\u0000\r\n\r\n"),
        of(400, "GET /x HTTP/1.1\r\nHost: h\r\nA: b\r\u00a7c\r\n\r\n"),
        of(400, "GET /x HTTP/1.1\r\nHost: h\r\nHost\u00a7: h\r\n\r\n"),
        of(400, "GET /x HTTP/1.1\r\nA: b\r\n\u00a7\r\n"),
        of(400, "GET /x HTTP/1.1\r\nHost:\u00a7\r\n\r\n"),
        of(400, "\r\n\u00a7\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n"),
        of(400, "GET /x \u00a7y HTTP/1.1\r\n\r\n"),
        of(400, "GET\u00a7\t/x HTTP/1.1\r\n\r\n"),
        of(400, "GET \u00a7x HTTP/1.1\r\n\r\n"),
        of(400, "GET /\u00a7#x HTTP/1.1\r\n\r\n"),
        of(400, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: \u00a7+5\r\n\r\n12345"),
        of(400, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: \u00a7-1\r\n\r\n"),
        of(400, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\u00a7, 5\r\n\r\n12345"),
        of(
                400,
                "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length\u00a7: 5\r\n"
                        + "\r\n12345"),
        of(
                400,
                "POST /x HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding\u00a7: chunked\r\n"
                        + "Host: h\r\n\r\n0\r\n\r\n"),
        of(
                400,
                "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length\u00a7: 5\r\n"
                        + "Host: h\r\n\r\n0\r\n\r\n"),
        of(400, "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\u00a7, gzip\r\n\r\n"),
        of(501, "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \u00a7gzip, chunked\r\n\r\n"),
        of(501, "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunk\u00a7\r\n\r\n"),
        of(400, "POST /x HTTP/1.0\r\nHost: h\r\nTransfer-Encoding\u00a7: chunked\r\n\r\n0\r\n\r\n"),
        of(417, "POST /x HTTP/1.1\r\nHost: h\r\nExpect: \u00a7200-ok\r\n\r\n"),
        of(501, "P\u00a7ROPFIND /x HTTP/1.1\r\nHost: h\r\n\r\n"),
        of(501, "\u00a7CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n"),
        of(501, "\u00a7get /x HTTP/1.1\r\nHost: h\r\n\r\n"),
        of(505, "GET /x HTTP/\u00a72.0\r\nHost: h\r\n\r\n"),
    };

    private final HttpOptions limits;
    private final Choices choices;

    WebMistakes(HttpOptions limits, Choices choices) {
        this.limits = limits;
        this.choices = choices;
    }

    private static Mistake of(int status, String text) {
        return new Mistake(status, text);
    }

    /** Makes {@code request} one that is refused. */
    void draw(WebRequest request) {
        Mistake mistake = pick();
        String text = mistake.text;
        request.kind = WebRequest.Kind.REFUSED;
        if (text.startsWith("GET /x ") && choices.below(4) == 0) {
            text = text.replace("GET", "HEAD");
            request.method = "HEAD";
        }
        request.refusal = mistake.status;
        request.refusedAt = Math.max(0, text.indexOf(PLACE));
        request.bytes = text.replace(String.valueOf(PLACE), "").getBytes(ISO_8859_1);
        if (choices.below(4) == 0) { // that is enough
            request.bytes = Arrays.copyOf(request.bytes, request.refusedAt + 1);
            request.breaksOff = true;
        }
        request.headEnd = request.bytes.length;
        request.keepsAlive = false;
    }

    private Mistake pick() {
        int draw = choices.below(MISTAKES.length + 3);
        if (draw < MISTAKES.length) {
            return MISTAKES[draw];
        }
        int line = limits.maxRequestLineBytes();
        int fields = limits.maxHeaderBytes();
        return switch (draw - MISTAKES.length) {
            case 0 ->
                    of(
                            414,
                            "GET /"
                                    + "x".repeat(line - 14)
                                    + "\u00a7xx HTTP/1.1\r\nHost: h\r\n\r\n");
            case 1 ->
                    of(
                            431,
                            "GET /x HTTP/1.1\r\nHost: h\r\nA: "
                                    + "x".repeat(fields - 13)
                                    + "\u00a7xx\r\n\r\n");
            default ->
                    of(
                            431,
                            "GET /x HTTP/1.1\r\nHost: h\r\n"
                                    + "A: b\r\n".repeat(limits.maxHeaders() - 1)
                                    + "\u00a7A: b\r\n\r\n");
        };
    }
}
