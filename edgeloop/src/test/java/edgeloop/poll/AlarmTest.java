package edgeloop.poll;

import static org.assertj.core.api.Assertions.assertThat;

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
        alarm.close();
        assertThat(syscalls.openDescriptors()).isEmpty();
    }

    @Test
    @DisplayName("E36 the timerfd is set for an earlier deadline alone")
    void isSetForAnEarlierDeadlineAlone() {
        alarm.ensure(5_000);
        assertThat(syscalls.lastDelayNanos()).isEqualTo(4_000);
        alarm.ensure(5_000);
        alarm.ensure(9_000);
        assertThat(timesSet()).isEqualTo(1);

        alarm.ensure(3_000);
        assertThat(timesSet()).isEqualTo(2);
        assertThat(syscalls.lastDelayNanos()).isEqualTo(2_000);
    }

    @Test
    @DisplayName("E38 a deadline is counted from the time that it is then")
    void isSetFromThePresentTime() {
        syscalls.passTime(Duration.ofNanos(1_500));
        alarm.ensure(5_000);
        assertThat(syscalls.lastDelayNanos()).isEqualTo(2_500);
    }

    @Test
    @DisplayName("E36 the timerfd is set anew only once it has expired")
    void isSetAnewOnceItHasExpired() {
        alarm.ensure(5_000);
        alarm.expired();
        alarm.ensure(5_000);
        assertThat(timesSet()).isEqualTo(2);
    }

    @Test
    @DisplayName("E35 an overdue deadline expires at once; 0 would disarm")
    void overdueDeadlineExpiresAtOnce() {
        alarm.ensure(NOW);
        assertThat(syscalls.lastDelayNanos()).isEqualTo(1);
        alarm.expired();
        alarm.ensure(NOW - 500);
        assertThat(syscalls.lastDelayNanos()).isEqualTo(1);
    }

    @Test
    @DisplayName("E35 a huge delay is taken")
    void hugeDelayIsTaken() {
        alarm.ensure(NOW + Long.MAX_VALUE / 2);
        assertThat(syscalls.made().getLast().outcome()).isZero();
    }

    @Test
    void clockThatWrapsAroundIsNoMatter() {
        long now = Long.MAX_VALUE - 10;
        syscalls.stopClock(now);
        alarm.ensure(now + 2_000);
        assertThat(syscalls.lastDelayNanos()).isEqualTo(2_000);
        alarm.ensure(now + 1_000);
        assertThat(syscalls.lastDelayNanos()).isEqualTo(1_000);
        alarm.ensure(now + 3_000);
        assertThat(timesSet()).isEqualTo(2);
    }

    private int timesSet() {
        return syscalls.count(Call.ARM_TIMERFD);
    }
}
