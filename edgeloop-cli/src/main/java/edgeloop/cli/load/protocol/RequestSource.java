package edgeloop.cli.load.protocol;

/**
 * Where requests come from: the same one each time ({@link Payload}), or such as differ ({@link
 * RequestMix}). Allocates nothing per request. On one thread at a time.
 */
public abstract sealed class RequestSource permits Payload, RequestMix {
    /** Goes on to the next request, of which the other methods tell then. */
    public abstract void next();

    /** The request is in the first {@link #length} of these: to be read alone, and until next(). */
    public abstract byte[] bytes();

    public abstract int length();

    /** The length of the longest request. */
    public abstract int mostBytes();

    /** Whether requests differ; where they do not, number and choice say nothing. */
    public abstract boolean differ();

    /** How many requests there have been with this one. */
    public abstract long number();

    /** What has been chosen for this one, for {@link AnswerState#asked}. */
    public abstract long choice();
}
