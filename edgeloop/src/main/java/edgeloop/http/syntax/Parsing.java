package edgeloop.http.syntax;

/** What a parser answers; any other number is the status that refuses the message. */
public final class Parsing {
    /** The message goes on behind the bytes that are there. */
    public static final int MORE = 0;

    /** The part that is parsed is complete. */
    public static final int DONE = 1;

    /** A field line is complete. */
    public static final int LINE = 2;

    private Parsing() {}
}
