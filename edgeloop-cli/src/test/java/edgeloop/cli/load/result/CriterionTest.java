package edgeloop.cli.load.result;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.measure.Interval;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions on the figures of a run. */
class CriterionTest {
    @ParameterizedTest
    @CsvSource({
        "p50<2ms, true",
        "p50<=0.5ms, false",
        "p99>5ms, true",
        "p99>0.005s, true",
        "p99>11000us, false",
        "P99.9 > 5ms, true",
        "mean>=3ms, true",
        "avg<3ms, false",
        "max<1s, true",
        "errors>0, true",
        "errors>2%, false",
        "errors>=2%, true",
        "unsent<1, true",
        "rate>1k, false",
        "rate>999, true",
    })
    void aConditionIsAboutTheFigureItNames(String text, boolean holds) {
        Histogram response = Interval.newHistogram();
        response.recordValueWithCount(1_000_000, 95);
        response.recordValueWithCount(10_000_000, 5);
        Censored times = new Censored(response, Interval.newHistogram());
        Criterion.Figures figures = new Criterion.Figures(times, 3, 100, 2, 0, 1000);
        assertThat(Criterion.parse(text).holds(figures)).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({
        "p90<5ms, true",
        "p99>1h, true",
        "p99<5ms, false",
        "max>1h, true",
        "mean>1h, true",
        "mean<1h, false"
    })
    void whatFallsAmongTheUnansweredIsTakenForTheWorst(String text, boolean holds) {
        Histogram answered = Interval.newHistogram();
        answered.recordValueWithCount(1_000_000, 98);
        Histogram unanswered = Interval.newHistogram();
        unanswered.recordValueWithCount(1_000_000, 2);
        Censored times = new Censored(answered, unanswered);
        Criterion.Figures figures = new Criterion.Figures(times, 1, 100, 2, 0, 1000);
        assertThat(Criterion.parse(text.replace("1h", "3600s")).holds(figures)).isEqualTo(holds);
    }

    /** In a closed loop nobody was there to be unanswered, but the time went by. */
    @ParameterizedTest
    @CsvSource({"p50<5ms, true", "p90>1s, true", "p99>1s, true", "mean>1s, true", "max>1s, true"})
    void silenceCountsByItsTime(String text, boolean holds) {
        Histogram answered = Interval.newHistogram();
        answered.recordValueWithCount(1_000_000, 9_995);
        Histogram unanswered = Interval.newHistogram();
        unanswered.recordValueWithCount(3_000_000_000L, 5);
        Censored times = new Censored(answered, unanswered, 0.3);
        Criterion.Figures figures = new Criterion.Figures(times, 2, 10_000, 5, 0, 1000);
        assertThat(Criterion.parse(text).holds(figures)).isEqualTo(holds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"p50>1s", "mean>1s", "max>1s"})
    void withoutAnAnswerThereIsNoFigureThatPasses(String text) {
        Censored none = new Censored(Interval.newHistogram(), Interval.newHistogram());
        Criterion.Figures figures = new Criterion.Figures(none, 0, 0, 0, 0, 0);
        assertThat(Criterion.parse(text).holds(figures)).isTrue();
    }
}
