package edgeloop.buffer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A range of a file that is to be sent: {@code left} bytes from {@code offset}. */
public final class FilePiece extends Piece {
    private @Nullable SharedDescriptor file;
    long offset;
    long left;

    private boolean toBeRead;

    /** The file's descriptor. */
    public int descriptor() {
        return file().fd();
    }

    /** Where in the file it begins. */
    public long offset() {
        return offset;
    }

    /** Its length in bytes. */
    public long left() {
        return left;
    }

    /** Whether it is to be read, and the bytes sent: its file's system has no sendfile(2). */
    public boolean isToBeRead() {
        return toBeRead;
    }

    /** Has the rest of it read. */
    public void read() {
        toBeRead = true;
    }

    private SharedDescriptor file() {
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
