package edgeloop.bench;

import java.util.Locale;

/**
 * One load: so many connections, bytes per request, requests under way on each connection, and how
 * many of the connections talk. Written {@code connections[:size[:depth]]}, such as {@code
 * 1000:4096:16}.
 */
record Row(int connections, int size, int depth, int talking) {
    static final int DEFAULT_SIZE = 64;

    Row {
        if (connections < 1 || size < 1 || depth < 1 || talking < 1) {
            throw new IllegalArgumentException("every number of a row is at least 1");
        }
    }

    Row(int connections, int size, int depth) {
        this(connections, size, depth, connections);
    }

    /** Of so many connections so many talk, and the others are silent. */
    static Row crowd(int connections, int talking) {
        return new Row(connections, DEFAULT_SIZE, 1, talking);
    }

    boolean isCrowd() {
        return talking < connections;
    }

    static Row parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length > 3) {
            throw new IllegalArgumentException("a row is connections[:size[:depth]]");
        }
        return new Row(
                Integer.parseInt(parts[0]),
                parts.length > 1 ? Integer.parseInt(parts[1]) : DEFAULT_SIZE,
                parts.length > 2 ? Integer.parseInt(parts[2]) : 1);
    }

    /** Small requests, one at a time: what a fixed rate of requests is offered with. */
    boolean isPlain() {
        return size == DEFAULT_SIZE && depth == 1 && !isCrowd();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d connections%s, %,d bytes, depth %d",
                connections,
                isCrowd() ? ", of which " + talking + " talk" : "",
                size,
                depth);
    }
}
