package edgeloop.tls.config;

import edgeloop.TlsException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file with certificates or keys: what hinders it is told in one line. */
public final class TlsFile {
    /** More is no certificate. */
    private static final long MAX_BYTES = 16 << 20;

    private TlsFile() {}

    /** {@return the whole of it} */
    public static byte[] read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw unusable(file, "it is too large", null);
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TlsException("cannot read " + file + ": there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new TlsException("cannot read " + file + ": permission denied", e);
        } catch (IOException e) {
            throw new TlsException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** {@return what to throw where what is in it can't be used} */
    public static TlsException unusable(Path file, String why, @Nullable Throwable cause) {
        return new TlsException("cannot use " + file + ": " + why, cause);
    }
}
