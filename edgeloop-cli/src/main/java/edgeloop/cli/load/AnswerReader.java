package edgeloop.cli.load;

import edgeloop.IoBuffer;

/**
 * Cuts a connection's input into answers and judges each. One serves all connections: what it must
 * remember of a half-read answer is in the connection's slot.
 */
abstract sealed class AnswerReader permits FixedAnswer, DelimitedAnswer, PatternAnswer, HttpAnswer {
    enum Verdict {
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
    abstract Verdict read(IoBuffer in, Slot slot);

    /** The server has ended the connection: the verdict on an answer that lasts until then. */
    Verdict end(Slot slot) {
        return Verdict.MORE;
    }

    /** The class of error that an answer which was WRONG or BROKEN belongs to. */
    int cause(Slot slot) {
        return ErrorCounts.MISMATCH;
    }
}
