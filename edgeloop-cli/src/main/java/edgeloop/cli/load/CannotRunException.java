package edgeloop.cli.load;

/** There is nothing to measure; the message says why, and what to do. */
final class CannotRunException extends Exception {
    private static final long serialVersionUID = 1;

    CannotRunException(String message) {
        super(message);
    }
}
