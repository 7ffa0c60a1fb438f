package edgeloop.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Draws the requests of a {@link WebScenario}, as their peers come to send them. */
final class WebDraw {
    // What a request that is to be taken keeps within.
    static final int LONGEST_LINE = 120;
    static final int LONGEST_FIELDS = 700;
    static final int MOST_FIELDS = 16;

    private static final String[] BODY_METHODS = {"POST", "PUT", "PATCH", "DELETE"};

    /** Statuses of answers; those that are none of the library's own. */
    private static final int[] STATUSES = {200, 200, 201, 202, 303, 409, 410, 422, 502};

    private final WebScenario scenario;
    private final Choices choices;
    private WebRequest request;
    private StringBuilder fields = new StringBuilder();

    WebDraw(WebScenario scenario, Choices choices) {
        this.scenario = scenario;
        this.choices = choices;
        this.request = new WebRequest(0, 0, choices);
    }

    /** The next request of a peer. */
    WebRequest draw(int peer, int number) {
        request = new WebRequest(peer, number, choices.split());
        request.label = peer + "." + number;
        fields = new StringBuilder();
        int draw = choices.below(32);
        switch (scenario.settings.theme) {
            case FILES -> draw = draw < 28 ? 5 : draw;
            case BODIES, BULK -> draw = draw < 28 ? 16 : draw - 28;
            default -> {}
        }
        if (draw < 3) {
            new WebMistakes(scenario.settings.http, choices).draw(request);
            return request;
        }
        request.minor = choices.below(8) == 0 ? 0 : 1;
        if (draw == 3) {
            request.kind = WebRequest.Kind.SERVER;
            request.method = "OPTIONS";
            request.target = "*";
        } else if (draw == 4) {
            request.kind = WebRequest.Kind.MISDIRECTED;
            request.target = "https://h/x?" + peer + "." + number;
        } else if (draw < 16) {
            drawFile();
        } else {
            drawHandler();
        }
        drawCommon();
        finish();
        return request;
    }

    /** One that is answered at once, and leaves the connection open. */
    WebRequest drawPlain(int peer, int number) {
        request = new WebRequest(peer, number, choices.split());
        request.label = peer + "." + number;
        request.target = "/x?" + request.label;
        request.length = choices.below(8);
        fields = new StringBuilder();
        field("Host", "h");
        field("X-Number", request.label);
        field("Referer", request.label);
        finish();
        return request;
    }

    // ---- For the handler ----------------------------------------------------------------------

    private void drawHandler() {
        String absolute = choices.below(8) == 0 ? "http://h" : "";
        request.target = absolute + "/x?" + request.peer + "." + request.number;
        boolean bodies = scenario.settings.theme == WebSettings.Theme.BODIES;
        int draw = bodies ? choices.between(4, 7) : choices.below(8);
        request.method = draw < 3 ? "GET" : draw == 3 ? "HEAD" : draw == 4 ? "OPTIONS" : method();
        request.intake = drawIntake();
        request.receiverPauses = choices.below(4) == 0;
        drawAnswer();
        if (draw > 4 || choices.below(8) == 0) {
            drawBody();
        }
    }

    private WebRequest.Intake drawIntake() {
        return switch (choices.below(3)) {
            case 0 -> WebRequest.Intake.IGNORE;
            case 1 -> WebRequest.Intake.RECEIVE;
            default -> WebRequest.Intake.COLLECT;
        };
    }

    private String method() {
        return BODY_METHODS[choices.below(BODY_METHODS.length)];
    }

    private void drawAnswer() {
        int draw = choices.below(32);
        request.answer =
                draw < 8
                        ? WebRequest.Answer.FIXED
                        : draw < 11
                                ? WebRequest.Answer.EMPTY
                                : draw < 20
                                        ? WebRequest.Answer.STREAM
                                        : draw < 30
                                                ? WebRequest.Answer.LATER
                                                : draw == 30
                                                        ? WebRequest.Answer.THROW
                                                        : WebRequest.Answer.NULL;
        request.status = STATUSES[choices.below(STATUSES.length)];
        if (request.answer == WebRequest.Answer.EMPTY && choices.below(2) == 0) {
            request.status = 204;
        }
        request.length = drawLength();
        request.pieces = choices.between(1, 5);
        request.pace = WebStream.Pace.draw(choices);
        request.streamFailsAt = choices.below(6) == 0 ? choices.below(request.length + 1) : -1;
        request.streamAborts = choices.below(2) == 0;
        request.answersNever = choices.below(8) == 0;
        if (choices.below(4) == 0) {
            request.answerTrailers = Map.of("X-End", request.peer + "." + request.number);
        }
    }

