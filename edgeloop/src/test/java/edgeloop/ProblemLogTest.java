package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What should not happen is said, but no more often than can be read. */
class ProblemLogTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final ScriptedSyscalls kernel = new ScriptedSyscalls();
    private final List<String> lines = new ArrayList<>();
    private final ProblemLog log = new ProblemLog(kernel, (line, _) -> lines.add(line));

    @BeforeEach
    void stopClock() {
        kernel.stopClock(0);
    }

    @Test
    @DisplayName("E66 a line a second of each kind, and what was left out comes with its next")
    void oneLineASecondOfEachKind() {
        log.report(Problem.ACCEPTING_PAUSES, Errno.EMFILE);
        log.report(Problem.ACCEPTING_PAUSES, Errno.ENFILE);
        log.report(Problem.ACCEPTING_PAUSES, Errno.EMFILE);
        log.report(Problem.TASK_FAILED, new IllegalStateException());
        log.report("one of a user's", null);
        log.report("another of a user's", null);
        log.report("another of a user's", null);
        assertThat(lines)
                .containsExactly(
                        "Accepting pauses for 100 ms: EMFILE",
                        "A task failed",
                        "one of a user's",
                        "another of a user's");

        lines.clear();
        kernel.passTime(INTERVAL);
        log.report(Problem.ACCEPTING_PAUSES, Errno.ENFILE);
        log.report("one of a user's", null);
        log.report("another of a user's", null);
        assertThat(lines)
                .containsExactly(
                        "Accepting pauses for 100 ms: ENFILE (2 more not shown)",
                        "one of a user's",
                        "another of a user's (1 more not shown)");
    }

    @Test
    @DisplayName("E66 what was left out last is said at the end")
    void whatWasLeftOutIsSaidAtTheEnd() {
        for (int i = 0; i < 5; i++) {
            log.report(Problem.ACCEPTING_PAUSES, Errno.EMFILE);
            log.report("a user's", null);
        }
        log.report(Problem.TASK_FAILED, null);
        lines.clear();
        log.close();
        assertThat(lines)
                .containsExactly(
                        "Accepting pauses for 100 ms (4 more not shown)",
                        "a user's (4 more not shown)");
    }

    @Test
    void wordsOfUsersMakeABoundedNumberOfKinds() {
        for (int i = 0; i < 1_000; i++) {
            log.report("problem " + i, null);
        }
        assertThat(lines).hasSize(65);
        log.close();
        assertThat(lines).hasSize(66).last().asString().contains("935 more");
    }

    @Test
    @DisplayName("E66 the peer is named, and asked for only where a line is said")
    void peerIsNamed() {
        List<Connection> connections = new ArrayList<>();
        try (TurnedServer server =
                new TurnedServer(
                        connection -> {
                            connections.add(connection);
                            return Connection::write;
                        })) {
            Peer peer = server.accepted();
            Connection connection = connections.getFirst();
            var own = new ProblemLog(kernel, (line, _) -> lines.add(line));
            server.kernel.forgetCounts();
            own.report(Problem.HANDLER_FAILED, 0, null, connection);
            assertThat(lines.getFirst())
                    .isEqualTo(
                            "A connection's handler failed; the connection is closed, peer 127.0.0.1:"
                                    + peer.port());
            own.report(Problem.HANDLER_FAILED, 0, null, connection);
            assertThat(server.kernel.count(Call.REMOTE_ADDRESS)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E65 a log that throws is no trouble to who reports, and is told of")
    void reportingNeverThrows() {
        List<String> told = new ArrayList<>();
        var broken =
                new ProblemLog(
                        kernel,
                        (line, _) -> {
                            if (told.isEmpty() && line.startsWith("Accepting")) {
                                throw new NoClassDefFoundError("Too many open files");
                            }
                            told.add(line);
                        });
        assertThatCode(() -> broken.report(Problem.ACCEPTING_PAUSES, Errno.EMFILE))
                .doesNotThrowAnyException();
        broken.report(Problem.TASK_FAILED, null);
        assertThat(told).containsExactly("A task failed (1 reports failed)");
    }
}
