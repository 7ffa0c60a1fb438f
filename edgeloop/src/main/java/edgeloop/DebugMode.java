package edgeloop;

/**
 * Whether the library looks for its users' mistakes at some cost: with assertions on ({@code -ea}),
 * or with {@code -Dedgeloop.debug=true}. {@code -Dedgeloop.debug=false} turns it off in any case.
 */
final class DebugMode {
    /** A constant, so that what it guards costs nothing where it is off. */
    static final boolean ON =
            Boolean.parseBoolean(
                    System.getProperty(
                            "edgeloop.debug",
                            String.valueOf(DebugMode.class.desiredAssertionStatus())));

    private DebugMode() {}
}
