package edgeloop.cli.load.protocol;

import edgeloop.IoBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Answers of one length, whose bytes are all known, or none. */
public final class FixedAnswer extends AnswerReader {
    private static final int SCRATCH_BYTES = 64 * 1024;

    private final int length;
    private final byte @Nullable [] expected;
    private final byte[] scratch;

    /** Answers of {@code length} bytes, whatever these are. */
    public FixedAnswer(int length) {
        this(length, null);
    }

    /** Answers that are all the same. */
    public FixedAnswer(byte[] expected) {
        this(expected.length, expected);
    }

    private FixedAnswer(int length, byte @Nullable [] expected) {
        this.length = length;
        this.expected = expected;
        this.scratch = new byte[expected == null ? 0 : Math.min(length, SCRATCH_BYTES)];
    }

    @Override
    public Verdict read(IoBuffer in, AnswerState answer) {
        while (in.hasRemaining()) {
            int done = answer.progress;
            int n = Math.min(in.remaining(), length - done);
            if (expected == null) {
                in.skip(n);
            } else {
                n = Math.min(n, scratch.length);
                in.readBytes(scratch, 0, n);
                if (!Arrays.equals(scratch, 0, n, expected, done, done + n)) {
                    answer.isWrong = true;
                }
            }
            answer.progress = done + n;
            if (done + n == length) {
                return answer.finish();
            }
        }
        return Verdict.MORE;
    }
}
