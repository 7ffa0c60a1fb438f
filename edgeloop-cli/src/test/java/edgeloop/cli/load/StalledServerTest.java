package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.engine.LoadSession;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.Meter;
import edgeloop.cli.load.measure.RunObserver;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.measure.StageRecord;
import edgeloop.cli.load.result.Latencies;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A server that does nothing for 2 s of 20 s. A tenth of all requests falls due in the stall, and
 * waits for what is left of it, so that the p99 is the stall less a hundredth of the run.
 */
class StalledServerTest {
    private static final int RUN_SECONDS = 20;
    private static final int CONNECTIONS = 10;
    private static final double RATE = 500;

    private static final StagePlan PLAN =
            new StagePlan(RATE, false, 1, 0, 0, Duration.ofSeconds(RUN_SECONDS).toNanos(), 0);

    @Test
    void responseTimesHoldTheWholeStallAndServiceTimesWhatWasInFlight() throws Exception {
        try (EchoProcess server = EchoProcess.start()) {
            CountDownLatch underWay = new CountDownLatch(20); // intervals: 5 s
            RunObserver observer =
                    new RunObserver() {
                        @Override
                        public void intervalEnded(StagePlan plan, Interval interval) {
                            underWay.countDown();
                        }
                    };
            EngineOptions options = Runs.echoes(server.port, CONNECTIONS);
            try (LoadSession session =
                    LoadSession.start(List.of(options), Meter.SYSTEM, List.of(observer))) {
                session.connect();
                CompletableFuture<Double> stall =
                        CompletableFuture.supplyAsync(() -> stall(server, underWay));
                StageRecord stage = session.run(PLAN);
                double stallMillis = stall.get(10, TimeUnit.SECONDS);
                double arithmetic = stallMillis - RUN_SECONDS * 1000 * 0.01;
                assertThat(Latencies.percentileMillis(stage.response, 99))
                        .isCloseTo(arithmetic, within(0.05 * arithmetic));
                assertThat(stage.service.getTotalCount())
                        .isEqualTo(stage.response.getTotalCount())
                        .isEqualTo((long) (RUN_SECONDS * RATE));
                long stalled =
                        stage.service.getTotalCount()
                                - stage.service.getCountBetweenValues(0, (long) (arithmetic * 1e6));
                assertThat(stalled).isBetween(1L, (long) CONNECTIONS);
                assertThat(stage.outcome().balances()).isTrue();
            }
        }
    }

    /** Stops the server for 2 s, and answers how long it really was, in milliseconds. */
    private static double stall(EchoProcess server, CountDownLatch underWay) {
        try {
            underWay.await();
            server.signal("STOP");
            long begin = System.nanoTime();
            boolean _ = new CountDownLatch(1).await(2, TimeUnit.SECONDS); // the stall itself
            server.signal("CONT");
            return (System.nanoTime() - begin) / 1e6;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
