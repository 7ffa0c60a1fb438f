package edgeloop.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@link WebPeer} is sent, strictly and in whatever pieces: RFC 9112 sections 6 and 7.
 * Each answer is held against the request that it is for by {@link WebRules}.
 */
final class AnswerReader {
    private enum State {
        HEAD,
        LENGTH,
        CHUNK_LINE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        /** To the end of the connection. */
        REST,
        /** Nothing may follow. */
        CLOSED
    }

    private static final int MAX_LINES_BYTES = 8_192;

    private final WebScenario scenario;
    private final WebPeer peer;
    private final WebRules rules;

    private State state = State.HEAD;

    /** A head, a chunk's line or a trailer section, as far as it has come. */
    private byte[] lines = new byte[512];

    private int lineBytes;
    private int left;
    private @Nullable WebRequest request;
    private @Nullable AnswerHead head;

    AnswerReader(WebScenario scenario, WebPeer peer) {
        this.scenario = scenario;
        this.peer = peer;
        this.rules = new WebRules(scenario, peer);
    }

    private SimulationFailure violation(String what) {
        return scenario.kernel.violation(
                "peer %d, answer to %s: %s", peer.index, String.valueOf(request), what);
    }

    /** Takes the next bytes. */
    void accept(byte[] bytes, int length) {
        int at = 0;
        while (at < length) {
            switch (state) {
                case HEAD -> at = line(bytes, at, length, "\r\n\r\n");
                case CHUNK_LINE, CHUNK_END -> at = line(bytes, at, length, "\r\n");
                case TRAILERS -> at = trailers(bytes, at, length);
                case LENGTH, CHUNK, REST -> {
                    int n = state == State.REST ? length - at : Math.min(left, length - at);
                    rules.content(bytes, at, n);
                    at += n;
                    contentRead(n);
                }
                case CLOSED -> throw violation("something follows the last answer");
            }
        }
    }

    private void contentRead(int n) {
        left -= n;
        if (left > 0 || state == State.REST) {
            return;
        }
        if (state == State.CHUNK) {
            state = State.CHUNK_END;
        } else {
            complete();
        }
    }

    /** Collects bytes up to {@code end}; answers the place behind those taken. */
    private int line(byte[] bytes, int from, int length, String end) {
        int at = from;
        while (at < length) {
            add(bytes[at++]);
            if (endsWith(end)) {
                int n = lineBytes;
                lineBytes = 0;
                lineRead(n);
                return at;
            }
        }
        return at;
    }

    private void add(byte b) {
        if (lineBytes == lines.length) {
            if (lineBytes >= MAX_LINES_BYTES) {
                throw violation("a line without end");
            }
            lines = Arrays.copyOf(lines, 2 * lineBytes);
        }
        lines[lineBytes++] = b;
    }

    private boolean endsWith(String end) {
        if (lineBytes < end.length()) {
            return false;
        }
        for (int i = 0; i < end.length(); i++) {
            if (lines[lineBytes - end.length() + i] != end.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String text(int length) {
        return new String(lines, 0, length, ISO_8859_1);
    }

    private void lineRead(int n) {
        if (state == State.HEAD) {
            head(n);
        } else if (state == State.CHUNK_END) {
            if (n != 2) {
                throw violation("a chunk longer than its size");
            }
            state = State.CHUNK_LINE;
        } else {
            chunkLine(text(n - 2));
        }
    }

    private void chunkLine(String text) {
        boolean hex = !text.isEmpty() && text.length() < 8;
        for (int i = 0; i < text.length(); i++) {
            hex &= Character.digit(text.charAt(i), 16) >= 0;
        }
        if (!hex) {
            throw violation("a chunk of " + text);
        }
        left = Integer.parseInt(text, 16);
        state = left == 0 ? State.TRAILERS : State.CHUNK;
    }

    /** Trailer fields, and the empty line behind them. */
    private int trailers(byte[] bytes, int from, int length) {
        int at = from;
        while (at < length) {
            add(bytes[at++]);
            if ((lineBytes == 2 && endsWith("\r\n")) || endsWith("\r\n\r\n")) {
                rules.trailers(text(lineBytes - 2));
                lineBytes = 0;
                complete();
                return at;
            }
        }
        return at;
    }

    // ---- Heads --------------------------------------------------------------------------------

    private void head(int n) {
        AnswerHead read = AnswerHead.parse(lines, n);
        WebRequest current = peer.request(peer.answered());
        request = current;
        head = read;
        if (read == null) {
            throw violation("no head: " + text(n));
        }
        if (current == null || !peer.hasBegun(current)) {
            throw violation("it was not sent: " + read);
        }
        if (scenario.kernel.isTraced()) {
            scenario.kernel.note("    peer %d reads %s", peer.index, read);
        }
        if (read.status == 100) {
            rules.judgeContinue(current, read);
            return;
        }
        rules.judgeHead(current, read);
        begin(current, read);
    }

    /** RFC 9112 section 6.3: how long the content is. */
    private void begin(WebRequest current, AnswerHead read) {
        // What is refused before it can be seen to be HEAD is refused with a word.
        boolean headSeen = current.isHead() && scenario.hasSeenMethod(peer, current);
        boolean none = headSeen || read.status == 204 || read.status == 304;
        if (read.isChunked() && (read.contentLength() != -1 || current.minor == 0)) {
            throw violation("chunked, and should not be: " + read);
        }
        if (read.isChunked() && !"chunked".equals(read.field("transfer-encoding"))) {
            throw violation("coded otherwise: " + read);
        }
        if (none) {
            complete();
        } else if (read.isChunked()) {
            state = State.CHUNK_LINE;
        } else if (read.contentLength() >= 0) {
            left = read.contentLength();
            state = State.LENGTH;
            contentRead(0);
        } else if (current.minor == 0 && read.closes() && read.contentLength() == -1) {
            state = State.REST;
        } else {
            throw violation("no length: " + read);
        }
    }

    private void complete() {
        rules.judgeWhole();
        boolean last = Objects.requireNonNull(head).closes();
        state = last ? State.CLOSED : State.HEAD;
        peer.answerRead();
    }

    // ---- The end ------------------------------------------------------------------------------

    /** Whether the last answer said that it is the last. */
    boolean isClosed() {
        return state == State.CLOSED;
    }

    /**
     * The connection has ended without a reset.
     *
     * @return whether nothing is missing
     */
    boolean end() {
        if (state == State.REST) {
            WebStream stream = Objects.requireNonNull(request).stream;
            if (stream == null || !stream.ended) {
                return false;
            }
            complete();
            state = State.CLOSED;
        }
        return state == State.CLOSED || (state == State.HEAD && lineBytes == 0);
    }
}
