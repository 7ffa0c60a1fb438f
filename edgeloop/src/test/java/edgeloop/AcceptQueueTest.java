package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who counts those who were not accepted. */
class AcceptQueueTest {
    @Test
    void onlyTheLastReactorOfASharedSocketLeavesItToNobody() {
        AcceptQueue queue = new AcceptQueue(3);
        assertThat(queue.isShared()).isTrue();
        assertThat(queue.leave()).isFalse();
        assertThat(queue.leave()).isFalse();
        assertThat(queue.leave()).isTrue();
    }

    @Test
    void oneAloneDoes() {
        AcceptQueue queue = new AcceptQueue(1);
        assertThat(queue.isShared()).isFalse();
        assertThat(queue.leave()).isTrue();
    }
}
