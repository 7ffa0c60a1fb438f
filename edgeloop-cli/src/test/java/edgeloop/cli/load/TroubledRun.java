package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.result.Latencies;
import edgeloop.cli.load.result.Results;
import edgeloop.simulation.Choices;
import edgeloop.simulation.ConnectAttempt;
import edgeloop.simulation.RemoteHost;
import edgeloop.simulation.SimulatedKernel;
import edgeloop.simulation.SimulatedProgram;
import edgeloop.simulation.World;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * A run against a server that never answers some requests, and refuses some connections: every
 * request and every connect is in the books once, and what had no answer has waited as long as it
 * did.
 *
 * @param rate requests per second in an open loop; 0 for a closed one
 * @param silentOneIn one request in so many is never answered
 * @param refusedOneIn one connection in so many is refused, but not the first ones
 */
record TroubledRun(
        long seed, int connections, int rate, int requests, int silentOneIn, int refusedOneIn) {
    private static final long ANSWER_NANOS = 7_000_000;
    private static final long TIMEOUT_NANOS = 320_000_000;

    /** How often somebody looks for requests whose time is over. */
    private static final long SWEEP_NANOS = TIMEOUT_NANOS / 16;

    private static final int ECONNREFUSED = 111;

    /** One that the seed draws. */
    static TroubledRun of(long seed) {
        Choices choices = Choices.ofSeed(seed);
        return new TroubledRun(
                seed,
                choices.between(1, 8),
                choices.below(2) * choices.between(20, 200),
                choices.between(20, 300),
                choices.between(5, 50),
                choices.between(2, 6));
    }

    private boolean isSilent(long number) {
        return Choices.ofSeed(seed * 1_000_003 + number).below(silentOneIn) == 0;
    }

    /** The host, which accepts most connections. */
    private final class Host implements RemoteHost {
        private final KnownServer server;
        private int attempts;
        private int refused;

        private Host(KnownServer server) {
            this.server = server;
        }

        @Override
        public void reached(ConnectAttempt attempt) {
            attempts++;
            if (attempts > connections
                    && Choices.ofSeed(seed - attempts).below(refusedOneIn) == 0) {
                refused++;
                attempt.refuse(ECONNREFUSED);
            } else {
                server.reached(attempt);
            }
        }
    }

    /**
     * Runs it, and holds the books and the waits against the server's.
     *
     * @param folder where the outputs come to lie
     */
    void check(Path folder) throws Exception {
        SimulatedKernel kernel = new SimulatedKernel(Choices.ofSeed(seed));
        kernel.setCallNanos(0);
        KnownServer.Behaviour behaviour =
                (number, arrival, _) -> isSilent(number) ? World.NEVER : arrival + ANSWER_NANOS;
        KnownServer server = new KnownServer(kernel, behaviour, 0);
        Host host = new Host(server);
        kernel.route(_ -> host);
        Outputs outputs =
                SimulatedProgram.call(
                        kernel, () -> Outputs.run(KnownRun.machine(kernel), folder, arguments()));
        Results results = outputs.results();
        assertRequests(results, server);
        assertConnections(results.connections(), host);
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of("-c", "" + connections));
        if (rate > 0) {
            arguments.addAll(List.of("--rate", "" + rate));
        }
        arguments.addAll(List.of("-r", "" + requests, "--timeout", "320ms"));
        arguments.addAll(List.of("--payload", "{seq}\\n", "192.0.2.1:7"));
        return arguments;
    }

    private void assertRequests(Results results, KnownServer server) {
        Histogram answered = Interval.newHistogram();
        Histogram unanswered = Interval.newHistogram();
        for (KnownServer.Entry entry : server.book()) {
            long due = due(entry, server.beganNanos());
            if (entry.answerNanos() == World.NEVER) {
                long late = entry.arrivalNanos() + TIMEOUT_NANOS - server.beganNanos();
                long found = server.beganNanos() + Math.ceilDiv(late, SWEEP_NANOS) * SWEEP_NANOS;
                unanswered.recordValue(found - due);
            } else {
                answered.recordValue(entry.answerNanos() - due);
            }
        }
        long silent = unanswered.getTotalCount();
        assertThat(server.book()).hasSize(requests);
        assertThat(results.requests().scheduled()).isEqualTo(requests);
        assertThat(results.requests().answered()).isEqualTo(requests - silent);
        assertThat(results.requests().errors())
                .as("errors")
                .isEqualTo(silent == 0 ? Map.of() : Map.of("timeout", silent));
        assertThat(results.requests().unsent() + results.requests().inFlight()).isZero();
        assertThat(Latencies.decode(results.response().histogram()))
                .as("response times")
                .isEqualTo(answered);
        assertThat(results.response().unanswered()).as("unanswered").isEqualTo(silent);
        String waits = results.response().unansweredHistogram();
        assertThat(waits == null ? Interval.newHistogram() : Latencies.decode(waits))
                .as("waits")
                .isEqualTo(unanswered);
    }

    private long due(KnownServer.Entry entry, long beganNanos) {
        long before = (entry.number() - 1) * 1_000_000_000L;
        return rate == 0
                ? entry.arrivalNanos()
                : beganNanos + Math.floorDiv(2 * before + rate, 2L * rate);
    }

    private static void assertConnections(Results.Connections connections, Host host) {
        assertThat(connections.attempted()).as("attempted").isEqualTo(host.attempts);
        assertThat(connections.errors())
                .as("errors of connects")
                .isEqualTo(host.refused == 0 ? Map.of() : Map.of("refused", (long) host.refused));
        assertThat(connections.established() + connections.pending())
                .isEqualTo(host.attempts - host.refused);
        assertThat(connections.pending()).as("pending").isLessThanOrEqualTo(host.attempts);
    }
}
