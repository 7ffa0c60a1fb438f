package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.buffer.MemoryBudget;
import edgeloop.sys.ScriptedSyscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a connection takes of the heap, by the JVM's own count. */
class ObjectSizeTest {
    private static final int MANY = 1_000;

    @TempDir Path scratch;

    /**
     * Bytes for each object of a class, header and padding included. The output goes to a file: a
     * JVM counts its heap while its threads stand still, so none of them could empty a pipe.
     */
    private long sizeOf(Class<?> type) throws Exception {
        Path output = scratch.resolve("histogram");
        Process jcmd =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                String.valueOf(ProcessHandle.current().pid()),
                                "GC.class_histogram")
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        int exit = jcmd.waitFor();
        String histogram = Files.readString(output);
        assertThat(exit).as(histogram).isZero();
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
                Reactor.open(
                        new JvmPlatform(ScriptedSyscalls::new),
                        Defaults.transport(),
                        Trigger.EDGE,
                        1,
                        new MemoryBudget(Long.MAX_VALUE),
                        null);
        ConnectionOptions options =
                ConnectionOptions.defaults().withIdleTimeout(Duration.ofMinutes(1));
        ConnectionGroup group = new ConnectionGroup(options, Duration.ZERO, null, null);
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
