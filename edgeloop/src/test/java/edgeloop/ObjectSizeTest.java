package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.buffer.MemoryBudget;
import edgeloop.sys.ScriptedSyscalls;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** What a connection takes of the heap, by the JVM's own count. */
class ObjectSizeTest {
    private static final int MANY = 1_000;

    /** Bytes for each object of a class, header and padding included. */
    private static long sizeOf(Class<?> type) throws Exception {
        String histogram =
                (String)
                        ManagementFactory.getPlatformMBeanServer()
                                .invoke(
                                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                        "gcClassHistogram",
                                        new Object[] {new String[] {}},
                                        new String[] {String[].class.getName()});
        Matcher line =
                Pattern.compile("(\\d+) +(\\d+) +" + Pattern.quote(type.getName()) + "\\s")
                        .matcher(histogram);
        assertThat(line.find()).as(type.getName()).isTrue();
        assertThat(Long.parseLong(line.group(1))).isGreaterThanOrEqualTo(MANY);
        return Long.parseLong(line.group(2)) / Long.parseLong(line.group(1));
    }

    /** An idle one is at most 96 bytes, and one with timeouts at most 128. */
    @Test
    void connectionAndItsTimer() throws Exception {
        Reactor reactor =
                Reactor.open(new ScriptedSyscalls(), 1, new MemoryBudget(Long.MAX_VALUE), null);
        ConnectionOptions options =
                ConnectionOptions.defaults().withIdleTimeout(Duration.ofMinutes(1));
        ConnectionGroup group = new ConnectionGroup(options, Duration.ZERO, null);
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            Connection connection = new Connection(reactor, i);
            connection.group = group;
            connection.state = Connection.State.OPEN;
            reactor.deadlines.begin(connection);
            connections.add(connection);
        }
        long connection = sizeOf(Connection.class);
        long timer = sizeOf(Deadlines.Watchdog.class);
        assertThat(connection).isLessThanOrEqualTo(96);
        assertThat(connection + timer).isLessThanOrEqualTo(128);
        connections.forEach(reactor.deadlines::forget);
        reactor.terminate();
    }
}
