package edgeloop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlotsTest {

    @Test
    void barsAreMediansOfPlainLoads() {
        var document =
                Plots.parse(
                        """
                        {"samples": [
                          {"server": "b", "connections": 50, "size": 64, "depth": 1, "cpu_micros": 4},
                          {"server": "b", "connections": 50, "size": 64, "depth": 1, "cpu_micros": 2},
                          {"server": "b", "connections": 50, "size": 64, "depth": 1, "cpu_micros": 9},
                          {"server": "b", "connections": 50, "size": 4096, "depth": 1, "cpu_micros": 70},
                          {"server": "b", "connections": 50, "size": 64, "depth": 16, "cpu_micros": 1},
                          {"server": "a", "connections": 1000, "size": 64, "depth": 1, "cpu_micros": 3},
                          {"server": "a", "idle_wakeups": 1}
                        ]}
                        """);
        var medians = Plots.medians(document, Metric.CPU_MICROS, Plots::isPlain);
        assertThat(medians.getColumnKeys().toString()).isEqualTo("[b, a]");
        assertThat(medians.getRowKeys().toString())
                .isEqualTo("[50 connections, 1,000 connections]");
        assertThat(medians.getValue("50 connections", "b")).isEqualTo(4.0);
        assertThat(medians.getValue("1,000 connections", "a")).isEqualTo(3.0);
        assertThat(medians.getValue("1,000 connections", "b")).isNull();
    }

    @Test
    void crowdsAreApart() {
        var document =
                Plots.parse(
                        """
                        {"samples": [
                          {"server": "a", "connections": 1000, "size": 64, "depth": 1, "talking": 10, "cpu_micros": 3},
                          {"server": "a", "connections": 1000, "size": 64, "depth": 1, "talking": 1000, "cpu_micros": 5}
                        ]}
                        """);
        var crowds = Plots.medians(document, Metric.CPU_MICROS, Plots::isCrowd);
        assertThat(crowds.getValue("1,000 connections", "a")).isEqualTo(3.0);
        var all = Plots.medians(document, Metric.CPU_MICROS, Plots::isPlain);
        assertThat(all.getValue("1,000 connections", "a")).isEqualTo(5.0);
    }

    @Test
    void aRunTellsOfItsParts() {
        assertThat(Plots.parse("{\"parts\": [\"ring\"], \"samples\": []}").has(Plan.Part.RING))
                .isTrue();
        assertThat(Plots.parse("{\"samples\": []}").has(Plan.Part.RING)).isFalse();
    }
}
