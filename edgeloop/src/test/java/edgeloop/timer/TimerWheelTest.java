package edgeloop.timer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimerWheelTest {
    private TimerWheel wheel = new TimerWheel(Integer.MAX_VALUE);
    private final List<String> expired = new ArrayList<>();

    private static final class Task extends Timer {
        private final Runnable task;

        Task(Runnable task) {
            this.task = task;
        }

        boolean isPending() {
            return isSet();
        }

        @Override
        protected void expire() {
            task.run();
        }
    }

    private Task add(String name, long deadlineTick) {
        return add(deadlineTick, () -> expired.add(name));
    }

    private Task add(long deadlineTick, Runnable task) {
        var timeout = new Task(task);
        wheel.add(timeout, deadlineTick);
        return timeout;
    }

    @Test
    void emptyWheelHasNoDeadline() {
        assertThat(wheel.nextDeadlineTick()).isEqualTo(TimerWheel.NEVER);
        wheel.advance(1L << 40);
        assertThat(wheel.nextDeadlineTick()).isEqualTo(TimerWheel.NEVER);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 63, 64, 65, 4095, 4096, 4097, 262_143, 262_144, 1L << 30, 1L << 41})
    void timerExpiresAtItsTickAndNotBefore(long deadline) {
        Task timeout = add("a", deadline);
        assertThat(wheel.nextDeadlineTick()).isEqualTo(deadline);
        wheel.advance(deadline - 1);
        assertThat(expired).isEmpty();
        assertThat(timeout.isPending()).isTrue();
        wheel.advance(deadline);
        assertThat(expired).containsExactly("a");
        assertThat(timeout.isPending()).isFalse();
        assertThat(wheel.size()).isZero();
    }

    @Test
    @DisplayName("E37 timers of one deadline expire in the order in which they were set")
    void equalDeadlinesKeepTheirOrder() {
        long deadline = 10_000;
        add("a", deadline); // from far away
        wheel.advance(9_000);
        add("b", deadline); // from nearer
        wheel.advance(deadline - 1);
        add("c", deadline); // from the tick before
        add("d", deadline);
        wheel.advance(deadline);
        assertThat(expired).containsExactly("a", "b", "c", "d");
    }

    @Test
    @DisplayName("E37 a long jump lets all expire in the order of their deadlines")
    void longJumpKeepsTheOrder() {
        long[] deadlines = {5, 1L << 33, 70, 4_000, 71, 1, 300_000, 69, 1L << 20};
        for (long deadline : deadlines) {
            add(String.valueOf(deadline), deadline);
        }
        wheel.advance(TimerWheel.MAX_TICK);
        assertThat(expired)
                .containsExactly(
                        "1", "5", "69", "70", "71", "4000", "300000", "1048576", "8589934592");
    }

    @Test
    @DisplayName("E37 a delay of zero, and one in the past, expire at the next tick")
    void zeroAndPastDeadlinesExpireAtTheNextTick() {
        wheel.advance(1000);
        add("zero", 1000);
        add("past", 3);
        add("negative", -7);
        assertThat(wheel.nextDeadlineTick()).isEqualTo(1001);
        wheel.advance(1000);
        assertThat(expired).isEmpty();
        wheel.advance(1001);
        assertThat(expired).containsExactly("zero", "past", "negative");
    }

    @Test
    @DisplayName("E37 a huge deadline is as far as the wheel reaches")
    void hugeDeadlineIsTheEndOfTheWheel() {
        add("far", Long.MAX_VALUE);
        assertThat(wheel.nextDeadlineTick()).isEqualTo(TimerWheel.MAX_TICK);
        wheel.advance(TimerWheel.MAX_TICK);
        assertThat(expired).containsExactly("far");
    }

    @Test
    @DisplayName("E37 a timer set with no delay in a callback does not expire in the same advance")
    void timerSetInACallbackWaitsForTheNextTick() {
        Runnable again =
                new Runnable() {
                    @Override
                    public void run() {
                        expired.add("again");
                        add(0, this);
                    }
                };
        add(10, again);
        wheel.advance(500);
        assertThat(expired).hasSize(1);
        wheel.advance(501);
        assertThat(expired).hasSize(2);
    }

    @Test
    @DisplayName(
            "E37 a timer can cancel itself and others in its callback, each fires once at most")
    void callbackCancelsItselfAndOthers() {
        List<Task> timers = new ArrayList<>();
        for (long deadline : new long[] {10, 10, 10, 11, 90, 5_000}) {
            int self = timers.size();
            timers.add(
                    add(
                            deadline,
                            () -> {
                                expired.add(String.valueOf(self));
                                assertThat(timers.get(self).isPending()).isFalse();
                                for (int other : new int[] {1, 3, 4}) {
                                    if (timers.get(other).isPending()) {
                                        wheel.remove(timers.get(other));
                                    }
                                }
                            }));
        }
        wheel.advance(10_000);
        assertThat(expired).containsExactly("0", "2", "5");
        assertThat(wheel.size()).isZero();
    }

    @Test
    void removedTimerNeverExpires() {
        Task first = add("first", 50);
        Task second = add("second", 50);
        Task third = add("third", 50);
        wheel.remove(second);
        wheel.advance(50);
        assertThat(expired).containsExactly("first", "third");
        assertThat(List.of(first, second, third)).noneMatch(Task::isPending);
    }

    @Test
    void timerCanBeSetAgain() {
        Task timeout = add("a", 50);
        wheel.advance(50);
        wheel.add(timeout, 60);
        wheel.advance(60);
        assertThat(expired).containsExactly("a", "a");
    }

    @Test
    void timeThatDoesNotGoOnExpiresNothing() {
        wheel.advance(100);
        add("a", 101);
        wheel.advance(100);
        wheel.advance(50);
        assertThat(expired).isEmpty();
    }

    @Test
    @DisplayName("E63 an advance does no more than its budget, and the next one goes on")
    void budgetCutsAnAdvance() {
        wheel = new TimerWheel(3);
        for (int i = 0; i < 5; i++) {
            add(String.valueOf(i), 7);
        }
        wheel.advance(7);
        assertThat(expired).containsExactly("0", "1", "2");
        assertThat(wheel.isBehind()).isTrue();
        assertThat(wheel.size()).isEqualTo(2);
        wheel.advance(7);
        assertThat(expired).containsExactly("0", "1", "2", "3", "4");
        assertThat(wheel.isBehind()).isFalse();
    }

    @Test
    @DisplayName("E63 a budget that just suffices leaves nothing behind")
    void exhaustedBudgetIsNotBehind() {
        wheel = new TimerWheel(3);
        for (int i = 0; i < 3; i++) {
            add(String.valueOf(i), 7);
        }
        add("later", 9);
        wheel.advance(7);
        assertThat(expired).hasSize(3);
        assertThat(wheel.isBehind()).isFalse();
        assertThat(wheel.nextDeadlineTick()).isEqualTo(9);
    }

    @Test
    @DisplayName(
            "E63 moving timers down costs of the budget too, and keeps the order where it ends")
    void budgetCutsACascade() {
        wheel = new TimerWheel(2);
        Task[] timers = new Task[5];
        for (int i = 0; i < timers.length; i++) {
            timers[i] = add(String.valueOf(i), 5_000);
        }
        wheel.advance(4_999);
        assertThat(expired).isEmpty();
        assertThat(wheel.isBehind()).isTrue();
        add("set meanwhile", 5_000); // must not overtake those that are yet to be moved
        wheel.remove(timers[3]);
        for (int i = 0; wheel.isBehind(); i++) {
            assertThat(i).isLessThan(10);
            wheel.advance(4_999);
        }
        assertThat(expired).isEmpty();
        for (int i = 0; i < 4; i++) {
            wheel.advance(5_000);
        }
        assertThat(expired).containsExactly("0", "1", "2", "4", "set meanwhile");
    }

    @Test
    @DisplayName("E63 a cascade whose rest is cancelled is over")
    void restOfACascadeIsCancelled() {
        wheel = new TimerWheel(1);
        add("first", 100);
        Task second = add("second", 100);
        wheel.advance(64);
        assertThat(wheel.isBehind()).isTrue();
        wheel.remove(second);
        add("third", 100);
        wheel.advance(64);
        assertThat(wheel.isBehind()).isFalse();
        wheel.advance(100);
        wheel.advance(100);
        assertThat(expired).containsExactly("first", "third");
        assertThat(wheel.size()).isZero();
    }

    @Test
    @DisplayName("E63 a timer set with no delay while the wheel is behind waits until it is not")
    void timerSetWhileBehindIsLast() {
        wheel = new TimerWheel(1);
        add("a", 10);
        add("b", 10);
        add("c", 11);
        wheel.advance(20);
        add("meanwhile", 0);
        wheel.advance(20);
        wheel.advance(20);
        wheel.advance(20);
        assertThat(expired).containsExactly("a", "b", "c");
        wheel.advance(21);
        assertThat(expired).containsExactly("a", "b", "c", "meanwhile");
    }

    /** A timer of the reference model: a plain list, searched from end to end. */
    private static final class Expected {
        final int number;
        final long deadline;
        Task timeout;

        Expected(int number, long deadline) {
            this.number = number;
            this.deadline = deadline;
        }
    }

    /** Random use, in callbacks too, against {@link Expected}. The seed is the test's name. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20_260_101, -1, Long.MIN_VALUE})
    @DisplayName("E37 any use expires what a sorted list would, in its order")
    void anyUseIsThatOfASortedList(long seed) {
        new RandomUse(seed).run();
    }

    @ParameterizedTest(name = "budget {0}")
    @ValueSource(ints = {1, 2, 3, 5, 8, 13, 64})
    @DisplayName("E63 any use with a budget expires what a sorted list would, in its order")
    void anyUseWithABudgetIsThatOfASortedList(int budget) {
        for (long seed = 1; seed <= 10; seed++) {
            wheel = new TimerWheel(budget);
            new RandomUse(seed).run();
        }
    }

    private final class RandomUse {
        final Random random;
        final List<Expected> pending = new ArrayList<>();
        final List<Integer> fired = new ArrayList<>();
        long now;
        long target;
        int numbers;

        RandomUse(long seed) {
            random = new Random(seed);
        }

        void run() {
            for (int step = 0; step < 3_000; step++) {
                act();
                checkNextDeadline();
                if (random.nextInt(4) == 0) {
                    advance();
                }
            }
            while (!pending.isEmpty()) {
                advance();
            }
            assertThat(wheel.size()).isZero();
            assertThat(wheel.nextDeadlineTick()).isEqualTo(TimerWheel.NEVER);
        }

        void act() {
            if (pending.size() > 200 || random.nextInt(3) == 0) {
                cancelOne();
            } else {
                set();
            }
        }

        void set() {
            // Of every order of magnitude, and often the same.
            long delay = random.nextLong(1L << random.nextInt(1, 36)) - 2;
            long deadline =
                    switch (random.nextInt(pending.isEmpty() ? 2 : 3)) {
                        case 0 -> now + delay;
                        case 1 -> (now + delay) | 0x3f;
                        default -> pending.get(random.nextInt(pending.size())).deadline;
                    };
            var expected =
                    new Expected(numbers++, Math.clamp(deadline, target + 1, TimerWheel.MAX_TICK));
            expected.timeout = add(deadline, () -> fire(expected));
            pending.add(expected);
        }

        void cancelOne() {
            if (!pending.isEmpty()) {
                wheel.remove(pending.remove(random.nextInt(pending.size())).timeout);
            }
        }

        void fire(Expected timer) {
            Expected next =
                    pending.stream()
                            .min(
                                    Comparator.<Expected>comparingLong(t -> t.deadline)
                                            .thenComparingInt(t -> t.number))
                            .orElseThrow();
            assertThat(timer.number).isEqualTo(next.number);
            assertThat(timer.deadline).isLessThanOrEqualTo(target);
            pending.remove(timer);
            fired.add(timer.number);
            for (int acts = random.nextInt(3); acts > 0; acts--) {
                act();
            }
        }

        void advance() {
            long next = wheel.nextDeadlineTick();
            target =
                    switch (random.nextInt(4)) {
                        case 0 -> now + random.nextLong(200);
                        case 1 -> now + random.nextLong(1L << random.nextInt(1, 34));
                        case 2 -> now;
                        default -> next == TimerWheel.NEVER ? now + 1 : Math.max(next, now);
                    };
            wheel.advance(target);
            now = target;
            assertThat(pending).allMatch(timer -> timer.deadline > now || wheel.isBehind());
            assertThat(wheel.size()).isEqualTo(pending.size());
        }

        /** Never later than the truth, and always ahead: the loop neither oversleeps nor spins. */
        void checkNextDeadline() {
            long truth = pending.stream().mapToLong(t -> t.deadline).min().orElse(TimerWheel.NEVER);
            assertThat(wheel.nextDeadlineTick()).isLessThanOrEqualTo(truth);
            assertThat(wheel.nextDeadlineTick() > now || wheel.isBehind()).isTrue();
        }
    }
}
