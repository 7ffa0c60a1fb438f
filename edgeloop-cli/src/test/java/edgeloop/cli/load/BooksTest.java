package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.engine.LoadSession;
import edgeloop.cli.load.measure.Meter;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.message.CannotRunException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every request, and every connect, is in one class, and the classes add up. */
class BooksTest {
    private static final int REQUESTS = 20_000;
    private static final int CONNECTIONS = 20;

    private static Runs.Run load(FaultyServer.Fault fault) throws Exception {
        try (FaultyServer server = FaultyServer.start(fault)) {
            return Runs.run(Runs.echoes(server.port(), CONNECTIONS), Runs.requests(REQUESTS));
        }
    }

    private static void assertBalance(Runs.Run run) {
        assertThat(run.outcome().balances()).as("%s", run.outcome()).isTrue();
        assertThat(run.connections().balances()).as("%s", run.connections()).isTrue();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void answeredIsWhatTheServerCounted() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            Runs.Run run =
                    Runs.run(Runs.echoes(server.port(), CONNECTIONS), Runs.requests(REQUESTS));
            assertThat(run.outcome().answered()).isEqualTo(REQUESTS).isEqualTo(server.requests());
            assertThat(run.outcome().errors()).isEmpty();
            assertThat(run.stage().response.getTotalCount()).isEqualTo(REQUESTS);
            assertThat(run.connections().established()).isEqualTo(server.connections());
            assertBalance(run);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void everyFlippedByteIsAMismatch() throws Exception {
        Runs.Run run =
                load(
                        (connection, request, number) -> {
                            if (number % 1000 == 0) {
                                request[17] ^= 1;
                            }
                            connection.write(request);
                        });
        assertThat(run.outcome().errors()).containsExactly(entry("mismatch", REQUESTS / 1000L));
        assertThat(run.connections().established()).isEqualTo(CONNECTIONS);
        assertBalance(run);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void everyResetIsAReset() throws Exception {
        Runs.Run run =
                load(
                        (connection, request, number) -> {
                            if (number % 1000 == 0) {
                                connection.abort();
                            } else {
                                connection.write(request);
                            }
                        });
        assertThat(run.outcome().errors()).containsExactly(entry("reset", REQUESTS / 1000L));
        assertBalance(run);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void everyAnswerCutShortIsClosedEarly() throws Exception {
        Runs.Run run =
                load(
                        (connection, request, number) -> {
                            boolean cut = number % 1000 == 0;
                            connection.write(cut ? Arrays.copyOf(request, 10) : request);
                            if (cut) {
                                connection.close();
                            }
                        });
        assertThat(run.outcome().errors()).containsExactly(entry("closed early", REQUESTS / 1000L));
        assertBalance(run);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void everyMissingAnswerIsATimeout() throws Exception {
        FaultyServer.Fault silent =
                (connection, request, number) -> {
                    if (number % 1000 != 0) {
                        connection.write(request);
                    }
                };
        try (FaultyServer server = FaultyServer.start(silent)) {
            EngineOptions options =
                    Runs.withTimeout(
                            Runs.echoes(server.port(), CONNECTIONS), Duration.ofSeconds(2));
            Runs.Run run = Runs.run(options, Runs.requests(REQUESTS));
            assertThat(run.outcome().errors()).containsExactly(entry("timeout", REQUESTS / 1000L));
            assertBalance(run);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatIsPipelinedBehindATimeoutIsAbandoned() throws Exception {
        FaultyServer.Fault silent = (_, _, _) -> {};
        try (FaultyServer server = FaultyServer.start(silent)) {
            EngineOptions options =
                    Runs.withPipeline(
                            Runs.withTimeout(Runs.echoes(server.port(), 1), Duration.ofMillis(200)),
                            4);
            Runs.Run run = Runs.run(options, Runs.requests(8));
            assertThat(run.outcome().errorCount()).isEqualTo(8);
            assertThat(run.outcome().errors().keySet()).isSubsetOf("timeout", "abandoned");
            assertBalance(run);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void refusedConnectsAreCountedAndNothingIsRun() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        assertThatThrownBy(() -> Runs.run(Runs.echoes(port, CONNECTIONS), Runs.requests(1)))
                .isInstanceOf(CannotRunException.class)
                .hasMessageContaining(CONNECTIONS + " refused");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void oneConnectionForEachRequestWhereAsked() throws Exception {
        try (FaultyServer server = FaultyServer.start(FaultyServer.NONE)) {
            EngineOptions options =
                    Runs.withRequestsPerConnection(Runs.echoes(server.port(), 5), 10);
            Runs.Run run = Runs.run(options, Runs.requests(1000));
            assertThat(run.outcome().answered()).isEqualTo(1000);
            assertThat(server.connections()).isBetween(100L, 105L);
            assertBalance(run);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void moreThanWasAskedForIsAnError() throws Exception {
        FaultyServer.Fault twice =
                (connection, request, _) -> {
                    connection.write(request);
                    connection.write(request);
                };
        try (FaultyServer server = FaultyServer.start(twice)) {
            Runs.Run run = Runs.run(Runs.echoes(server.port(), 1), Runs.requests(10));
            assertThat(run.connections().lostWhileIdle()).containsKey("unasked data");
            assertBalance(run);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatIsOnItsWayAtTheUsersEndIsInFlight() throws Exception {
        try (FaultyServer server = FaultyServer.start((_, _, _) -> {});
                LoadSession session =
                        LoadSession.start(
                                List.of(Runs.echoes(server.port(), 7)), Meter.SYSTEM, List.of())) {
            session.connect();
            Thread interrupter =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (server.requests() < 7) {
                                            Thread.onSpinWait();
                                        }
                                        session.interrupt();
                                    });
            StageOutcome outcome = session.run(Runs.requests(100)).outcome();
            interrupter.join();
            assertThat(outcome.inFlight()).isEqualTo(7);
            assertThat(outcome.unsent()).isEqualTo(93);
            assertThat(outcome.balances()).isTrue();
        }
    }

    /** A server that is killed and does not come back ends the run, and the books still balance. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aServerThatVanishesLeavesTheRestUnsent() throws Exception {
        FaultyServer server = FaultyServer.start(FaultyServer.NONE);
        EngineOptions options =
                Runs.withConnectTimeout(Runs.echoes(server.port(), 3), Duration.ofSeconds(1));
        try (server;
                LoadSession session =
                        LoadSession.start(List.of(options), Meter.SYSTEM, List.of())) {
            session.connect();
            Thread killer =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (server.requests() < 100) {
                                            Thread.onSpinWait();
                                        }
                                        server.close();
                                    });
            StageOutcome outcome = session.run(Runs.requests(1_000_000_000)).outcome();
            killer.join();
            assertThat(outcome.endedEarly()).contains("the server is gone");
            assertThat(outcome.unsent()).isPositive();
            assertThat(outcome.balances()).as("%s", outcome).isTrue();
            assertThat(session.connections().failed()).containsOnlyKeys("refused");
            assertThat(session.connections().balances()).isTrue();
        }
    }
}
