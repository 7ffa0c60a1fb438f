package edgeloop.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TraceListenerTest {

    @Test
    void eventsAreNamed() throws Exception {
        CapturedOutput err = new CapturedOutput();
        TraceListener trace = new TraceListener(err.writer());
        trace.onEvents(7, 0x2001);
        trace.onEvents(8, 0x4);
        assertThat(err.text()).isEqualTo("fd 7 EPOLLIN|EPOLLRDHUP\nfd 8 EPOLLOUT\n");
    }

    @Test
    void eventsThatTheStreamCannotTakeAreCounted() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        PrintStream stream =
                new PrintStream(written, false, UTF_8) {
                    @Override
                    public void print(String lines) {
                        try {
                            free.await();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        super.print(lines);
                    }
                };
        LineWriter err = LineWriter.start("stuck", stream);
        TraceListener trace = new TraceListener(err);
        while (err.offer("fill up")) {}
        trace.onEvents(7, 1);
        trace.onEvents(7, 1);
        free.countDown();
        err.awaitWritten(Duration.ofSeconds(30));
        trace.onEvents(9, 1);
        err.awaitWritten(Duration.ofSeconds(30));
        assertThat(written.toString(UTF_8)).endsWith("fill up\n2 events not shown\nfd 9 EPOLLIN\n");
    }
}
