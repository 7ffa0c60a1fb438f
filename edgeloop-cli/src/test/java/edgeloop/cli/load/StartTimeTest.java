package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZonedDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** When a run is to begin, as {@code --start-at} says it. */
class StartTimeTest {
    private static final ZonedDateTime NOW =
            ZonedDateTime.parse("2026-03-01T12:00:00+02:00[Europe/Helsinki]");

    @ParameterizedTest
    @CsvSource({
        "12:00:00, 2026-03-01T10:00:00Z",
        "12:30, 2026-03-01T10:30:00Z",
        "12:30:15, 2026-03-01T10:30:15Z",
        "12:30:15.250, 2026-03-01T10:30:15.250Z",
        "23:59:59.9, 2026-03-01T21:59:59.900Z",
        "2026-03-01T12:30:00Z, 2026-03-01T12:30:00Z",
        "2026-03-01T12:30:00.125+02:00, 2026-03-01T10:30:00.125Z",
        "2026-03-02T08:00:00, 2026-03-02T06:00:00Z",
        "2026-03-02T08:00, 2026-03-02T06:00:00Z",
        "+10s, 2026-03-01T10:00:10Z",
        "+500ms, 2026-03-01T10:00:00.500Z",
    })
    void aTimeIsLocalUnlessItSaysMore(String text, Instant start) {
        assertThat(ShardOptions.StartConverter.parse(text, NOW)).isEqualTo(start);
    }

    @ParameterizedTest
    @ValueSource(strings = {"11:59:59.999", "00:00:01", "2026-03-01T09:59:59Z", "2025-12-31T23:00"})
    void aTimeThatHasPassedIsRefused(String text) {
        assertThatThrownBy(() -> ShardOptions.StartConverter.parse(text, NOW))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("must be later than now, 2026-03-01T10:00:00Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "25:00", "12:00:60", "2026-13-01T00:00Z", "+", "+x", "-5s"})
    void whatIsNoTimeIsRefused(String text) {
        assertThatThrownBy(() -> ShardOptions.StartConverter.parse(text, NOW))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageStartingWith("must be a time");
    }
}
