package edgeloop.cli.load.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
    @ParameterizedTest
    @CsvSource({
        "'50 132\n', 132, 50",
        "'0 0\n', 80, 24",
        "'', 80, 24",
        "'50 132 7', 80, 24",
        "'123456 1', 80, 24"
    })
    void sizeIsWhatSttySaysOrTheUsualOne(String told, int columns, int rows) {
        assertThat(Terminal.parseSize(told)).isEqualTo(new Terminal.Size(columns, rows));
    }

    /** proc_pid_stat(5): pid (comm) state ppid pgrp session tty_nr tpgid. */
    @ParameterizedTest
    @CsvSource({
        "'7 (java) S 1 7 5 34816 7 4194304 0', true",
        "'7 (a) b (c) S 1 7 5 34816 7 4194304 0', true",
        "'7 (java) S 1 7 5 34816 9 4194304 0', false",
        "'7 (java) S 1 7 7 0 -1 4194304 0', true"
    })
    void terminalIsOursInTheForegroundAndWithoutJobControl(String stat, boolean ours) {
        assertThat(Terminal.isForeground(stat)).isEqualTo(ours);
    }

    @Test
    void dumbTerminalIsNotDrawnOn() {
        assertThat(Terminal.isForDrawing(Map.of("TERM", "xterm-256color"))).isTrue();
        assertThat(Terminal.isForDrawing(Map.of("TERM", "dumb"))).isFalse();
        assertThat(Terminal.isForDrawing(Map.of())).isFalse();
    }

    @Test
    void whoWantsNoColorGetsPlainLines() {
        assertThat(Terminal.isForDrawing(Map.of("TERM", "xterm", "NO_COLOR", ""))).isTrue();
        assertThat(Terminal.isForDrawing(Map.of("TERM", "xterm", "NO_COLOR", "1"))).isFalse();
    }
}
