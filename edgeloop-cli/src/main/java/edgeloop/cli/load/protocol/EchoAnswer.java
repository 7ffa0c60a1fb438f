package edgeloop.cli.load.protocol;

import edgeloop.IoBuffer;
import java.util.Arrays;

/** Answers that are what their requests sent, where requests differ. */
final class EchoAnswer extends AnswerReader {
    private static final int SCRATCH_BYTES = 64 * 1024;

    private final RequestMix requests;
    private final byte[] scratch;

    /** The request whose bytes are the expected ones: kept while its answer comes in pieces. */
    private final byte[] expected;

    private long number;
    private int length;

    EchoAnswer(RequestMix requests) {
        this.requests = requests;
        this.expected = new byte[requests.mostBytes()];
        this.scratch = new byte[Math.min(expected.length, SCRATCH_BYTES)];
    }

    @Override
    public Verdict read(IoBuffer in, AnswerState answer) {
        if (answer.number != number) {
            number = answer.number;
            length = requests.write(expected, number, answer.choice);
        }
        while (in.hasRemaining()) {
            int done = answer.progress;
            int n = Math.min(Math.min(in.remaining(), length - done), scratch.length);
            in.readBytes(scratch, 0, n);
            if (!Arrays.equals(scratch, 0, n, expected, done, done + n)) {
                answer.isWrong = true;
            }
            answer.progress = done + n;
            if (done + n == length) {
                return answer.finish();
            }
        }
        return Verdict.MORE;
    }
}
