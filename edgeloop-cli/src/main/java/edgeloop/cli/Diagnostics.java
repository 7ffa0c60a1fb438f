package edgeloop.cli;

/** Lines for the user about what went wrong. */
public final class Diagnostics {
    private Diagnostics() {}

    /**
     * {@code text} with control characters shown as {@code ?}: an argument or an exception's
     * message may hold line breaks, or sequences that a terminal obeys.
     */
    public static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return line.toString();
    }

    /** What to say of a failure that nobody foresaw. */
    public static String unexpected(String program, Throwable failure) {
        return oneLine(program + ": failed unexpectedly: " + failure);
    }
}
