package edgeloop.bench;

/** Something could not be measured. The message is one line, meant for the user as it stands. */
final class BenchException extends Exception {
    private static final long serialVersionUID = 1L;

    BenchException(String message) {
        super(message);
    }
}
