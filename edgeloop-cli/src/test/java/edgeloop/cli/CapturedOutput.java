package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;

/** A {@link LineWriter} whose output a test can read. */
final class CapturedOutput {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final LineWriter writer =
            LineWriter.start("captured", new PrintStream(bytes, false, UTF_8));

    LineWriter writer() {
        return writer;
    }

    /** Everything printed up to now. */
    String text() throws InterruptedException {
        writer.awaitWritten(Duration.ofSeconds(30));
        return bytes.toString(UTF_8);
    }
}
