package edgeloop.cli.load.protocol;

import edgeloop.cli.load.message.CannotRunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** What a request sends, the same each time. */
public final class Payload extends RequestSource {
    public static final int MAX_BYTES = 64 << 20;
    private static final long SEED = 1;

    private final byte[] bytes;

    public Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public void next() {
        // There is but one.
    }

    /** Not a copy: not to be written to. */
    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int length() {
        return bytes.length;
    }

    @Override
    public int mostBytes() {
        return bytes.length;
    }

    @Override
    public boolean differ() {
        return false;
    }

    @Override
    public long number() {
        return 0;
    }

    @Override
    public long choice() {
        return 0;
    }

    /** Noise, so that bytes out of place do not compare equal; the same in every run. */
    public static Payload noise(int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(SEED).nextBytes(bytes);
        return new Payload(bytes);
    }

    /**
     * Reads {@code @FILE}, {@code hex:DIGITS} or a text with escapes, which may be empty.
     *
     * @throws IllegalArgumentException if it cannot be read; the message says why
     */
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
