package edgeloop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from the command line and from Linux, and what is written as JSON. */
class NotationTest {
    @Test
    void aRowOfConnectionsAloneIsPlain() {
        assertThat(Row.parse("50")).isEqualTo(new Row(50, 64, 1));
        assertThat(Row.parse("50").isPlain()).isTrue();
    }

    @Test
    void aRowMayNameSizeAndDepth() {
        assertThat(Row.parse("1000:4096")).isEqualTo(new Row(1000, 4096, 1));
        assertThat(Row.parse("1000:4096:16")).isEqualTo(new Row(1000, 4096, 16));
        assertThat(Row.parse("1000:64:16").isPlain()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "0", "-1", "50:", "50:0", "50:64:0", "50:64:1:1", "5e3"})
    void anythingElseIsNoRow(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Row.parse(text));
    }

    @Test
    void cpuListsAreRead() {
        assertThat(Cpus.parseList("0")).containsExactly(0);
        assertThat(Cpus.parseList("0-2,7,9-10")).containsExactly(0, 1, 2, 7, 9, 10);
    }

    @Test
    void theMedianOfAnEvenCountLiesBetweenTheMiddleTwo() {
        assertThat(Spread.of(List.of(4.0, 1.0, 3.0, 2.0))).contains(new Spread(2.5, 1.75, 3.25));
        assertThat(Spread.of(List.of(9.0, 1.0, 2.0))).contains(new Spread(2, 1.5, 5.5));
        assertThat(Spread.of(List.of())).isEmpty();
    }

    /** Tables of order statistics: of 15 values from the 4th on, of 6 all, of fewer none. */
    @Test
    void theMedianIsBetweenTwoValuesInNineteenOfTwentyCases() {
        List<Double> fifteen = IntStream.rangeClosed(1, 15).asDoubleStream().boxed().toList();
        assertThat(Spread.confident(fifteen)).contains(new Spread(8, 4, 12));
        assertThat(Spread.confident(fifteen.reversed())).contains(new Spread(8, 4, 12));
        assertThat(Spread.confident(fifteen.subList(0, 6))).contains(new Spread(3.5, 1, 6));
        assertThat(Spread.confident(fifteen.subList(0, 5))).isEmpty();
        assertThat(Spread.confident(List.of())).isEmpty();
    }

    @Test
    void aSpreadThatDoesNotShowIsNotPrinted() {
        assertThat(new Spread(1.01, 1, 1.02).format(v -> String.format(Locale.ROOT, "%.1f", v)))
                .isEqualTo("1.0");
        assertThat(new Spread(2, 1, 4).format(v -> String.format(Locale.ROOT, "%.0f", v)))
                .isEqualTo("2 (1–4)");
    }

    @Test
    void jsonEscapesWhatItMust() {
        assertThat(Json.write(Map.of("a", List.of(1, 2.5, "b\"\\\r\n"))))
                .isEqualTo("{\"a\":[1,2.5,\"b\\\"\\\\\\u000d\\u000a\"]}");
    }

    @Test
    void allocationIsTheSumOverThreadsButTheOneThatAnswers() {
        String dump =
                """
                "main" #1 [7] prio=5 os_prio=0 cpu=1.00ms elapsed=2.00s allocated=512B defined_classes=3 tid=0x1 nid=7
                "reactor" #2 [8] prio=5 os_prio=0 cpu=1.00ms elapsed=2.00s allocated=20K defined_classes=3 tid=0x1 nid=7
                "ForkJoinPool-1-worker-1" #3 daemon [9] cpu=1.00ms elapsed=2.00s allocated=11M defined_classes=0 tid=0x1
                "Attach Listener" #4 daemon [9] cpu=1.00ms elapsed=2.00s allocated=99M defined_classes=0 tid=0x1
                "VM Thread" os_prio=0 cpu=1.00ms elapsed=2.00s tid=0x1 nid=9 runnable
                """;
        assertThat(Allocation.sum(dump)).isEqualTo(512 + 20 * 1024 + 11 * 1024 * 1024);
    }
}
