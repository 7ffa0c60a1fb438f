package edgeloop.buffer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A range of a file that is to be sent: {@code left} bytes from {@code offset}. */
final class FilePiece extends Piece {
    private @Nullable SharedDescriptor file;
    long offset;
    long left;

    /** The file's system has no sendfile(2): it is read, and the bytes are sent. */
    boolean toBeRead;

    SharedDescriptor file() {
        return Objects.requireNonNull(file);
    }

    void hold(SharedDescriptor newFile, long newOffset, long length) {
        newFile.retain();
        file = newFile;
        offset = newOffset;
        left = length;
        toBeRead = false;
    }

    void letGo() {
        file().release();
        file = null;
    }
}
