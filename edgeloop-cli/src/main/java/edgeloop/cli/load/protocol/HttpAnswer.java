package edgeloop.cli.load.protocol;

import edgeloop.IoBuffer;
import edgeloop.cli.load.measure.ErrorCounts;
import java.util.BitSet;

/**
 * Answers of an HTTP server: the head says where each ends, RFC 9112 section 6.3, and the status
 * whether it is the right one. Bodies are passed over.
 */
public final class HttpAnswer extends AnswerReader {
    private static final int MAX_LINE_BYTES = 4 * 1024;
    private static final int MAX_SIZE_DIGITS = 15;

    /** The part of an answer that is to come next. */
    enum Phase {
        HEAD,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        UNTIL_CLOSE
    }

    private final HttpHead head = new HttpHead();
    private final StatusSet expected;
    private final BitSet bodiless;

    /**
     * @param bodiless to which requests answers have no body whatever their heads say, as to HEAD:
     *     their indexes
     */
    public HttpAnswer(StatusSet expected, BitSet bodiless) {
        this.expected = expected;
        this.bodiless = bodiless;
    }

    @Override
    public Verdict read(IoBuffer in, AnswerState answer) {
        Verdict verdict;
        int before;
        do {
            before = in.remaining();
            verdict =
                    switch (answer.phase) {
                        case HEAD -> head(in, answer);
                        case BODY, CHUNK -> body(in, answer);
                        case CHUNK_SIZE -> chunkSize(in, answer);
                        case CHUNK_END -> chunkEnd(in, answer);
                        case TRAILER -> trailer(in, answer);
                        case UNTIL_CLOSE -> {
                            in.skip(in.remaining());
                            yield Verdict.MORE;
                        }
                    };
        } while (verdict == Verdict.MORE && in.hasRemaining() && in.remaining() < before);
        return verdict;
    }

    @Override
    public Verdict end(AnswerState answer) {
        return answer.phase == Phase.UNTIL_CLOSE ? finish(answer) : Verdict.MORE;
    }

    @Override
    public int cause(AnswerState answer) {
        return answer.status == 0 ? ErrorCounts.MALFORMED : ErrorCounts.STATUS + answer.status;
    }

    private Verdict head(IoBuffer in, AnswerState answer) {
        answer.status = 0;
        int length = head.parse(in);
        if (length == HttpHead.INCOMPLETE) {
            return Verdict.MORE;
        }
        int status = head.status();
        if (length == HttpHead.MALFORMED || status == 101) { // nobody asked for another protocol
            return Verdict.BROKEN;
        }
        in.skip(length);
        if (status < 200) {
            return Verdict.MORE; // the answer is yet to come: RFC 9110 section 15.2
        }
        answer.status = status;
        answer.isWrong = !expected.contains(status);
        answer.isLast = head.closes();
        if (bodiless.get(RequestMix.request(answer.choice)) || status == 204 || status == 304) {
            return finish(answer);
        }
        if (head.isChunked()) {
            answer.phase = Phase.CHUNK_SIZE;
        } else if (head.hasContentLength()) {
            if (head.contentLength() == 0) {
                return finish(answer);
            }
            answer.phase = Phase.BODY;
            answer.left = head.contentLength();
        } else {
            answer.phase = Phase.UNTIL_CLOSE;
            answer.isLast = true;
        }
        return Verdict.MORE;
    }

    private static Verdict body(IoBuffer in, AnswerState answer) {
        int n = (int) Math.min(in.remaining(), answer.left);
        in.skip(n);
        answer.left -= n;
        if (answer.left == 0) {
            if (answer.phase == Phase.BODY) {
                return finish(answer);
            }
            answer.phase = Phase.CHUNK_END;
        }
        return Verdict.MORE;
    }

    /** {@code 1a0;extension}; RFC 9112 section 7.1. */
    private static Verdict chunkSize(IoBuffer in, AnswerState answer) {
        int end = HttpLines.end(in, 0);
        if (end < 0) {
            return unlessTooLong(in, end, answer);
        }
        long size = 0;
        int digits = 0;
        while (digits < end) {
            int digit = Character.digit(in.getByte(digits), 16);
            if (digit < 0) {
                break;
            }
            size = 16 * size + digit;
            digits++;
        }
        boolean extended = digits < end;
        if (digits == 0
                || digits > MAX_SIZE_DIGITS
                || (extended
                        && in.getByte(digits) != ';'
                        && !HttpLines.isBlank(in.getByte(digits)))) {
            return broken(answer);
        }
        in.skip(end + 2);
        answer.left = size;
        answer.phase = size == 0 ? Phase.TRAILER : Phase.CHUNK;
        return Verdict.MORE;
    }

    private static Verdict chunkEnd(IoBuffer in, AnswerState answer) {
        int end = HttpLines.end(in, 0);
        if (end == HttpLines.INCOMPLETE && in.remaining() < 2) {
            return Verdict.MORE;
        }
        if (end != 0) {
            return broken(answer);
        }
        in.skip(2);
        answer.phase = Phase.CHUNK_SIZE;
        return Verdict.MORE;
    }

    private static Verdict trailer(IoBuffer in, AnswerState answer) {
        int end = HttpLines.end(in, 0);
        if (end < 0) {
            return unlessTooLong(in, end, answer);
        }
        in.skip(end + 2);
        return end == 0 ? finish(answer) : Verdict.MORE;
    }

    private static Verdict unlessTooLong(IoBuffer in, int end, AnswerState answer) {
        return end == HttpLines.INCOMPLETE && in.remaining() <= MAX_LINE_BYTES
                ? Verdict.MORE
                : broken(answer);
    }

    private static Verdict broken(AnswerState answer) {
        answer.status = 0;
        return Verdict.BROKEN;
    }

    private static Verdict finish(AnswerState answer) {
        Verdict verdict = answer.isWrong ? Verdict.WRONG : Verdict.RIGHT;
        answer.phase = Phase.HEAD;
        answer.isWrong = false;
        return verdict;
    }
}