    private int drawLength() {
        if (scenario.settings.theme == WebSettings.Theme.BULK && choices.below(2) == 0) {
            // Beyond 64 KiB content is written in pieces, beyond 256 KiB others have their turn.
            return choices.between(60_000, 300_000);
        }
        return choices.magnitude(0, choices.below(4) == 0 ? 8_000 : 500);
    }

    // ---- Bodies -------------------------------------------------------------------------------

    private void drawBody() {
        int most = (int) scenario.settings.http.maxBodyBytes();
        request.bodyLength = choices.magnitude(0, choices.below(8) == 0 ? most + 100 : most);
        request.chunked = request.minor == 1 && choices.below(2) == 0;
        request.expects = request.minor == 1 && choices.below(4) == 0;
        request.receiverFailsAt =
                choices.below(8) == 0 ? choices.below(request.bodyLength + 1) : -1;
        if (request.chunked) {
            field("Transfer-Encoding", choices.below(2) == 0 ? "chunked" : "Chunked");
            if (choices.below(4) == 0) {
                request.trailers = Map.of("x-sum", "7, 8");
            }
        } else {
            field("Content-Length", Integer.toString(request.bodyLength));
        }
        if (request.expects) {
            field("Expect", "100-continue");
        }
    }

    /** The body as it is sent. */
    private void body(ByteArrayOutputStream out) {
        if (request.bodyLength < 0) {
            return;
        }
        byte[] content = Pattern.copy(request.bodyStream(), 0, request.bodyLength);
        int most = (int) scenario.settings.http.maxBodyBytes();
        if (!request.chunked) {
            if (request.bodyLength > most) {
                request.refusal = 413;
                request.refusedAt = request.headEnd - 1;
            }
            out.writeBytes(content);
            return;
        }
        int at = 0;
        boolean bodies = scenario.settings.theme == WebSettings.Theme.BODIES;
        boolean broken = choices.below(bodies ? 4 : 16) == 0;
        while (at < content.length) {
            int n = choices.magnitude(1, content.length - at);
            if (broken && choices.below(3) == 0) {
                breakChunk(out, at);
                return;
            }
            if (at + n > most && request.refusal == 0) {
                request.refusal = 413;
                request.refusedAt = out.size();
            }
            text(out, chunkLine(n));
            out.write(content, at, n);
            text(out, "\r\n");
            at += n;
        }
        text(out, choices.below(4) == 0 ? "000\r\n" : "0\r\n");
        if (!request.trailers.isEmpty()) {
            text(out, "X-Sum: 7\r\nx-sum:8\r\n");
        }
        text(out, "\r\n");
    }

    private String chunkLine(int n) {
        String size = Integer.toHexString(n);
        if (choices.below(2) == 0) {
            size = size.toUpperCase(Locale.ROOT);
        }
        return size + (choices.below(4) == 0 ? ";a=\"b;\"" : "") + "\r\n";
    }

    /** E52: what is no chunk. */
    private void breakChunk(ByteArrayOutputStream out, int at) {
        String[] broken = {
            "\u00a7x",
            "5\u00a7\n12345",
            "5\r\n-----\u00a7x",
            "\u00a7-1\r\n",
            "5;\u00a7;\r\n",
            "5\r\n-----\u00a7\n",
            "5\r\n-----\u00a75\r\n",
            "0\r\nContent-Length\u00a7: 5\r\n\r\n",
            "111111111111111\u00a71\r\n",
            "0\r\n\u00a7 x"
        };
        String text = broken[choices.below(broken.length)];
        if (request.refusal == 0) {
            // Its size may be found to be too large before it is found to be none.
            boolean sized = text.startsWith("1") || text.startsWith("5");
            request.refusal = 400;
            request.mayBeTooLong = sized;
            request.refusedAt = out.size() + (sized ? 0 : text.indexOf('\u00a7'));
        }
        int begin = out.size();
        text(out, text.replace("\u00a7", ""));
        byte[] whole = out.toByteArray();
        // What of it is a chunk has the right content.
        for (int i = 0; i < 5 && text.startsWith("5\r"); i++) {
            whole[begin + 3 + i] = Pattern.array()[Pattern.index(request.bodyStream(), at + i)];
        }
        out.reset();
        out.writeBytes(whole);
    }

    // ---- For files ----------------------------------------------------------------------------

