package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class TaskQueueTest {
    private static void task() {}

    @Test
    void tasksComeOutInTheOrderTheyWereAdded() {
        TaskQueue queue = new TaskQueue(10, new ConcurrentLinkedQueue<>());
        List<Integer> order = new ArrayList<>();
        queue.add(() -> order.add(1));
        queue.add(() -> order.add(2));
        assertThat(queue.size()).isEqualTo(2);
        queue.poll().run();
        queue.poll().run();
        assertThat(order).containsExactly(1, 2);
        assertThat(queue.poll()).isNull();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.size()).isZero();
    }

    @Test
    void fullQueueRejectsUntilOneIsTaken() {
        TaskQueue queue = new TaskQueue(2, new ConcurrentLinkedQueue<>());
        queue.add(TaskQueueTest::task);
        queue.add(TaskQueueTest::task);
        assertThatThrownBy(() -> queue.add(TaskQueueTest::task))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("2 tasks");
        queue.poll();
        queue.add(TaskQueueTest::task);
        assertThat(queue.size()).isEqualTo(2);
    }

    @Test
    void closedQueueRejectsAndKeepsWhatItHas() {
        TaskQueue queue = new TaskQueue(2, new ConcurrentLinkedQueue<>());
        queue.add(TaskQueueTest::task);
        queue.close();
        assertThatThrownBy(() -> queue.add(TaskQueueTest::task))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("stopped");
        assertThat(queue.poll()).isNotNull();
    }

    @Test
    void nothingIsLostOrDoubledBetweenThreads() throws InterruptedException {
        int threads = 4;
        int each = 20_000;
        TaskQueue queue = new TaskQueue(1000, new ConcurrentLinkedQueue<>());
        Set<Integer> ran = new HashSet<>();
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            int first = t * each;
            Thread.startVirtualThread(
                    () -> {
                        for (int i = first; i < first + each; i++) {
                            int number = i;
                            addPatiently(queue, () -> ran.add(number));
                        }
                        done.countDown();
                    });
        }
        while (done.getCount() > 0 || !queue.isEmpty()) {
            Runnable task = queue.poll();
            if (task == null) {
                Thread.onSpinWait();
            } else {
                task.run();
            }
        }
        assertThat(ran).hasSize(threads * each);
        assertThat(queue.size()).isZero();
    }

    private static void addPatiently(TaskQueue queue, Runnable task) {
        while (true) {
            try {
                queue.add(task);
                return;
            } catch (RejectedExecutionException e) {
                Thread.onSpinWait();
            }
        }
    }
}
