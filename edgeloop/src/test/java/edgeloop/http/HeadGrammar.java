package edgeloop.http;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a head may be, written a second time and otherwise than the parser: as regular expressions
 * taken from the RFCs, one per line. Whether a text may yet become right is asked of {@link
 * Matcher#hitEnd}: some way through the expression leads to the text's end, and from there on, as
 * from everywhere in these expressions, to a match.
 *
 * <p>The limits on lengths are not in it.
 */
final class HeadGrammar {
    private static final String HEX = "[0-9A-Fa-f]";
    private static final String H16 = HEX + "{1,4}";
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9][0-9]|[0-9])";
    private static final String IPV4 = OCTET + "(?:\\." + OCTET + "){3}";
    private static final String LS32 = "(?:" + H16 + ":" + H16 + "|" + IPV4 + ")";

    /** RFC 3986 section 3.2.2, line by line. */
    private static final String IPV6 =
            ("(?:(?:H:){6}L"
                            + "|::(?:H:){5}L"
                            + "|(?:H)?::(?:H:){4}L"
                            + "|(?:(?:H:){0,1}H)?::(?:H:){3}L"
                            + "|(?:(?:H:){0,2}H)?::(?:H:){2}L"
                            + "|(?:(?:H:){0,3}H)?::H:L"
                            + "|(?:(?:H:){0,4}H)?::L"
                            + "|(?:(?:H:){0,5}H)?::H"
                            + "|(?:(?:H:){0,6}H)?::)")
                    .replace("H", H16)
                    .replace("L", LS32);

    private static final String UNRESERVED_OR_SUB_DELIMS = "[A-Za-z0-9\\-._~!$&'()*+,;=]";
    private static final String FUTURE =
            "[vV]" + HEX + "+\\.(?:" + UNRESERVED_OR_SUB_DELIMS + "|:)+";
    private static final String NAME = "(?:" + UNRESERVED_OR_SUB_DELIMS + "|%" + HEX + HEX + ")+";
    private static final String PORT =
            "(?::0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}"
                    + "|655[0-2][0-9]|6553[0-5])?)?";
    private static final String HOST =
            "(?:\\[(?:" + IPV6 + "|" + FUTURE + ")\\]|" + NAME + ")" + PORT;

    private static final String TARGET_BYTES = "[!-\"$-~]*";
    private static final Pattern REQUEST_LINE =
            pattern(
                    "(?:\\r\\n)?(?:OPTIONS \\*|(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (?:/"
                            + TARGET_BYTES
                            + "|(?i:https?://)"
                            + HOST
                            + "(?:[/?]"
                            + TARGET_BYTES
                            + ")?)) HTTP/1\\.[0-9]\\r\\n");

    private static final String TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
    private static final String BLANKS = "[ \\t]*";
    private static final String OTHER =
            "(?!(?i:host|content-length|transfer-encoding|expect):)"
                    + TOKEN
                    + ":[\\t -~\\x80-\\xff]*\\r\\n";

    private static final Pattern[] LINES = new Pattern[32];

    private boolean hostSeen;
    private boolean lengthSeen;
    private boolean codingSeen;
    private boolean version10;
    private boolean forServer;

    /** How many bytes of {@code text} may be the beginning of a head. */
    int viable;

    /** Whether these are a whole head. */
    boolean complete;

    HeadGrammar(String text) {
        Pattern expected = REQUEST_LINE;
        while (!complete) {
            int end =
                    lineEnd(text, expected == REQUEST_LINE && text.startsWith("\r\n") ? 2 : viable);
            String line = text.substring(viable, end);
            if (!expected.matcher(line).matches()) {
                viable += viable(expected, line);
                return;
            }
            viable = end;
            if (expected == REQUEST_LINE) {
                version10 = line.endsWith("0\r\n");
                forServer = line.contains("OPTIONS * ");
            } else {
                note(line);
            }
            expected = lines();
            complete = line.equals("\r\n");
        }
    }

    private static int lineEnd(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end + 1;
    }

    /** The longest beginning of a line that may become right. */
    @SuppressWarnings("JdkObsolete") // what may yet come is the question here
    private static int viable(Pattern expected, String line) {
        int good = 0;
        int bad = line.length() + 1;
        while (bad - good > 1) {
            int middle = (good + bad) / 2;
            Matcher matcher = expected.matcher(line).region(0, middle);
            if (matcher.matches() || matcher.hitEnd()) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return good;
    }

    private void note(String line) {
        String lower = line.toLowerCase(Locale.ROOT);
        hostSeen |= lower.startsWith("host:");
        lengthSeen |= lower.startsWith("content-length:");
        codingSeen |= lower.startsWith("transfer-encoding:");
    }

    /** The lines that may follow. */
    private Pattern lines() {
        int context =
                (hostSeen ? 1 : 0)
                        | (lengthSeen ? 2 : 0)
                        | (codingSeen ? 4 : 0)
                        | (version10 ? 8 : 0)
                        | (forServer ? 16 : 0);
        Pattern lines = LINES[context];
        if (lines == null) {
            lines =
                    pattern(
                            OTHER
                                    + field("expect", "(?i:100-continue)")
                                    + (hostSeen || version10 ? "|\\r\\n" : "")
                                    + (hostSeen
                                            ? ""
                                            : field("host", forServer ? "(?:" + HOST + ")?" : HOST))
                                    + (lengthSeen || codingSeen
                                            ? ""
                                            : field("content-length", "[0-9]{1,18}"))
                                    + (lengthSeen || codingSeen || version10
                                            ? ""
                                            : field("transfer-encoding", "(?i:chunked)")));
            LINES[context] = lines;
        }
        return lines;
    }

    private static String field(String name, String value) {
        return "|(?i:" + name + "):" + BLANKS + value + BLANKS + "\\r\\n";
    }

    private static Pattern pattern(String expression) {
        return Pattern.compile(expression);
    }
}
