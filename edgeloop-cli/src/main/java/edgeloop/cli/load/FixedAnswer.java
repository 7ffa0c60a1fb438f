package edgeloop.cli.load;

import edgeloop.IoBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Answers of one length, whose bytes are all known, or none. */
final class FixedAnswer extends AnswerReader {
    private static final int SCRATCH_BYTES = 64 * 1024;

    private final int length;
    private final byte @Nullable [] expected;
    private final byte[] scratch;

    /** Answers of {@code length} bytes, whatever these are. */
    FixedAnswer(int length) {
        this(length, null);
    }

    /** Answers that are all the same. */
    FixedAnswer(byte[] expected) {
        this(expected.length, expected);
    }

    private FixedAnswer(int length, byte @Nullable [] expected) {
        this.length = length;
        this.expected = expected;
        this.scratch = new byte[expected == null ? 0 : Math.min(length, SCRATCH_BYTES)];
    }

    @Override
    Verdict read(IoBuffer in, Slot slot) {
        while (in.hasRemaining()) {
            int done = slot.answerProgress;
            int n = Math.min(in.remaining(), length - done);
            if (expected == null) {
                in.skip(n);
            } else {
                n = Math.min(n, scratch.length);
                in.readBytes(scratch, 0, n);
                if (!Arrays.equals(scratch, 0, n, expected, done, done + n)) {
                    slot.answerIsWrong = true;
                }
            }
            slot.answerProgress = done + n;
            if (done + n == length) {
                return finish(slot);
            }
        }
        return Verdict.MORE;
    }

    private static Verdict finish(Slot slot) {
        Verdict verdict = slot.answerIsWrong ? Verdict.WRONG : Verdict.RIGHT;
        slot.answerProgress = 0;
        slot.answerIsWrong = false;
        return verdict;
    }
}
