package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.sys.LinuxSyscalls;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reactors that each run on one processor alone. */
@Timeout(120)
class PinnedReactorsTest {
    @Test
    void pinnedOnesRunOnAProcessorEachAndServe() throws Exception {
        int[] processors = new LinuxSyscalls().processors();
        int reactors = Math.min(2, processors.length);
        ServerOptions options = Defaults.server().withReactors(reactors).withPinned(true);
        Set<String> allowed = ConcurrentHashMap.newKeySet();
        HandlerFactory handlers =
                _ ->
                        (connection, in) -> {
                            allowed.add(allowedProcessors());
                            connection.write(in);
                        };
        try (Server server = Server.start(options, handlers)) {
            for (int i = 0; i < 50; i++) {
                try (Socket socket = new Socket("localhost", server.port())) {
                    socket.setSoTimeout(10_000);
                    socket.getOutputStream().write('x');
                    assertThat(socket.getInputStream().read()).isEqualTo('x');
                }
            }
        }
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < reactors; i++) {
            expected.add(Integer.toString(processors[i]));
        }
        assertThat(allowed).isNotEmpty().isSubsetOf(expected);
    }

    private static String allowedProcessors() {
        try {
            return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                    .filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void moreThanThereAreProcessorsAreNotPinned() {
        int processors = new LinuxSyscalls().processors().length;
        ServerOptions options = Defaults.server().withReactors(processors + 1).withPinned(true);
        assertThatThrownBy(() -> Server.start(options, _ -> Connection::write))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "pinned: "
                                + (processors + 1)
                                + " reactors, and the process may use "
                                + processors
                                + " processors");
    }
}
