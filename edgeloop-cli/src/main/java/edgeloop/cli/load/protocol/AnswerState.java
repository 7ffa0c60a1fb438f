package edgeloop.cli.load.protocol;

/** What a connection remembers of an answer that has come in part. */
public final class AnswerState {
    /** Of an answer by its bytes: how many of it have come. */
    int progress;

    boolean isWrong;

    // The request that it answers.
    long number;
    long choice;

    // Of an answer of HTTP.
    HttpAnswer.Phase phase = HttpAnswer.Phase.HEAD;
    long left;
    int status;
    boolean isLast;

    /** What comes answers this request: see {@link RequestSource}. */
    public void asked(long ofNumber, long ofChoice) {
        number = ofNumber;
        choice = ofChoice;
    }

    /** An answer by its bytes is whole: the verdict on it. */
    AnswerReader.Verdict finish() {
        AnswerReader.Verdict verdict =
                isWrong ? AnswerReader.Verdict.WRONG : AnswerReader.Verdict.RIGHT;
        progress = 0;
        isWrong = false;
        return verdict;
    }

    /** The HTTP status of the answer that was read last; 0 before it is known. */
    public int status() {
        return status;
    }

    /** Whether the server ends the connection with this answer. */
    public boolean isLast() {
        return isLast;
    }

    /** A connection begins. */
    public void clear() {
        progress = 0;
        isWrong = false;
        phase = HttpAnswer.Phase.HEAD;
        left = 0;
        status = 0;
        isLast = false;
    }
}
