package edgeloop.poll;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class WakerTest {
    private final ScriptedSyscalls syscalls = new ScriptedSyscalls();
    private final Waker waker = new Waker(syscalls, syscalls.eventfd());

    @Test
    void reactorThatIsAwakeCostsNoSystemCall() {
        waker.wake();
        assertThat(signals()).isZero();
        waker.announceSleep();
        waker.announceAwake();
        waker.wake();
        assertThat(signals()).isZero();
        waker.close();
    }

    @Test
    void reactorThatSleepsIsSignalledOnce() {
        waker.announceSleep();
        waker.wake();
        waker.wake();
        assertThat(signals()).isEqualTo(1);
        waker.close();
    }

    @Test
    @DisplayName("E33 the counter is read at each event, so that the next signal is a new edge")
    void counterIsReadAtEachEvent() {
        waker.announceSleep();
        waker.wake();
        waker.drain();
        assertThat(syscalls.drainCounter(waker.fd())).isEqualTo(-Errno.EAGAIN);
        waker.close();
    }

    @Test
    @DisplayName("E33 a counter at its maximum is read, then written again")
    void fullCounterIsEmptiedAndSignalledAgain() {
        syscalls.answerNext(Call.SIGNAL_EVENTFD, -Errno.EAGAIN);
        waker.announceSleep();
        waker.wake();
        assertThat(syscalls.madeAbout(waker.fd()))
                .isEqualTo(List.of(Call.SIGNAL_EVENTFD, Call.DRAIN_COUNTER, Call.SIGNAL_EVENTFD));
        assertThat(syscalls.drainCounter(waker.fd())).isEqualTo(8);
        waker.close();
    }

    @Test
    @DisplayName("E32 a wakeup after the end does not touch the descriptor, by now another's")
    void wakeupAfterTheEndTouchesNothing() {
        waker.announceSleep();
        waker.close();
        waker.wake();
        assertThat(signals()).isZero();
        assertThat(syscalls.openDescriptors()).isEmpty();
    }

    private int signals() {
        return syscalls.count(Call.SIGNAL_EVENTFD);
    }
}
