package edgeloop.cli.load.protocol;

import edgeloop.IoBuffer;
import edgeloop.cli.load.measure.ErrorCounts;

/**
 * Cuts a connection's input into answers and judges each. One serves all connections: what it must
 * remember of a half-read answer is in the connection's {@link AnswerState}.
 */
public abstract sealed class AnswerReader
        permits FixedAnswer, EchoAnswer, DelimitedAnswer, PatternAnswer, HttpAnswer {
    public enum Verdict {
        /** The answer has not come whole. */
        MORE,
        /** An answer was read, and is as expected. */
        RIGHT,
        /** An answer was read, and is not as expected; the next one begins behind it. */
        WRONG,
        /** The input is not as expected, and nobody can tell where the next answer begins. */
        BROKEN
    }

    /** Reads on in {@code in}, as far as the end of one answer. */
    public abstract Verdict read(IoBuffer in, AnswerState answer);

    /** The server has ended the connection: the verdict on an answer that lasts until then. */
    public Verdict end(AnswerState answer) {
        return Verdict.MORE;
    }

    /** The class of error that an answer which was WRONG or BROKEN belongs to. */
    public int cause(AnswerState answer) {
        return ErrorCounts.MISMATCH;
    }
}
