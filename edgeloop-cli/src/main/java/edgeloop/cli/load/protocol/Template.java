package edgeloop.cli.load.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** A request, or a part of one, cut once into what stays the same and what is filled in. */
public final class Template {
    private final Piece[] pieces;
    private final boolean usesRow;

    private Template(List<Piece> pieces) {
        this.pieces = pieces.toArray(Piece[]::new);
        this.usesRow = pieces.stream().anyMatch(Piece.Value.class::isInstance);
    }

    /** These bytes, always the same; not a copy. */
    public static Template fixed(byte[] bytes) {
        return new Template(List.of(new Piece.Literal(bytes)));
    }

    /** Whether it is always the same. */
    boolean isFixed() {
        for (Piece piece : pieces) {
            if (!(piece instanceof Piece.Literal)) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is filled in with values of a row. */
    boolean usesRow() {
        return usesRow;
    }

    /** No request has more of it. */
    long mostBytes() {
        long most = 0;
        for (Piece piece : pieces) {
            most += piece.mostBytes();
        }
        return most;
    }

    int length(long number, int row) {
        int length = 0;
        for (Piece piece : pieces) {
            length += piece.length(number, row);
        }
        return length;
    }

    /** Writes it from the beginning of {@code to} on, and answers its length. */
    int write(byte[] to, long number, int row) {
        int at = 0;
        for (Piece piece : pieces) {
            at = piece.write(to, at, number, row);
        }
        return at;
    }

    /** What is always the same: to be asked of such a template alone. */
    byte[] bytes() {
        if (pieces.length == 1 && pieces[0] instanceof Piece.Literal whole) {
            return whole.bytes(); // which may be large
        }
        byte[] bytes = new byte[length(0, 0)];
        write(bytes, 0, 0);
        return bytes;
    }

    /** Puts a template together. */
    static final class Builder {
        private final List<Piece> pieces = new ArrayList<>();

        Builder add(byte[] bytes, int from, int to) {
            if (from < to) {
                byte[] part = Arrays.copyOfRange(bytes, from, to);
                pieces.add(new Piece.Literal(part));
            }
            return this;
        }

        Builder add(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return add(bytes, 0, bytes.length);
        }

        Builder add(Piece piece) {
            pieces.add(piece);
            return this;
        }

        Builder add(Template template) {
            Collections.addAll(pieces, template.pieces);
            return this;
        }

        Template build() {
            return new Template(pieces);
        }
    }
}
