package edgeloop.cli.load.protocol;

import edgeloop.cli.load.message.CannotRunException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of lines in UTF-8, with or without a byte order mark, and what is wrong with it. */
final class TextFile {
    private static final int BYTE_ORDER_MARK = 0xfeff;

    private TextFile() {}

    static Reader open(Path file) throws IOException {
        BufferedReader text = Files.newBufferedReader(file);
        try {
            text.mark(1);
            if (text.read() != BYTE_ORDER_MARK) {
                text.reset();
            }
        } catch (IOException e) {
            text.close();
            throw e;
        }
        return text;
    }

    /** Says what is wrong in a line. */
    static IllegalArgumentException wrong(Path file, long line, Exception cause) {
        return new IllegalArgumentException(
                file + " line " + line + ": " + cause.getMessage(), cause);
    }

    /** Says why a file cannot be read. */
    static IllegalArgumentException unreadable(Path file, IOException e) {
        return new IllegalArgumentException(
                e instanceof CharacterCodingException
                        ? file + " line " + firstOutsideUtf8(file) + ": not in UTF-8"
                        : "cannot read " + file + ": " + CannotRunException.reason(e),
                e);
    }

    /** The decoder reads ahead of the lines: this looks for the one that it has stopped at. */
    private static long firstOutsideUtf8(Path file) {
        long line = 1;
        try (BufferedReader bytes = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String text = bytes.readLine(); text != null; text = bytes.readLine()) {
                StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
                line++;
            }
        } catch (IOException e) {
            // Found, or not to be found any more.
        }
        return line;
    }
}
