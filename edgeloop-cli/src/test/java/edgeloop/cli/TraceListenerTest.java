package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.EventSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TraceListenerTest {

    @Test
    void eventsAreNamed() throws Exception {
        CapturedOutput err = new CapturedOutput();
        TraceListener trace = new TraceListener(err.writer(), "");
        trace.onEvents(source(7, "192.0.2.1", null), 0x1);
        trace.onEvents(source(8, "::1", "2001:db8:0:0:0:0:0:1"), 0x2001);
        trace.onEvents(source(9, null, null), 0x4);
        assertThat(err.text().lines())
                .allMatch(line -> line.matches("\\[\\d\\d:\\d\\d:\\d\\d\\.\\d\\d\\d] .*"))
                .extracting(line -> line.substring(15))
                .containsExactly(
                        "fd 7 192.0.2.1:80 listener EPOLLIN",
                        "fd 8 [::1]:80 peer [2001:db8::1]:9 EPOLLIN|EPOLLRDHUP",
                        "fd 9 - peer - EPOLLOUT");
    }

    @Test
    @DisplayName("E64 what is left out last is said at the end")
    void whatIsLeftOutLastIsSaidAtTheEnd() throws Exception {
        BlockableStream stream = new BlockableStream();
        LineWriter err = stream.fullWriter();
        TraceListener trace = new TraceListener(err, "");
        trace.onEvents(source(7, null, null), 1);
        trace.onEvents(source(7, null, null), 1);
        trace.finish();
        stream.free.countDown();
        err.awaitWritten(Duration.ofSeconds(30));
        assertThat(stream.text()).endsWith("\n2 events not shown\n");
    }

    @Test
    void eventsThatTheStreamCannotTakeAreCounted() throws Exception {
        BlockableStream stream = new BlockableStream();
        LineWriter err = stream.fullWriter();
        TraceListener trace = new TraceListener(err, "");
        trace.onEvents(source(7, null, null), 1);
        trace.onEvents(source(7, null, null), 1);
        stream.free.countDown();
        err.awaitWritten(Duration.ofSeconds(30));
        trace.onEvents(source(9, null, null), 1);
        err.awaitWritten(Duration.ofSeconds(30));
        assertThat(stream.text())
                .containsPattern("fill up\n2 events not shown\n\\[.*] fd 9 - peer - EPOLLIN\n$");
    }

    /** A listening socket where there is a local address and no remote one. */
    private static EventSource source(int fd, String local, String remote) {
        return new EventSource() {
            @Override
            public int fd() {
                return fd;
            }

            @Override
            public boolean isListener() {
                return local != null && remote == null;
            }

            @Override
            public InetSocketAddress localAddress() {
                return address(local, 80);
            }

            @Override
            public InetSocketAddress remoteAddress() {
                return address(remote, 9);
            }
        };
    }

    private static InetSocketAddress address(String text, int port) {
        return text == null ? null : new InetSocketAddress(InetAddress.ofLiteral(text), port);
    }
}
