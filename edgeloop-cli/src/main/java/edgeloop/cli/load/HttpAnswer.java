package edgeloop.cli.load;

import edgeloop.IoBuffer;

/**
 * Answers of an HTTP server: the head says where each ends, RFC 9112 section 6.3, and the status
 * whether it is the right one. Bodies are passed over.
 */
final class HttpAnswer extends AnswerReader {
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
    private final boolean bodiless;

    /**
     * @param bodiless whether answers have no body whatever their heads say, as those to HEAD
     */
    HttpAnswer(StatusSet expected, boolean bodiless) {
        this.expected = expected;
        this.bodiless = bodiless;
    }

    @Override
    Verdict read(IoBuffer in, Slot slot) {
        Verdict verdict;
        int before;
        do {
            before = in.remaining();
            verdict =
                    switch (slot.answerPhase) {
                        case HEAD -> head(in, slot);
                        case BODY, CHUNK -> body(in, slot);
                        case CHUNK_SIZE -> chunkSize(in, slot);
                        case CHUNK_END -> chunkEnd(in, slot);
                        case TRAILER -> trailer(in, slot);
                        case UNTIL_CLOSE -> {
                            in.skip(in.remaining());
                            yield Verdict.MORE;
                        }
                    };
        } while (verdict == Verdict.MORE && in.hasRemaining() && in.remaining() < before);
        return verdict;
    }

    @Override
    Verdict end(Slot slot) {
        return slot.answerPhase == Phase.UNTIL_CLOSE ? finish(slot) : Verdict.MORE;
    }

    @Override
    int cause(Slot slot) {
        return slot.answerStatus == 0
                ? ErrorCounts.MALFORMED
                : ErrorCounts.STATUS + slot.answerStatus;
    }

    private Verdict head(IoBuffer in, Slot slot) {
        slot.answerStatus = 0;
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
        slot.answerStatus = status;
        slot.answerIsWrong = !expected.contains(status);
        slot.answerIsLast = head.closes();
        if (bodiless || status == 204 || status == 304) {
            return finish(slot);
        }
        if (head.isChunked()) {
            slot.answerPhase = Phase.CHUNK_SIZE;
        } else if (head.hasContentLength()) {
            if (head.contentLength() == 0) {
                return finish(slot);
            }
            slot.answerPhase = Phase.BODY;
            slot.answerLeft = head.contentLength();
        } else {
            slot.answerPhase = Phase.UNTIL_CLOSE;
            slot.answerIsLast = true;
        }
        return Verdict.MORE;
    }

    private static Verdict body(IoBuffer in, Slot slot) {
        int n = (int) Math.min(in.remaining(), slot.answerLeft);
        in.skip(n);
        slot.answerLeft -= n;
        if (slot.answerLeft == 0) {
            if (slot.answerPhase == Phase.BODY) {
                return finish(slot);
            }
            slot.answerPhase = Phase.CHUNK_END;
        }
        return Verdict.MORE;
    }

    /** {@code 1a0;extension}; RFC 9112 section 7.1. */
    private static Verdict chunkSize(IoBuffer in, Slot slot) {
        int end = HttpLines.end(in, 0);
        if (end < 0) {
            return unlessTooLong(in, end, slot);
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
            return broken(slot);
        }
        in.skip(end + 2);
        slot.answerLeft = size;
        slot.answerPhase = size == 0 ? Phase.TRAILER : Phase.CHUNK;
        return Verdict.MORE;
    }

    private static Verdict chunkEnd(IoBuffer in, Slot slot) {
        int end = HttpLines.end(in, 0);
        if (end == HttpLines.INCOMPLETE && in.remaining() < 2) {
            return Verdict.MORE;
        }
        if (end != 0) {
            return broken(slot);
        }
        in.skip(2);
        slot.answerPhase = Phase.CHUNK_SIZE;
        return Verdict.MORE;
    }

    private static Verdict trailer(IoBuffer in, Slot slot) {
        int end = HttpLines.end(in, 0);
        if (end < 0) {
            return unlessTooLong(in, end, slot);
        }
        in.skip(end + 2);
        return end == 0 ? finish(slot) : Verdict.MORE;
    }

    private static Verdict unlessTooLong(IoBuffer in, int end, Slot slot) {
        return end == HttpLines.INCOMPLETE && in.remaining() <= MAX_LINE_BYTES
                ? Verdict.MORE
                : broken(slot);
    }

    private static Verdict broken(Slot slot) {
        slot.answerStatus = 0;
        return Verdict.BROKEN;
    }

    private static Verdict finish(Slot slot) {
        Verdict verdict = slot.answerIsWrong ? Verdict.WRONG : Verdict.RIGHT;
        slot.answerPhase = Phase.HEAD;
        slot.answerIsWrong = false;
        return verdict;
    }
}
