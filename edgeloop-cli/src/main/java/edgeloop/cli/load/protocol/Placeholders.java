package edgeloop.cli.load.protocol;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the placeholders of a text: a column of the data, {@code {seq}}, {@code {uuid}}, {@code
 * {random:hex:16}}. Other braces are text, as JSON has them; and {@code {{seq}}} is the text {@code
 * {seq}}.
 */
public final class Placeholders {
    private static final int MOST_NAME_BYTES = 200;
    private static final int MOST_RANDOM = 1_000_000;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
    private static final Pattern RANDOM = Pattern.compile("random:(hex|digits|alnum):(\\d{1,7})");
    private static final String DIGITS = "0123456789";
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final @Nullable DataFile data;
    private final long seed;

    /** Not by the seed: what is unique must not come again in the next run. */
    private final long uuidSeed = new SecureRandom().nextLong();

    private int randoms;

    /** Where in a request a text stands, which says how values are written there. */
    enum Place {
        URL,
        FIELD,
        BODY
    }

    /**
     * @param data null where there is none
     * @param seed of what is random
     */
    public Placeholders(@Nullable DataFile data, long seed) {
        this.data = data;
        this.seed = seed;
    }

    /**
     * The content of {@code --payload} or {@code --body}: see {@link Payload#bytesOf}.
     *
     * @throws IllegalArgumentException if it cannot be read; the message says why
     */
    public Template content(String text) {
        byte[] bytes = Payload.bytesOf(text);
        return text.startsWith("hex:") ? Template.fixed(bytes) : compile(bytes, Place.BODY);
    }

    /**
     * The same, which must not be empty.
     *
     * @throws IllegalArgumentException if it cannot be read, or is; the message says why
     */
    public Template payload(String text) {
        Template payload = content(text);
        if (payload.isFixed() && payload.bytes().length == 0) {
            throw new IllegalArgumentException("a payload has at least one byte");
        }
        return payload;
    }

    Template compile(String text, Place place) {
        return compile(text.getBytes(StandardCharsets.UTF_8), place);
    }

    /**
     * Cuts a text into what stays the same and what is filled in.
     *
     * @throws IllegalArgumentException if something in braces is meant to be filled in and cannot
     *     be; the message says why
     */
    Template compile(byte[] text, Place place) {
        Template.Builder template = new Template.Builder();
        int copied = 0;
        for (int i = 0; i < text.length; i++) {
            if (text[i] != '{') {
                continue;
            }
            boolean doubled = is(text, i + 1, '{');
            int begin = doubled ? i + 2 : i + 1;
            int end = end(text, begin);
            if (end < 0 || (doubled && !is(text, end + 1, '}'))) {
                continue;
            }
            String name = new String(text, begin, end - begin, StandardCharsets.UTF_8);
            if (doubled) {
                if (isMeant(name)) {
                    template.add(text, copied, i).add(text, i + 1, end + 1);
                    copied = end + 2;
                    i = end + 1;
                }
            } else if (isMeant(name)) {
                template.add(text, copied, i).add(piece(name, place));
                copied = end + 1;
                i = end;
            }
        }
        return copied == 0 ? Template.fixed(text) : template.add(text, copied, text.length).build();
    }

    private static boolean is(byte[] text, int at, char c) {
        return at < text.length && text[at] == c;
    }

    /** Where a name that begins at {@code begin} ends with a brace; -1 if it is none. */
    private static int end(byte[] text, int begin) {
        int most = Math.min(text.length, begin + MOST_NAME_BYTES);
        for (int i = begin; i < most; i++) {
            byte b = text[i];
            if (b == '}') {
                return i;
            }
            if (b == '{' || (b >= 0 && b < ' ')) {
                return -1;
            }
        }
        return -1;
    }

    /** Whether this in braces is to be filled in, or looks so much like it that it must be. */
    private boolean isMeant(String name) {
        return name.equals("seq")
                || name.equals("uuid")
                || isRandom(name)
                || (data != null && (data.has(name) || NAME.matcher(name).matches()));
    }

    private Piece piece(String name, Place place) {
        if (data != null && data.has(name)) {
            return new Piece.Value(data.column(name, place));
        }
        if (name.equals("seq")) {
            return new Piece.Sequence();
        }
        if (name.equals("uuid")) {
            return new Piece.Uuid(uuidSeed);
        }
        if (isRandom(name)) {
            return random(name);
        }
        throw new IllegalArgumentException(
                "'{"
                        + name
                        + "}' is no column of "
                        + data
                        + "; write {{"
                        + name
                        + "}} for the text itself");
    }

    private static boolean isRandom(String name) {
        return name.equals("random") || name.startsWith("random:");
    }

    private Piece random(String name) {
        Matcher random = RANDOM.matcher(name);
        int count = random.matches() ? Integer.parseInt(random.group(2)) : 0;
        if (count < 1 || count > MOST_RANDOM) {
            throw new IllegalArgumentException(
                    "'{"
                            + name
                            + "}': write {random:hex:16}, with hex, digits or alnum and a length"
                            + " from 1 to "
                            + MOST_RANDOM);
        }
        return new Piece.Random(alphabet(random.group(1)), count, nextSeed());
    }

    private static String alphabet(String kind) {
        return switch (kind) {
            case "hex" -> DIGITS + "abcdef";
            case "digits" -> DIGITS;
            default -> DIGITS + LETTERS;
        };
    }

    private long nextSeed() {
        randoms++;
        return Chance.mix(seed + randoms * Chance.STEP);
    }
}
