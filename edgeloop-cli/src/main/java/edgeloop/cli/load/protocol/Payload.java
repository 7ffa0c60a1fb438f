package edgeloop.cli.load.protocol;

import edgeloop.cli.load.message.CannotRunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** What a request sends. */
public final class Payload {
    public static final int MAX_BYTES = 64 << 20;
    private static final long SEED = 1;

    private final byte[] bytes;

    public Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Not a copy: not to be written to. */
    public byte[] bytes() {
        return bytes;
    }

    /** Noise, so that bytes out of place do not compare equal; the same in every run. */
    public static Payload noise(int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(SEED).nextBytes(bytes);
        return new Payload(bytes);
    }

    /**
     * Reads {@code @FILE}, {@code hex:DIGITS} or a text with escapes.
     *
     * @throws IllegalArgumentException if it cannot be read; the message says why
     */
    public static Payload parse(String text) {
        byte[] bytes = bytesOf(text);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("a payload has at least one byte");
        }
        return new Payload(bytes);
    }

    /** What {@link #parse} reads, which may be nothing at all. */
    public static byte[] bytesOf(String text) {
        byte[] bytes;
        if (text.startsWith("@")) {
            bytes = read(Path.of(text.substring(1)));
        } else if (text.startsWith("hex:")) {
            bytes = Escapes.hex(text.substring(4));
        } else {
            bytes = Escapes.bytes(text);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("more than 64 MiB are too many");
        }
        return bytes;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot read " + file + ": " + CannotRunException.reason(e), e);
        }
    }
}
