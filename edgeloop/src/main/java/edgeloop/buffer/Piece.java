package edgeloop.buffer;

import org.jspecify.annotations.Nullable;

/** A part of a {@link SegmentQueue}: bytes in memory, or a range of a file. */
public abstract sealed class Piece permits Segment, FilePiece {
    /** The next in a queue, or in a list of free ones. */
    @Nullable Piece next;

    Piece() {}

    /** What is to be sent after it, or null. */
    public final @Nullable Piece next() {
        return next;
    }
}
