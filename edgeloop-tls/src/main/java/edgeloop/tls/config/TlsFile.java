package edgeloop.tls.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import edgeloop.TlsException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file with certificates or keys: what hinders it is told in one line. */
public final class TlsFile {
    /** More is no certificate. */
    private static final long MAX_BYTES = 16 << 20;

    /** What is between two lines that belong together. */
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    /**
     * A block of PEM.
     *
     * @param type such as {@code CERTIFICATE}
     * @param body in Base64, and what may stand before that
     */
    public record Block(String type, String body) {}

    private TlsFile() {}

    /**
     * {@return the blocks of what was read of a file in PEM, RFC 7468} One that is cut off, as
     * whoever writes the file has not come to its end, makes it unusable: else the rest would pass
     * for the whole.
     */
    public static List<Block> blocks(Path file, byte[] content) {
        Matcher matcher = BLOCK.matcher(new String(content, ISO_8859_1));
        StringBuilder between = new StringBuilder();
        List<Block> all = new ArrayList<>();
        while (matcher.find()) {
            all.add(new Block(matcher.group(1), matcher.group(2)));
            matcher.appendReplacement(between, "");
        }
        matcher.appendTail(between);
        if (between.indexOf("-----BEGIN") >= 0 || between.indexOf("-----END") >= 0) {
            throw unusable(file, "it is cut off", null);
        }
        return all;
    }

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
