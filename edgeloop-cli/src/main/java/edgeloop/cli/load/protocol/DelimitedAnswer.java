package edgeloop.cli.load.protocol;

import edgeloop.IoBuffer;

/**
 * Answers that end with a delimiter. The search never looks at a byte twice: D. Knuth, J. Morris
 * and V. Pratt, "Fast Pattern Matching in Strings", SIAM Journal on Computing 6(2), 1977.
 */
final class DelimitedAnswer extends AnswerReader {
    private final byte[] delimiter;

    /** For each number of matched bytes, how many still match if the next byte does not. */
    private final int[] fallback;

    DelimitedAnswer(byte[] delimiter) {
        this.delimiter = delimiter;
        this.fallback = new int[delimiter.length];
        for (int i = 1; i < delimiter.length; i++) {
            fallback[i] = next(fallback[i - 1], delimiter[i]);
        }
    }

    private int next(int matched, byte b) {
        int state = matched;
        while (state > 0 && delimiter[state] != b) {
            state = fallback[state - 1];
        }
        return delimiter[state] == b ? state + 1 : 0;
    }

    @Override
    public Verdict read(IoBuffer in, AnswerState answer) {
        int matched = answer.progress;
        while (in.hasRemaining()) {
            matched = next(matched, in.readByte());
            if (matched == delimiter.length) {
                answer.progress = 0;
                return Verdict.RIGHT;
            }
        }
        answer.progress = matched;
        return Verdict.MORE;
    }
}
