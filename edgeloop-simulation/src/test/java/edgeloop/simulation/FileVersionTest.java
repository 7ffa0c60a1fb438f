package edgeloop.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.ServerOptions;
import edgeloop.http.Http;
import edgeloop.http.StaticFiles;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A file changes in the middle of any of the calls that find and read it, E73. */
class FileVersionTest {
    private static final int LENGTH = 100;
    private static final int CHANGED_LENGTH = 60;

    /** More than the calls that a request makes. */
    private static final int CALLS = 40;

    @Test
    void oneEntityTagIsOfOneContentWheneverItChanges() throws Exception {
        Set<Integer> lengths = new HashSet<>();
        for (int call = 0; call < CALLS; call++) {
            var kernel = new SimulatedKernel(Choices.none());
            Disk.File file = kernel.disk().put("a.txt", LENGTH);
            kernel.setWorld(new Shortened(kernel, file, call));
            kernel.faults().setRate(Fault.INTERLEAVED, Faults.ALWAYS);
            var files = Http.serve(StaticFiles.of(Path.of("/")));
            try (var server = SimulatedServer.open(kernel, ServerOptions.defaults(), files)) {
                String first = answer(kernel, server);
                String second = answer(kernel, server);

                lengths.add(contentLength(first));
                assertThat(etag(first).equals(etag(second)))
                        .as("changed in call %d: %s %s", call, first, second)
                        .isEqualTo(contentLength(first) == contentLength(second));
            }
        }
        assertThat(lengths).containsExactlyInAnyOrder(LENGTH, CHANGED_LENGTH);
    }

    private static String answer(SimulatedKernel kernel, SimulatedServer server) {
        PeerSocket peer = kernel.connect();
        peer.send("GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n");
        server.turnUntilIdle();
        String answer = peer.receiveText();
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
        return answer;
    }

    private static String etag(String answer) {
        return answer.lines().filter(line -> line.startsWith("ETag: ")).findFirst().orElseThrow();
    }

    private static int contentLength(String answer) {
        return answer.length() - answer.indexOf("\r\n\r\n") - 4;
    }

    /** A file becomes shorter in the middle of the call of that number, from 0. */
    private static final class Shortened implements World {
        private final SimulatedKernel kernel;
        private final Disk.File file;
        private int callsLeft;

        private Shortened(SimulatedKernel kernel, Disk.File file, int call) {
            this.kernel = kernel;
            this.file = file;
            this.callsLeft = call;
        }

        @Override
        public void interleave() {
            if (callsLeft-- == 0) {
                file.length = CHANGED_LENGTH;
                file.modifiedNanos = kernel.nanoTime();
                file.changedNanos = kernel.nanoTime();
            }
        }

        @Override
        public long nextNanos() {
            return NEVER;
        }

        @Override
        public void act() {}

        @Override
        public void beforeSleep(long untilNanos) {}

        @Override
        public boolean stalled() {
            return false;
        }
    }
}
