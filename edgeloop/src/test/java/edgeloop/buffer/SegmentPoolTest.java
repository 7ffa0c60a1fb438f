package edgeloop.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SegmentPoolTest {
    private static final long SLAB_BYTES = (long) SegmentPool.SLAB_SEGMENTS * Segment.BYTES;

    private final ScriptedSyscalls syscalls = new ScriptedSyscalls();
    private final SegmentPool pool = new SegmentPool(syscalls);
    private final List<Segment> taken = new ArrayList<>();

    @AfterEach
    void poolGivesEverythingBack() {
        taken.forEach(pool::give);
        assertThat(pool.taken()).isZero();
        pool.close();
        assertThat(syscalls.mappedBytes()).isZero();
        assertThat(pool.mappedBytes()).isZero();
    }

    @Test
    void nothingIsMappedUntilNeeded() {
        assertThat(pool.mappedBytes()).isZero();
        assertThat(syscalls.count(Call.MAP)).isZero();
    }

    @Test
    void slabServesAllItsSegmentsBeforeTheNextIsMapped() {
        take(SegmentPool.SLAB_SEGMENTS);
        assertThat(pool.mappedBytes()).isEqualTo(SLAB_BYTES);
        take(1);
        assertThat(pool.mappedBytes()).isEqualTo(2 * SLAB_BYTES);
        assertThat(pool.taken()).isEqualTo(SegmentPool.SLAB_SEGMENTS + 1);
    }

    @Test
    void segmentsDoNotOverlap() {
        take(2 * SegmentPool.SLAB_SEGMENTS);
        taken.forEach(segment -> assertThat(segment.memory.byteSize()).isEqualTo(Segment.BYTES));
        assertThat(taken.stream().map(segment -> segment.memory.address() / Segment.BYTES))
                .doesNotHaveDuplicates();
    }

    @Test
    void segmentGivenBackLastIsTakenFirst() {
        take(3);
        Segment first = taken.get(0);
        Segment second = taken.get(1);
        pool.give(first);
        pool.give(second);
        assertThat(pool.take()).isSameAs(second);
        assertThat(pool.take()).isSameAs(first);
    }

    @Test
    void segmentComesBackEmpty() {
        Segment segment = pool.take();
        segment.start = 10;
        segment.end = 20;
        pool.give(segment);
        take(1);
        assertThat(taken.getFirst()).isSameAs(segment);
        assertThat(segment.size()).isZero();
        assertThat(segment.space()).isEqualTo(Segment.BYTES);
        assertThat(segment.next).isNull();
    }

    @Test
    void slabsGoBackToTheKernelButForOne() {
        take(5 * SegmentPool.SLAB_SEGMENTS);
        assertThat(pool.mappedBytes()).isEqualTo(5 * SLAB_BYTES);
        giveAll();
        assertThat(pool.mappedBytes()).isEqualTo(SLAB_BYTES);
        assertThat(syscalls.mappedBytes()).isEqualTo(SLAB_BYTES);
    }

    @Test
    void oneSlabOnTheEdgeIsNotMappedAndUnmappedAgainAndAgain() {
        take(SegmentPool.SLAB_SEGMENTS);
        for (int i = 0; i < 100; i++) {
            pool.give(pool.take());
        }
        assertThat(syscalls.count(Call.MAP)).isEqualTo(2);
        assertThat(syscalls.count(Call.UNMAP)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyOrderOfGivingBackReturnsTheSlabs(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            take(random.nextInt(6 * SegmentPool.SLAB_SEGMENTS));
            Collections.shuffle(taken, random);
            int left = random.nextInt(taken.size() + 1);
            while (taken.size() > left) {
                pool.give(taken.removeLast());
            }
            assertThat(pool.taken()).isEqualTo(left);
            long slabsNeeded = Math.ceilDiv(left, SegmentPool.SLAB_SEGMENTS);
            assertThat(pool.mappedBytes()).isGreaterThanOrEqualTo(slabsNeeded * SLAB_BYTES);
        }
        giveAll();
        assertThat(pool.mappedBytes()).isLessThanOrEqualTo(SLAB_BYTES);
    }

    @Test
    void closingWithSegmentsInUseIsABug() {
        take(1);
        assertThatThrownBy(pool::close)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 segments");
    }

    private void take(int segments) {
        for (int i = 0; i < segments; i++) {
            taken.add(pool.take());
        }
    }

    private void giveAll() {
        taken.forEach(pool::give);
        taken.clear();
    }
}
