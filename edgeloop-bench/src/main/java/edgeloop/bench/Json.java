package edgeloop.bench;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Writes maps, lists, numbers and strings as JSON (RFC 8259). */
final class Json {
    private Json() {}

    static String write(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(e -> quote(e.getKey().toString()) + ":" + write(e.getValue()))
                            .collect(Collectors.joining(",", "{", "}"));
            case Iterable<?> items ->
                    StreamSupport.stream(items.spliterator(), false)
                            .map(Json::write)
                            .collect(Collectors.joining(",", "[", "]"));
            case Number number -> number.toString();
            default -> quote(value.toString());
        };
    }

    private static String quote(String text) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
