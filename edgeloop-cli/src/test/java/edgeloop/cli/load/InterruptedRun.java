package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.Transport;
import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.engine.LoadSession;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.RunObserver;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.measure.StageRecord;
import edgeloop.cli.load.protocol.Exchange;
import edgeloop.cli.load.protocol.FixedAnswer;
import edgeloop.cli.load.protocol.Payload;
import edgeloop.simulation.Choices;
import edgeloop.simulation.SimulatedKernel;
import edgeloop.simulation.SimulatedProgram;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * A run that the user ends when an interval does: what is on its way then stays so, and has waited
 * since it was sent.
 *
 * @param rate requests per second in an open loop; 0 for a closed one
 * @param intervals after which it is ended
 */
record InterruptedRun(
        long seed, KnownBehaviour behaviour, int connections, int rate, int intervals) {

    /** One that the seed draws. */
    static InterruptedRun of(long seed) {
        Choices choices = Choices.ofSeed(seed);
        KnownBehaviour[] behaviours = KnownBehaviour.values();
        return new InterruptedRun(
                seed,
                behaviours[choices.below(behaviours.length - 1)], // QUICK has too many
                choices.between(10, 30),
                choices.below(2) * choices.between(50, 300),
                choices.between(1, 3));
    }

    /** Runs it, and holds its books against the server's. */
    void check() throws Exception {
        SimulatedKernel kernel = new SimulatedKernel(Choices.ofSeed(seed));
        kernel.setCallNanos(0);
        KnownServer server = new KnownServer(kernel, behaviour.of(seed), 0);
        kernel.route(_ -> server);
        StageRecord stage = SimulatedProgram.call(kernel, () -> run(kernel));
        assertBooks(stage, server);
    }

    private StageRecord run(SimulatedKernel kernel) throws Exception {
        LoadSession[] started = new LoadSession[1];
        RunObserver observer =
                new RunObserver() {
                    private int seen;

                    @Override
                    public void intervalEnded(StagePlan plan, Interval interval) {
                        if (++seen == intervals) {
                            started[0].interrupt();
                        }
                    }
                };
        try (LoadSession session =
                LoadSession.start(
                        List.of(options()), KnownRun.machine(kernel).meter(), List.of(observer))) {
            started[0] = session;
            session.connect();
            return session.run(new StagePlan(rate, false, 1, 0, 0, 0, 100_000));
        }
    }

    private EngineOptions options() throws Exception {
        Payload payload = new Payload(Payload.bytesOf("7\\n"));
        return new EngineOptions(
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 7),
                List.of(),
                connections,
                0,
                Duration.ofSeconds(10),
                1,
                connections,
                0,
                new Exchange(payload, new FixedAnswer(payload.bytes()), "echo"),
                Duration.ofSeconds(10).toNanos(),
                Transport.EPOLL,
                null);
    }

    private void assertBooks(StageRecord stage, KnownServer server) {
        long end = server.beganNanos() + intervals * 250_000_000L;
        StageOutcome outcome = stage.outcome();
        long answered = server.book().stream().filter(entry -> entry.answerNanos() <= end).count();
        long sent = server.book().size();
        assertThat(outcome.endedEarly()).isEqualTo(StageOutcome.INTERRUPTED);
        assertThat(outcome.answered()).as("answered").isEqualTo(answered);
        assertThat(outcome.inFlight()).as("in flight").isEqualTo(sent - answered);
        assertThat(outcome.unsent()).as("unsent").isEqualTo(100_000 - sent);
        assertThat(outcome.errors()).isEmpty();
        assertThat(outcome.balances()).isTrue();
        if (rate == 0) { // else they have waited since they were due, and some were not sent
            Histogram waited = Interval.newHistogram();
            server.book().stream()
                    .filter(entry -> entry.answerNanos() > end)
                    .forEach(entry -> waited.recordValue(end - entry.arrivalNanos()));
            assertThat(stage.unanswered).as("waits").isEqualTo(waited);
        }
    }
}
