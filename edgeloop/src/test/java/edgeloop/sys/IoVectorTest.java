package edgeloop.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class IoVectorTest {
    private final Arena arena = Arena.ofConfined();
    private final IoVector vector = new IoVector(arena.allocate(IoVector.BYTES, 8));

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    @DisplayName("E15 a vector is full far below the kernel's 1,024 entries")
    void capacityIsBelowTheKernelsLimit() {
        MemorySegment piece = arena.allocate(1);
        int added = 0;
        while (!vector.isFull()) {
            vector.add(piece, 0, 1);
            added++;
        }
        assertThat(added).isEqualTo(IoVector.CAPACITY).isLessThan(1024);
        assertThat(vector.size()).isEqualTo(added);
        assertThatThrownBy(() -> vector.add(piece, 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        vector.clear();
        assertThat(vector.size()).isZero();
        assertThat(vector.isFull()).isFalse();
    }

    @Test
    void piecesAreTheMemoryThatWasAdded() {
        MemorySegment first = arena.allocateFrom("first");
        MemorySegment second = arena.allocateFrom("second");
        vector.add(first, 1, 3);
        vector.add(second, 0, 6);
        assertThat(vector.piece(0).toArray(JAVA_BYTE)).isEqualTo("irs".getBytes(US_ASCII));
        assertThat(vector.piece(1).toArray(JAVA_BYTE)).isEqualTo("second".getBytes(US_ASCII));
        assertThatThrownBy(() -> vector.piece(2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void pieceBeyondItsMemoryIsRefused() {
        MemorySegment piece = arena.allocate(10);
        assertThatThrownBy(() -> vector.add(piece, 5, 6))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> vector.add(piece, -1, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(vector.size()).isZero();
    }
}
