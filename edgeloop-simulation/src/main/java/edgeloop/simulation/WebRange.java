package edgeloop.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Range header, and what of a file it stands for: RFC 9110 section 14, as docs/HTTP.md narrows it
 * down.
 */
final class WebRange {
    /**
     * First and last byte; of a suffix the first is -1 and the last its length, and where there is
     * no last one that is -1.
     *
     * @param first from 0
     * @param last inclusive
     */
    record Span(int first, int last) {
        @Override
        public String toString() {
            return (first < 0 ? "" : first) + "-" + (last < 0 ? "" : last);
        }
    }

    private final List<Span> asked;
    private final String text;
    private final boolean malformed;

    private WebRange(List<Span> asked, String text, boolean malformed) {
        this.asked = asked;
        this.text = text;
        this.malformed = malformed;
    }

    /** Draws one that has to do with a file of {@code length} bytes. */
    static WebRange draw(Choices choices, int length) {
        int draw = choices.below(16);
        if (draw == 0) {
            String[] texts = {"bytes=", "bytes=a-b", "lines=1-2", "bytes=5-2", "bytes=--1", "5-9"};
            return new WebRange(List.of(), texts[choices.below(texts.length)], true);
        }
        int count = draw < 12 ? 1 : draw == 15 ? choices.between(15, 18) : choices.between(2, 4);
        List<Span> spans = new ArrayList<>();
        StringBuilder text = new StringBuilder("bytes=");
        for (int i = 0; i < count; i++) {
            Span span = drawSpan(choices, length);
            spans.add(span);
            text.append(i == 0 ? "" : choices.below(2) == 0 ? "," : " , ").append(span);
        }
        return new WebRange(spans, text.toString(), false);
    }

    private static Span drawSpan(Choices choices, int length) {
        int first = choices.below(length + 2);
        return switch (choices.below(8)) {
            case 0 -> new Span(-1, choices.magnitude(0, length + 2));
            case 1 -> new Span(first, -1);
            case 2 -> new Span(length + choices.below(3), length + 10);
            case 3 -> new Span(Math.max(0, length - 1), length - 1 + choices.below(2));
            case 4 -> new Span(0, choices.below(3));
            default -> new Span(first, first + choices.magnitude(0, length + 1));
        };
    }

    /** Of a file of {@code length} bytes; null where all of it is to be answered. */
    @Nullable List<Span> of(int length) {
        if (malformed || asked.size() > 16) {
            return null;
        }
        List<Span> spans = new ArrayList<>();
        long total = 0;
        for (Span span : asked) {
            boolean suffix = span.first < 0;
            if (suffix && length == 0 && span.last > 0) {
                return null;
            }
            int first = suffix ? Math.max(0, length - span.last) : span.first;
            int last = suffix || span.last < 0 ? length - 1 : Math.min(span.last, length - 1);
            if (first <= last && first < length) {
                spans.add(new Span(first, last));
                total += last - first + 1;
            }
        }
        return spans.size() > 1 && total > length ? null : spans;
    }

    @Override
    public String toString() {
        return text;
    }
}
