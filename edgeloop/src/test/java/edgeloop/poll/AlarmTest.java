package edgeloop.poll;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class AlarmTest {
    private static final long NOW = 1_000;

    private final ScriptedSyscalls syscalls = new ScriptedSyscalls();
    private final Alarm alarm = new Alarm(syscalls, syscalls.timerfd());

    @BeforeEach
    void stopClock() {
        syscalls.stopClock(NOW);
    }

    @AfterEach
    void close() {
        assertThat(alarm.close()).isZero();
        assertThat(syscalls.openDescriptors()).isEmpty();
    }

    @Test
    @DisplayName("E36 the timerfd is set for an earlier deadline alone")
    void isSetForAnEarlierDeadlineAlone() {
        assertThat(alarm.ensure(5_000)).isZero();
        assertThat(syscalls.lastDelayNanos()).isEqualTo(4_000);
        assertThat(alarm.ensure(5_000)).isZero();
        assertThat(alarm.ensure(9_000)).isZero();
        assertThat(timesSet()).isEqualTo(1);

        assertThat(alarm.ensure(3_000)).isZero();
        assertThat(timesSet()).isEqualTo(2);
        assertThat(syscalls.lastDelayNanos()).isEqualTo(2_000);
    }

    @Test
    @DisplayName("E38 a deadline is counted from the time that it is then")
    void isSetFromThePresentTime() {
        syscalls.passTime(Duration.ofNanos(1_500));
        assertThat(alarm.ensure(5_000)).isZero();
        assertThat(syscalls.lastDelayNanos()).isEqualTo(2_500);
    }

    @Test
    @DisplayName("E36 the timerfd is set anew only once it has expired")
    void isSetAnewOnceItHasExpired() {
        assertThat(alarm.ensure(5_000)).isZero();
        alarm.expired();
        assertThat(alarm.ensure(5_000)).isZero();
        assertThat(timesSet()).isEqualTo(2);
    }

    @Test
    @DisplayName("E35 an overdue deadline expires at once; 0 would disarm")
    void overdueDeadlineExpiresAtOnce() {
        assertThat(alarm.ensure(NOW)).isZero();
        assertThat(syscalls.lastDelayNanos()).isEqualTo(1);
        alarm.expired();
        assertThat(alarm.ensure(NOW - 500)).isZero();
        assertThat(syscalls.lastDelayNanos()).isEqualTo(1);
    }

    @Test
    @DisplayName("E35 a huge delay is taken")
    void hugeDelayIsTaken() {
        assertThat(alarm.ensure(NOW + Long.MAX_VALUE / 2)).isZero();
        assertThat(syscalls.made().getLast().outcome()).isZero();
    }

    @Test
    void clockThatWrapsAroundIsNoMatter() {
        long now = Long.MAX_VALUE - 10;
        syscalls.stopClock(now);
        assertThat(alarm.ensure(now + 2_000)).isZero();
        assertThat(syscalls.lastDelayNanos()).isEqualTo(2_000);
        assertThat(alarm.ensure(now + 1_000)).isZero();
        assertThat(syscalls.lastDelayNanos()).isEqualTo(1_000);
        assertThat(alarm.ensure(now + 3_000)).isZero();
        assertThat(timesSet()).isEqualTo(2);
    }

    @Test
    @DisplayName("E66 a deadline that the timerfd is not set for bounds the wait, until it is set")
    void refusedDeadlineBoundsTheWait() {
        assertThat(alarm.timeoutMillis()).isEqualTo(-1);
        assertThat(alarm.ensure(NOW + 9_000_000)).isZero();
        syscalls.answerNext(Call.ARM_TIMERFD, -Errno.ENOMEM);
        assertThat(alarm.ensure(NOW + 2_500_000)).isEqualTo(-Errno.ENOMEM);
        assertThat(alarm.timeoutMillis()).isEqualTo(3);
        syscalls.passTime(Duration.ofSeconds(1));
        assertThat(alarm.timeoutMillis()).isZero();

        assertThat(alarm.ensure(NOW + 9_000_000)).isZero(); // what it stands at
        assertThat(timesSet()).isEqualTo(2);
        assertThat(alarm.timeoutMillis()).isEqualTo(-1);
        assertThat(alarm.ensure(NOW + 2_500_000)).isZero();
        assertThat(timesSet()).isEqualTo(3);
        assertThat(alarm.timeoutMillis()).isEqualTo(-1);
    }

    private int timesSet() {
        return syscalls.count(Call.ARM_TIMERFD);
    }
}
