package edgeloop.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SegmentPoolTest {
    private static final long SLAB_BYTES = (long) SegmentPool.SLAB_SEGMENTS * Segment.BYTES;

    private final ScriptedSyscalls syscalls = new ScriptedSyscalls();
    private final List<Integer> failures = new ArrayList<>();
    private final SegmentPool pool = pool(new MemoryBudget(Long.MAX_VALUE));
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

    @Test
    @DisplayName("E67 pools of one budget hold no more than it has, and share what is left")
    void poolsShareABudget() {
        var budget = new MemoryBudget(16L * 1024 * 1024);
        var first = pool(budget);
        var second = pool(budget);
        List<Segment> inFirst = takeAll(first);
        assertThat(inFirst).hasSize(16 * SegmentPool.SLAB_SEGMENTS);
        assertThat(first.mappedBytes()).isEqualTo(16 * SLAB_BYTES);
        assertThat(takeAll(second)).isEmpty();

        inFirst.forEach(first::give);
        List<Segment> inSecond = takeAll(second);
        assertThat(inSecond).hasSize(15 * SegmentPool.SLAB_SEGMENTS); // the first keeps a slab
        inSecond.forEach(second::give);
        first.close();
        second.close();
    }

    @ParameterizedTest
    @CsvSource({"16384, 1", "1000000, 4", "1048576, 8", "16777216, 128", "1073741824, 128"})
    @DisplayName("E67 a small budget comes in small slabs")
    void aSmallBudgetComesInSmallSlabs(long bytes, int segments) {
        var small = pool(new MemoryBudget(bytes));
        Segment segment = small.take();
        assertThat(small.mappedSegments()).isEqualTo(segments);
        small.give(segment);
        small.close();
    }

    @Test
    @DisplayName("E67 where the kernel refuses memory there is no segment, and then again there is")
    void refusedMemoryIsNoError() {
        syscalls.answerNext(Call.MAP, -Errno.ENOMEM);
        assertThat(pool.take()).isNull();
        assertThat(pool.mappedBytes()).isZero();
        take(1);
    }

    private static List<Segment> takeAll(SegmentPool from) {
        List<Segment> all = new ArrayList<>();
        for (Segment segment = from.take(); segment != null; segment = from.take()) {
            all.add(segment);
        }
        return all;
    }

    private SegmentPool pool(MemoryBudget budget) {
        return new SegmentPool(syscalls, budget, failures::add);
    }

    @Test
    @DisplayName("E66 memory that the kernel does not take back is told of")
    void memoryThatIsNotTakenBackIsToldOf() {
        take(2 * SegmentPool.SLAB_SEGMENTS);
        syscalls.answerNext(Call.UNMAP, -Errno.ENOMEM);
        giveAll();
        assertThat(failures).containsExactly(Errno.ENOMEM);
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
