package edgeloop.http.file;

import edgeloop.FileHandle;
import edgeloop.http.syntax.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The page that lists a directory. Names come from whoever may write there, so all is escaped. */
public final class Listing {
    /** Directories before files, and each by the bytes of the names. */
    public static final Comparator<Entry> ORDER =
            Comparator.comparing((Entry entry) -> !entry.directory)
                    .thenComparing(entry -> entry.name, Arrays::compareUnsigned);

    private static final String UNRESERVED = "-._~";
    private static final String HEX = "0123456789ABCDEF";

    // The years that are written with four digits.
    private static final long FIRST_SECOND = -62_167_219_200L;
    private static final long LAST_SECOND = 253_402_300_799L;

    /** A line of the page. */
    public static final class Entry {
        private final byte[] name;
        private final boolean directory;
        private final long size;
        private final long modifiedSeconds;

        public Entry(byte[] name, FileHandle file) {
            this.name = name;
            this.directory = file.isDirectory();
            this.size = file.size();
            this.modifiedSeconds = file.modified().getEpochSecond();
        }
    }

    private final List<Entry> entries;
    private final StringBuilder page;
    private int written;

    /**
     * A page that is yet to be written.
     *
     * @param path the directory's, without the slash in front
     * @param parent whether there is a link to the directory's parent
     * @param entries what is listed, in order
     * @param found the number of entries that were found, those among them
     * @param more whether there are others yet, which nobody has looked at
     */
    public Listing(byte[] path, boolean parent, List<Entry> entries, int found, boolean more) {
        this.entries = entries;
        page = new StringBuilder(256 + 128 * entries.size());
        String title = "/" + escapeHtml(text(path));
        page.append("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>")
                .append(title)
                .append("</title>\n<h1>")
                .append(title)
                .append("</h1>\n");
        if (found > entries.size() || more) {
            page.append("<p>The first ").append(entries.size()).append(" of ");
            page.append(more ? "more than " : "").append(found).append(" names.\n");
        }
        page.append("<table>\n");
        if (parent) {
            page.append("<tr><td><a href=\"../\">../</a>\n");
        }
    }

    /** Writes at most so many entries; answers how many. */
    public int write(int most) {
        int end = Math.min(written + most, entries.size());
        int n = end - written;
        while (written < end) {
            write(entries.get(written++));
        }
        return n;
    }

    private void write(Entry entry) {
        String slash = entry.directory ? "/" : "";
        page.append("<tr><td><a href=\"./");
        escapeUrl(entry.name);
        page.append(slash)
                .append("\">")
                .append(escapeHtml(text(entry.name)))
                .append(slash)
                .append("</a><td align=\"right\">");
        if (entry.directory) {
            page.append('-');
        } else {
            page.append(entry.size);
        }
        page.append("<td>").append(date(entry.modifiedSeconds)).append('\n');
    }

    public boolean isWritten() {
        return written == entries.size();
    }

    public String page() {
        return page + "</table>\n";
    }

    /** Such as {@code 2020-02-03 04:05:06 UTC}; a dash for what no calendar has. */
    private static String date(long epochSecond) {
        if (epochSecond < FIRST_SECOND || epochSecond > LAST_SECOND) {
            return "-";
        }
        LocalDateTime time = LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC);
        String seconds = time.getSecond() == 0 ? ":00" : ""; // toString leaves these out
        return time.toString().replace('T', ' ') + seconds + " UTC";
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

    private void escapeUrl(byte[] name) {
        for (byte b : name) {
            if (Bytes.isAlpha(b) || Bytes.isDigit(b) || UNRESERVED.indexOf(b) >= 0) {
                page.append((char) b);
            } else {
                page.append('%').append(HEX.charAt(b >> 4 & 0xf)).append(HEX.charAt(b & 0xf));
            }
        }
    }
}
