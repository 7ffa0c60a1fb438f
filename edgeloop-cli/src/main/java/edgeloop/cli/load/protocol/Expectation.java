package edgeloop.cli.load.protocol;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What {@code --expect} says: {@code echo}, {@code length:N}, {@code until:TEXT}, {@code
 * pattern:REGEX}, {@code hex:DIGITS}, or the exact text of every answer, which {@code exact:} may
 * stand before.
 *
 * @param text as the user wrote it
 */
public record Expectation(String text) {
    static final Expectation ECHO = new Expectation("echo");

    /**
     * Makes the reader of such answers.
     *
     * @param sent what is sent, for an echo
     * @throws IllegalArgumentException if the text is none of the forms; the message says why
     */
    public AnswerReader reader(RequestSource sent) {
        if (text.equals("echo")) {
            return switch (sent) {
                case Payload payload -> new FixedAnswer(payload.bytes());
                case RequestMix mix -> new EchoAnswer(mix);
            };
        }
        int colon = text.indexOf(':');
        String rest = text.substring(colon + 1);
        return switch (colon < 0 ? "" : text.substring(0, colon)) {
            case "length" -> new FixedAnswer(length(rest));
            case "until" -> new DelimitedAnswer(nonEmpty(Escapes.bytes(rest)));
            case "pattern" -> new PatternAnswer(pattern(rest));
            case "hex" -> new FixedAnswer(nonEmpty(Escapes.hex(rest)));
            case "exact" -> new FixedAnswer(nonEmpty(Escapes.bytes(rest)));
            default -> new FixedAnswer(nonEmpty(Escapes.bytes(text)));
        };
    }

    private static int length(String digits) {
        try {
            int length = Integer.parseInt(digits);
            if (length > 0) {
                return length;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "a length is from 1 to " + Integer.MAX_VALUE + ", not '" + digits + "'");
    }

    private static Pattern pattern(String regex) {
        try {
            Pattern pattern = Pattern.compile(regex);
            if (pattern.matcher("").matches()) {
                throw new IllegalArgumentException("the pattern matches nothing at all");
            }
            return pattern;
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "not a regular expression: " + e.getDescription(), e);
        }
    }

    private static byte[] nonEmpty(byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("an answer has at least one byte");
        }
        return bytes;
    }
}
