package edgeloop.cli.load.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a server that takes no connections is gone for good. */
class OutageTest {
    private static final long SECOND = 1_000_000_000;
    private static final long RETRY = SECOND / 10;

    private final Outage outage = new Outage(Duration.ofSeconds(10));

    /** The last connection is lost at {@code from}, and each attempt until {@code to} refused. */
    private void refuse(long from, long to) {
        outage.noneLeft(from);
        for (long now = from; now <= to; now += RETRY) {
            outage.failed(now, true);
        }
    }

    @Test
    void refusalsOfThreeSecondsAreAnEnd() {
        refuse(SECOND, 4 * SECOND);
        assertThat(outage.isForGood(0, 4 * SECOND - 1)).isFalse();
        assertThat(outage.isForGood(0, 4 * SECOND)).isTrue();
        assertThat(outage.lengthNanos(4 * SECOND)).isEqualTo(3 * SECOND);
    }

    @Test
    void serverThatIsBackWithinThemIsNot() {
        refuse(SECOND, 3 * SECOND);
        outage.established();
        assertThat(outage.isUnderWay()).isFalse();
        assertThat(outage.isForGood(0, 60 * SECOND)).isFalse();
        refuse(60 * SECOND, 62 * SECOND);
        assertThat(outage.isForGood(0, 62 * SECOND)).isFalse();
    }

    @Test
    void oneConnectionIsEnough() {
        refuse(SECOND, 9 * SECOND);
        assertThat(outage.isForGood(1, 9 * SECOND)).isFalse();
    }

    /** A server that ends takes no others while it serves the last. */
    @Test
    void timeBeginsWhenTheLastConnectionIsLost() {
        refuse(SECOND, 9 * SECOND);
        refuse(9 * SECOND, 11 * SECOND);
        assertThat(outage.isForGood(0, 11 * SECOND)).isFalse();
        assertThat(outage.isForGood(0, 12 * SECOND)).isTrue();
    }

    @Test
    void attemptThatBeganBeforeCountsFromThen() {
        outage.noneLeft(9 * SECOND);
        outage.failed(SECOND, false);
        assertThat(outage.isForGood(0, 18 * SECOND)).isFalse();
        assertThat(outage.isForGood(0, 19 * SECOND)).isTrue();
    }

    @Test
    void whatFailsOtherwiseMayTakeAsLongAsAConnect() {
        refuse(SECOND, 5 * SECOND);
        outage.failed(5 * SECOND, false);
        assertThat(outage.isForGood(0, 10 * SECOND)).isFalse();
        assertThat(outage.isForGood(0, 11 * SECOND)).isTrue();
    }

    @Test
    void refusalsNeedNotLastLongerThanAConnectMay() {
        Outage impatient = new Outage(Duration.ofSeconds(1));
        impatient.noneLeft(0);
        impatient.failed(0, true);
        assertThat(impatient.isForGood(0, SECOND)).isTrue();
    }

    @Test
    void noAttemptIsNoOutage() {
        outage.noneLeft(SECOND);
        assertThat(outage.isForGood(0, 60 * SECOND)).isFalse();
    }
}
