package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LineWriterTest {
    private final BlockableStream stream = new BlockableStream();
    private final LineWriter writer = stream.writer();

    @AfterEach
    void unblock() {
        stream.free.countDown();
    }

    @Test
    void linesComeInOrderAndAreFlushed() throws Exception {
        stream.free.countDown();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            writer.print("line " + i);
            expected.append("line ").append(i).append('\n');
        }
        writer.awaitWritten(Duration.ofSeconds(30));
        assertThat(stream.text()).isEqualTo(expected.toString());
    }

    @Test
    void streamThatTakesNothingDoesNotStopTheCaller() throws Exception {
        String line = "x".repeat(1_023);
        int taken = 0;
        while (writer.offer(line)) {
            taken++;
        }
        assertThat(taken).isBetween(1_024, 2_048);
        writer.print("the last line");

        assertThat(writer.awaitWritten(Duration.ofMillis(20))).isFalse();
        assertThat(stream.text()).isEmpty();

        stream.free.countDown();
        writer.awaitWritten(Duration.ofSeconds(30));
        assertThat(stream.text()).hasSize(taken * 1_024 + 14).endsWith("x\nthe last line\n");
        assertThat(writer.offer("goes on")).isTrue();
    }

    @Test
    @DisplayName("E64 even what must be said is bounded, and what is dropped is counted")
    void whatMustBeSaidIsBoundedToo() throws Exception {
        String line = "x".repeat(1_023);
        for (int i = 0; i < 10_000; i++) {
            writer.print(line);
        }
        stream.free.countDown();
        assertThat(writer.awaitWritten(Duration.ofSeconds(30))).isTrue();
        long written = stream.text().lines().filter(line::equals).count();
        assertThat(written).isBetween(2_048L, 2 * 2_048L); // one batch is taken, one waits
        assertThat(stream.text().lines().mapToLong(LineWriterTest::dropped).sum())
                .isEqualTo(10_000 - written);
    }

    private static long dropped(String line) {
        String note = " lines were dropped here, as nobody took them";
        return line.endsWith(note) ? Long.parseLong(line.replace(note, "")) : 0;
    }

    @Test
    void textIsPrintedAsItIs() throws Exception {
        stream.free.countDown();
        writer.offerText("\ra");
        writer.offerText("\rb\n");
        writer.print("c");
        assertThat(writer.awaitWritten(Duration.ofSeconds(30))).isTrue();
        assertThat(stream.text()).isEqualTo("\ra\rb\nc\n");
    }
}
