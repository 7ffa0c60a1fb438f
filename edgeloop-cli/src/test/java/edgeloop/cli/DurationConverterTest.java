package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class DurationConverterTest {
    private final DurationConverter converter = new DurationConverter();

    @Test
    void everyUnitIsUnderstood() {
        assertThat(converter.convert("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(converter.convert("5s")).isEqualTo(Duration.ofSeconds(5));
        assertThat(converter.convert("2m")).isEqualTo(Duration.ofMinutes(2));
        assertThat(converter.convert("1h")).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void withoutUnitItIsSeconds() {
        assertThat(converter.convert("30")).isEqualTo(Duration.ofSeconds(30));
        assertThat(converter.convert("0")).isEqualTo(Duration.ZERO);
    }

    @Test
    void longestIsTwentyFourDays() {
        assertThat(converter.convert("576h")).isEqualTo(Duration.ofDays(24));
        assertThat(converter.convert("2073600")).isEqualTo(Duration.ofDays(24));
        assertThat(converter.convert("000000000001s")).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "577h",
                "2073600001ms",
                "999999999999h",
                "1000000000000",
                "99999999999999999999ms"
            })
    void longerIsRefused(String text) {
        assertThatThrownBy(() -> converter.convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("must be at most 24 days (576h)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "s", "abc", "-1s", "+1s", "1.5s", "5 s", "5sec", "5d", "5S", "٥s"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> converter.convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("must be a time such as 500ms, 5s, 2m or 1h");
    }
}
