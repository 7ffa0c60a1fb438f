package edgeloop.http.syntax;

import edgeloop.IoBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Finds a request's body in the input: RFC 9112 sections 6 and 7. Framing is read as it comes; what
 * belongs to the body is left for the caller, who is told how much of it there is.
 *
 * <pre>
 *   a length:  DATA ─────────────────────────────────────► COMPLETE
 *
 *   chunked:   LINE ──0──► TRAILERS ──empty line─────────► COMPLETE
 *               ▲ └──size──► DATA ──┐
 *               └────── CRLF ◄──────┘
 * </pre>
 */
public final class BodyDecoder {
    /** Answered by {@link #next} where the body has come to its end. */
    public static final int COMPLETE = -1;

    /** Answered by {@link #next} where the body is to be refused, see {@link #status}. */
    public static final int REFUSED = -2;

    private enum State {
        LINE,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS,
        COMPLETE
    }

    private final long maxBodyBytes;
    private final FieldLines fields;
    private final ChunkLine line = new ChunkLine();

    private State state = State.COMPLETE;
    private boolean chunked;

    /** Bytes of the body, or of the present chunk, that are still to come. */
    private long left;

    private long total;
    private Map<String, String> trailers = Map.of();
    private int status;
    private String problem = "";

    /**
     * @param maxBodyBytes the longest body
     * @param maxFieldBytes what all trailer fields may have
     * @param maxFields the most trailer fields
     */
    public BodyDecoder(long maxBodyBytes, int maxFieldBytes, int maxFields) {
        this.maxBodyBytes = maxBodyBytes;
        this.fields = new FieldLines(maxFieldBytes, maxFields);
    }

    /** Begins the body that {@code head} announces. */
    public void begin(HeadParser head) {
        chunked = head.isChunked();
        left = head.contentLength();
        total = left;
        trailers = Map.of();
        line.begin();
        state = chunked ? State.LINE : left == 0 ? State.COMPLETE : State.DATA;
    }

    /** Whether the body has been read to its end. */
    public boolean isComplete() {
        return state == State.COMPLETE;
    }

    /** The trailer fields of a complete body: names in lower case, values of equal ones joined. */
    public Map<String, String> trailers() {
        return trailers;
    }

    /** The status to refuse the body with. */
    public int status() {
        return status;
    }

    public String problem() {
        return problem;
    }

    /**
     * Reads framing up to the next bytes of the body.
     *
     * @return how many of the unread bytes belong to the body, to be read by the caller; 0 if more
     *     input is wanted first; {@link #COMPLETE} or {@link #REFUSED}
     */
    public int next(IoBuffer in) {
        while (state != State.COMPLETE) {
            if (!in.hasRemaining()) {
                return 0;
            }
            switch (state) {
                case DATA -> {
                    return (int) Math.min(left, in.remaining());
                }
                case LINE -> line(in.readByte());
                case DATA_CR -> lineEnd(in.readByte(), '\r', State.DATA_LF);
                case DATA_LF -> lineEnd(in.readByte(), '\n', State.LINE);
                case TRAILERS -> {
                    if (!trailers(in)) {
                        return status == 0 ? 0 : REFUSED;
                    }
                }
                case COMPLETE -> {}
            }
            if (status != 0) {
                return REFUSED;
            }
        }
        return COMPLETE;
    }

    /** The caller has read {@code bytes} of the body. */
    public void read(int bytes) {
        left -= bytes;
        if (left == 0) {
            state = chunked ? State.DATA_CR : State.COMPLETE;
        }
    }

    private void line(byte b) {
        int result = line.next(b);
        if (line.size() > maxBodyBytes - total) {
            refuse(413, "a body longer than " + maxBodyBytes + " bytes"); // more digits add to it
        } else if (result == Parsing.DONE) {
            beginChunk(line.size());
        } else if (result != Parsing.MORE) {
            refuse(result, line.problem());
        }
    }

    private void beginChunk(long size) {
        if (size == 0) {
            state = State.TRAILERS;
            fields.begin(0);
        } else {
            state = State.DATA;
            left = size;
            total += size;
        }
    }

    private void lineEnd(byte b, char expected, State next) {
        if (b != expected) {
            refuse(400, "a chunk longer than its size");
        }
        state = next;
        line.begin();
    }

    /** Whether the trailer section is complete; it stays unread until it is. */
    private boolean trailers(IoBuffer in) {
        int result;
        do {
            result = fields.parse(in);
            if ((result == Parsing.LINE || fields.isInValue()) && frames(in)) {
                refuse(400, "a trailer field that says where a body ends");
                return false;
            }
        } while (result == Parsing.LINE);
        if (result == Parsing.DONE) {
            trailers = fields.count() == 0 ? Map.of() : collectTrailers(in);
            in.skip(fields.end());
            state = State.COMPLETE;
            return true;
        }
        if (result != Parsing.MORE) {
            refuse(result, fields.problem());
        }
        return false;
    }

    /** Whether the present trailer is one that another server could take for framing. */
    private boolean frames(IoBuffer in) {
        int name = fields.nameStart();
        int length = fields.nameLength();
        return Bytes.equalIgnoringCase(in, name, length, HeadParser.CONTENT_LENGTH)
                || Bytes.equalIgnoringCase(in, name, length, HeadParser.TRANSFER_ENCODING);
    }

    private Map<String, String> collectTrailers(IoBuffer in) {
        Map<String, String> collected = new LinkedHashMap<>();
        for (int i = 0; i < fields.count(); i++) {
            String name = Bytes.text(in, fields.nameStart(i), fields.nameLength(i));
            String value = Bytes.text(in, fields.valueStart(i), fields.valueLength(i));
            collected.merge(name.toLowerCase(Locale.ROOT), value, (a, b) -> a + ", " + b);
        }
        return collected;
    }

    private void refuse(int refusal, String why) {
        status = refusal;
        problem = why;
    }
}
