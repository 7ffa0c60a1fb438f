package edgeloop.poll;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class WakerTest {
    private final ScriptedSyscalls syscalls = new ScriptedSyscalls();
    private final int timerfd = syscalls.timerfd();
    private final Alarm alarm = new Alarm(syscalls, timerfd);
    private final int eventfd = syscalls.eventfd();
    private final Waker waker = new Waker(syscalls, eventfd, alarm);

    @AfterEach
    void closeAlarm() {
        assertThat(alarm.close()).isZero();
    }

    @Test
    void reactorThatIsAwakeCostsNoSystemCall() {
        waker.wake();
        assertThat(signals()).isZero();
        waker.announceSleep();
        waker.announceAwake();
        waker.wake();
        assertThat(signals()).isZero();
        assertThat(waker.close()).isZero();
    }

    @Test
    void reactorThatSleepsIsSignalledOnce() {
        waker.announceSleep();
        waker.wake();
        waker.wake();
        assertThat(signals()).isEqualTo(1);
        assertThat(waker.close()).isZero();
    }

    @Test
    @DisplayName("E33 the counter is read at each event, so that the next signal is a new edge")
    void counterIsReadAtEachEvent() {
        waker.announceSleep();
        waker.wake();
        assertThat(waker.drain()).isZero();
        assertThat(syscalls.drainCounter(eventfd)).isEqualTo(-Errno.EAGAIN);
        assertThat(waker.close()).isZero();
    }

    @Test
    @DisplayName("E33 a counter at its maximum is read, then written again")
    void fullCounterIsEmptiedAndSignalledAgain() {
        syscalls.answerNext(Call.SIGNAL_EVENTFD, -Errno.EAGAIN);
        waker.announceSleep();
        waker.wake();
        assertThat(syscalls.madeAbout(eventfd))
                .isEqualTo(List.of(Call.SIGNAL_EVENTFD, Call.DRAIN_COUNTER, Call.SIGNAL_EVENTFD));
        assertThat(syscalls.drainCounter(eventfd)).isEqualTo(8);
        assertThat(waker.close()).isZero();
    }

    @Test
    @DisplayName("E66 where the eventfd can't be signalled, the timerfd ends the wait")
    void timerfdEndsTheWaitWhereTheEventfdCant() {
        syscalls.answerNext(Call.SIGNAL_EVENTFD, -Errno.EIO);
        waker.announceSleep();
        waker.wake();
        assertThat(syscalls.count(Call.EXPIRE_TIMERFD)).isEqualTo(1);
        syscalls.awaitReady(timerfd, 1); // EPOLLIN
        assertThat(waker.takeFailure()).isEqualTo(Errno.EIO);
        assertThat(waker.takeFailure()).isZero();
        assertThat(waker.close()).isZero();
    }

    @Test
    @DisplayName("E66 where both fail, the next wakeup tries both again")
    void nextWakeupTriesBothAgain() {
        syscalls.answerNext(Call.SIGNAL_EVENTFD, -Errno.EIO);
        syscalls.answerNext(Call.EXPIRE_TIMERFD, -Errno.ENOMEM);
        waker.announceSleep();
        waker.wake();
        waker.wake();
        waker.wake();
        assertThat(signals()).isEqualTo(2);
        assertThat(waker.close()).isZero();
    }

    @Test
    @DisplayName("E32 a wakeup after the end does not touch the descriptor, by now another's")
    void wakeupAfterTheEndTouchesNothing() {
        waker.announceSleep();
        assertThat(waker.close()).isZero();
        waker.wake();
        assertThat(signals()).isZero();
        assertThat(syscalls.openDescriptors()).containsExactly(timerfd);
    }

    private int signals() {
        return syscalls.count(Call.SIGNAL_EVENTFD);
    }
}
