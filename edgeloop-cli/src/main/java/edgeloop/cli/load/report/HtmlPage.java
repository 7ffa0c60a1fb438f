package edgeloop.cli.load.report;

import edgeloop.cli.load.message.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** What all pages are made of: one file that needs no network, with its style inside. */
final class HtmlPage {
    private static final String TEMPLATE = "report.html";

    private HtmlPage() {}

    /**
     * @param title as text
     * @param body as HTML
     */
    static String of(String title, String body) {
        return template().replace("@title@", escape(title)).replace("@body@", body);
    }

    private static String template() {
        try (InputStream page = HtmlPage.class.getResourceAsStream(TEMPLATE)) {
            return new String(
                    Objects.requireNonNull(page, TEMPLATE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Also the sign that marks what the template leaves open. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("@", "&#64;");
    }

    /**
     * One of a legend's entries.
     *
     * @param series its class in the style sheet
     */
    record Key(String series, String name) {
        static Key of(String series) {
            return new Key(series, series);
        }
    }

    static String section(String title, String content, List<Key> legend) {
        StringBuilder section = new StringBuilder("<section>\n<h2>" + title + "</h2>\n");
        if (!legend.isEmpty()) {
            section.append("<p class=\"legend\">");
            for (Key key : legend) {
                section.append(
                        Text.format(
                                "<span class=\"%s\">%s</span> ", key.series(), escape(key.name())));
            }
            section.append("</p>\n");
        }
        return section.append(content).append("</section>\n").toString();
    }

    /** A table whose first row is its head; cells are text. */
    static String table(List<List<String>> rows) {
        StringBuilder table = new StringBuilder("<div class=\"table\"><table>\n");
        for (int i = 0; i < rows.size(); i++) {
            String cell = i == 0 ? "th" : "td";
            table.append("<tr>");
            for (String text : rows.get(i)) {
                table.append(Text.format("<%s>%s</%s>", cell, escape(text), cell));
            }
            table.append("</tr>\n");
        }
        return table.append("</table></div>\n").toString();
    }
}
