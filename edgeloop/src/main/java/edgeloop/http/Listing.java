package edgeloop.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The page that lists a directory. Names come from whoever may write there, so all is escaped. */
final class Listing {
    private static final String UNRESERVED = "-._~";

    private Listing() {}

    /**
     * The page in HTML.
     *
     * @param path the directory's, without the slash in front
     * @param names as {@link edgeloop.FileHandle#names} gives them
     * @param most the number of names after which no more were read
     */
    static String page(byte[] path, List<byte[]> names, int most) {
        String title = "/" + escapeHtml(text(path));
        var page = new StringBuilder(128 + 64 * names.size());
        page.append("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>")
                .append(title)
                .append("</title>\n<h1>")
                .append(title)
                .append("</h1>\n<ul>\n");
        if (path.length > 0) {
            page.append("<li><a href=\"../\">../</a>\n");
        }
        names.stream()
                .sorted(Arrays::compareUnsigned)
                .forEach(
                        name ->
                                page.append("<li><a href=\"./")
                                        .append(escapeUrl(name))
                                        .append("\">")
                                        .append(escapeHtml(text(name)))
                                        .append("</a>\n"));
        page.append("</ul>\n");
        if (names.size() == most) {
            page.append("<p>There are more.\n");
        }
        return page.toString();
    }

    private static String text(byte[] name) {
        return new String(name, StandardCharsets.UTF_8);
    }

    private static String escapeHtml(String text) {
        var escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static String escapeUrl(byte[] name) {
        var escaped = new StringBuilder(name.length);
        for (byte b : name) {
            if (Bytes.isAlpha(b) || Bytes.isDigit(b) || b == '/' || UNRESERVED.indexOf(b) >= 0) {
                escaped.append((char) b);
            } else {
                escaped.append('%').append(String.format("%02X", b));
            }
        }
        return escaped.toString();
    }
}
