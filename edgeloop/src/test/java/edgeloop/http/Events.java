package edgeloop.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import edgeloop.IoBuffer;
import edgeloop.http.syntax.BodyDecoder;
import edgeloop.http.syntax.Bytes;
import edgeloop.http.syntax.FieldLines;
import edgeloop.http.syntax.HeadParser;
import edgeloop.http.syntax.Parsing;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the parsers tell of an input that arrives in pieces, as a connection drives them. */
final class Events {
    private final HttpOptions options;
    private final HeadParser head;
    private final BodyDecoder decoder;
    private final List<String> told = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private final StringBuilder request = new StringBuilder();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean inBody;
    private boolean ended;
    private boolean keepAlive;
    private byte[] unread = {};

    private Events(HttpOptions options) {
        this.options = options;
        this.head = HttpLoop.parser(options);
        this.decoder = HttpLoop.decoder(options);
    }

    /** The events of {@code input} in one piece. */
    static List<String> of(String input) {
        return of(HttpOptions.defaults(), input.getBytes(ISO_8859_1));
    }

    /** The events of {@code input}, cut before each of the bytes at {@code cuts}. */
    static List<String> of(HttpOptions options, byte[] input, int... cuts) {
        Events events = new Events(options);
        int from = 0;
        for (int cut : cuts) {
            events.feed(Arrays.copyOfRange(input, from, cut));
            from = cut;
        }
        events.feed(Arrays.copyOfRange(input, from, input.length));
        return events.told;
    }

    /** The complete requests of {@code input}, written as llhttp.js writes its own. */
    static List<String> requestsOf(byte[] input) {
        Events events = new Events(HttpOptions.defaults());
        events.feed(input);
        return events.requests;
    }

    /** In letters, digits and hexadecimal escapes. */
    static String escaped(String text) {
        var escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Bytes.isAlpha(c) || Bytes.isDigit(c)) {
                escaped.append(c);
            } else {
                escaped.append("%%%02x".formatted((int) c));
            }
        }
        return escaped.toString();
    }

    /** The status that refuses {@code input}, or 0 if nothing does. */
    static int refusal(String input) {
        String last = of(input).isEmpty() ? "" : of(input).getLast();
        return last.startsWith("refused ")
                ? Integer.parseInt(last.substring("refused ".length(), "refused 400".length()))
                : 0;
    }

    /** As many requests as {@code input} has whole. */
    static long complete(String input) {
        return of(input).stream().filter(event -> event.startsWith("complete")).count();
    }

    private void feed(byte[] piece) {
        byte[] bytes = Arrays.copyOf(unread, unread.length + piece.length);
        System.arraycopy(piece, 0, bytes, unread.length, piece.length);
        IoBuffer in = IoBuffer.copyOf(bytes);
        boolean going = true;
        while (going && !ended) {
            going = inBody ? readBody(in) : readHead(in);
        }
        unread = in.readBytes(in.remaining());
    }

    private boolean readHead(IoBuffer in) {
        int result = head.parse(in);
        if (result == Parsing.MORE) {
            return false;
        }
        if (result != Parsing.DONE) {
            refused(result, head.problem());
            return false;
        }
        tell(in);
        keepAlive = head.keepsAlive();
        if (head.contentLength() > options.maxBodyBytes()) {
            refused(413, "too long");
            return false;
        }
        decoder.begin(head);
        in.skip(head.length());
        head.reset();
        inBody = true;
        return true;
    }

    private void tell(IoBuffer in) {
        FieldLines fields = head.fields;
        told.add(
                Method.at(head.line().method())
                        + " "
                        + Bytes.text(
                                in,
                                head.line().targetStart(),
                                head.line().targetEnd() - head.line().targetStart())
                        + " path "
                        + Bytes.text(
                                in,
                                head.line().pathStart(),
                                head.line().pathEnd() - head.line().pathStart())
                        + " host "
                        + Bytes.text(in, head.hostStart(), head.hostEnd() - head.hostStart())
                        + " 1."
                        + head.line().minorVersion());
        String target =
                Bytes.text(
                        in,
                        head.line().targetStart(),
                        head.line().targetEnd() - head.line().targetStart());
        request.setLength(0);
        request.append(Method.at(head.line().method())).append(' ').append(escaped(target));
        request.append(" 1.").append(head.line().minorVersion()).append(' ');
        for (int i = 0; i < fields.count(); i++) {
            String name = Bytes.text(in, fields.nameStart(i), fields.nameLength(i));
            String value = Bytes.text(in, fields.valueStart(i), fields.valueLength(i));
            told.add(name + "=" + value);
            request.append(escaped(name)).append('=').append(escaped(value)).append(';');
        }
        if (head.expectsContinue()) {
            told.add("expects continue");
        }
    }

    private boolean readBody(IoBuffer in) {
        int length = decoder.next(in);
        if (length > 0) {
            body.writeBytes(in.readBytes(length));
            decoder.read(length);
            return true;
        }
        if (length == BodyDecoder.REFUSED) {
            refused(decoder.status(), decoder.problem());
            return false;
        }
        if (length == 0) {
            return false;
        }
        requests.add(request + " " + escaped(body.toString(ISO_8859_1)));
        told.add("complete " + body.toString(ISO_8859_1) + decoder.trailers());
        body.reset();
        inBody = false;
        ended = !keepAlive;
        return true;
    }

    private void refused(int status, String problem) {
        told.add("refused " + status + " " + problem);
        ended = true;
    }
}
