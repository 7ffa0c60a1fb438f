package edgeloop.cli.load.message;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** There is nothing to measure; the message says why, and what to do. */
public final class CannotRunException extends Exception {
    private static final long serialVersionUID = 1;

    public CannotRunException(String message) {
        super(message);
    }

    /** The cause of a file's failure, as it stands in a message. */
    public static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file or folder";
            case AccessDeniedException _ -> "no permission";
            case FileSystemException named when named.getReason() != null -> named.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