    private void drawFile() {
        request.kind = WebRequest.Kind.FILE;
        String[] paths = {
            "/a.txt",
            "/a.txt",
            "/a.txt",
            "/%61.txt",
            "/b.bin",
            "/b.bin",
            "/b.bin",
            "/",
            "/index.html",
            "/none",
            "/.hidden",
            "/../a.txt",
            "/a.txt/",
            "/%zz"
        };
        boolean favourite =
                scenario.settings.theme == WebSettings.Theme.FILES && choices.below(4) > 0;
        String path = favourite ? scenario.files.favourite : paths[choices.below(paths.length)];
        request.file = WebFileRules.fileOf(path);
        request.target = path + "?" + request.peer + "." + request.number;
        int draw = choices.below(16);
        request.method = draw < 12 ? "GET" : draw < 14 ? "HEAD" : draw == 14 ? "OPTIONS" : "PUT";
        switch (choices.below(5)) {
            case 0 -> accept("gzip", true, false);
            case 1 -> accept("br;q=0.5, gzip;q=0", false, true);
            case 2 -> accept("gzip, br", true, true);
            default -> {}
        }
        if (choices.below(2) == 0) {
            drawConditions();
        }
    }

    private void accept(String value, boolean gzip, boolean brotli) {
        field("Accept-Encoding", value);
        request.acceptsGzip = gzip;
        request.acceptsBrotli = brotli;
    }

    private void drawConditions() {
        WebFiles.@Nullable Version version = scenario.files.now(request.file);
        int length = version == null ? 10 : version.length;
        long date = version == null ? 0 : version.modifiedSeconds + choices.between(-1, 1);
        int draw = choices.below(16);
        if (draw < 3) {
            request.ifNoneMatch = tags();
            field("If-None-Match", request.ifNoneMatch);
            if (choices.below(2) == 0) { // which does not count then
                request.ifModifiedSince = date;
                field("If-Modified-Since", WebFiles.dateOf(date));
            }
        } else if (draw < 5) {
            request.ifMatch = tags();
            field("If-Match", request.ifMatch);
            if (choices.below(2) == 0) {
                request.ifUnmodifiedSince = date;
                field("If-Unmodified-Since", WebFiles.dateOf(date));
            }
        } else if (draw == 5) {
            request.ifModifiedSince = date;
            field("If-Modified-Since", WebFiles.dateOf(date));
        } else if (draw == 6) {
            request.ifUnmodifiedSince = date;
            field("If-Unmodified-Since", WebFiles.dateOf(date));
        }
        if (draw > 6 || choices.below(4) == 0) {
            request.range = WebRange.draw(choices, length);
            field("Range", request.range.toString());
            if (choices.below(3) == 0) {
                request.ifRange = choices.below(4) == 0 ? WebFiles.dateOf(date) : tag();
                field("If-Range", request.ifRange);
            }
        }
    }

    private String tags() {
        int draw = choices.below(8);
        return draw == 0 ? "*" : draw < 3 ? "\"none\", " + tag() : draw == 3 ? "W/" + tag() : tag();
    }

    /** One that this file had, as far as anybody has heard. */
    private String tag() {
        return scenario.fileRules.anyTag(request.file, choices);
    }

    // ---- All ----------------------------------------------------------------------------------

    private void drawCommon() {
        field("Referer", request.label);
        field("X-Number", choices.below(2) == 0 ? request.label : "  " + request.label + "\t ");
        for (int i = choices.below(4); i > 0; i--) {
            field("A" + i, "b".repeat(choices.magnitude(0, 30)));
        }
        int draw = choices.below(16);
        if (draw == 0) {
            field("Connection", "close");
            request.keepsAlive = false;
        } else if (request.minor == 0) {
            request.keepsAlive = draw < 8;
            if (request.keepsAlive) {
                field("Connection", choices.below(2) == 0 ? "keep-alive" : "x, Keep-Alive");
            }
        }
        if (request.minor == 1 || choices.below(2) == 0) {
            field("Host", "h");
        }
    }

    private void field(String name, String value) {
        request.fieldCount++;
        fields.append(name).append(choices.below(4) == 0 ? ":" : ": ").append(value).append("\r\n");
    }

    private void finish() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        text(out, choices.below(16) == 0 ? "\r\n" : "");
        text(out, request.line() + "\r\n" + fields + "\r\n");
        request.headEnd = out.size();
        body(out);
        request.bytes = out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(ISO_8859_1));
    }
}
