package edgeloop;

import org.jspecify.annotations.Nullable;

/**
 * A certificate, a key or another part of {@link TransportSecurity} can't be used. The message is
 * one line that names it, and what to do.
 */
public final class TlsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Creates one.
     *
     * @param message one line
     * @param cause what told of it, if anything
     */
    public TlsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
