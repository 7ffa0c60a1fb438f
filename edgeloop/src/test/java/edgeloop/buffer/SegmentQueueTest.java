package edgeloop.buffer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.ScriptedSyscalls;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SegmentQueueTest {
    private final SegmentPool pool =
            new SegmentPool(new ScriptedSyscalls(), new MemoryBudget(Long.MAX_VALUE), _ -> {});
    private final SegmentQueue queue = new SegmentQueue();
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void nothingIsKept() {
        queue.clear(pool);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(pool.taken()).isZero();
        pool.close();
        arena.close();
    }

    @Test
    void bytesStayInOrderAcrossSegments() {
        byte[] bytes = QueuedBytes.random(5 * Segment.BYTES + 17);
        append(bytes, 0, 3);
        append(bytes, 3, Segment.BYTES);
        append(bytes, 3 + Segment.BYTES, bytes.length - 3 - Segment.BYTES);
        assertThat(queue.size()).isEqualTo(bytes.length);
        assertThat(QueuedBytes.of(queue)).isEqualTo(bytes);
        assertThat(pool.taken()).isEqualTo(6);
    }

    @Test
    void nativeMemoryIsAppendedLikeAnArray() {
        byte[] bytes = QueuedBytes.random(2 * Segment.BYTES);
        MemorySegment memory = arena.allocateFrom(JAVA_BYTE, bytes);
        queue.append(pool, memory, 100, bytes.length - 100);
        assertThat(QueuedBytes.of(queue)).isEqualTo(Arrays.copyOfRange(bytes, 100, bytes.length));
    }

    @Test
    void smallAppendsShareASegment() {
        for (int i = 0; i < 100; i++) {
            append(new byte[] {(byte) i}, 0, 1);
        }
        assertThat(pool.taken()).isEqualTo(1);
        assertThat(queue.size()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
    void anyMixOfAppendsAndRemovalsKeepsTheOrder(long seed) {
        Random random = new Random(seed);
        var appended = new ByteArrayOutputStream();
        int removed = 0;
        for (int i = 0; i < 100; i++) {
            byte[] bytes = new byte[random.nextInt(3 * Segment.BYTES)];
            random.nextBytes(bytes);
            append(bytes, 0, bytes.length);
            appended.writeBytes(bytes);
            int length = random.nextInt((int) queue.size() + 1);
            queue.remove(pool, length);
            removed += length;
            byte[] left = Arrays.copyOfRange(appended.toByteArray(), removed, appended.size());
            assertThat(QueuedBytes.of(queue)).isEqualTo(left);
        }
    }

    @Test
    void whatIsPutInFrontComesFirst() {
        append(new byte[] {3, 4}, 0, 2);
        Segment segment = pool.take();
        segment.memory().copyFrom(MemorySegment.ofArray(new byte[] {1, 2}));
        segment.filled(2);
        queue.prepend(segment);
        assertThat(QueuedBytes.of(queue)).containsExactly(1, 2, 3, 4);
        append(new byte[] {5}, 0, 1);
        assertThat(QueuedBytes.of(queue)).containsExactly(1, 2, 3, 4, 5);
    }

    private void append(byte[] bytes, int offset, int length) {
        queue.append(pool, bytes, offset, length);
    }
}
