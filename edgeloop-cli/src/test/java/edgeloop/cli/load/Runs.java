package edgeloop.cli.load;

import edgeloop.Transport;
import edgeloop.TransportSecurity;
import edgeloop.cli.LineWriter;
import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.engine.LoadSession;
import edgeloop.cli.load.measure.ConnectionCounts;
import edgeloop.cli.load.measure.Meter;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import edgeloop.cli.load.measure.StageRecord;
import edgeloop.cli.load.message.CannotRunException;
import edgeloop.cli.load.protocol.Exchange;
import edgeloop.cli.load.protocol.Expectation;
import edgeloop.cli.load.protocol.FixedAnswer;
import edgeloop.cli.load.protocol.Payload;
import edgeloop.cli.load.protocol.Resolver;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Runs of the load tester within the test's own process. */
public final class Runs {
    private static final Charset UTF = StandardCharsets.UTF_8;
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(5);

    private Runs() {}

    /** What a command line printed, and its exit code. */
    public record Outcome(int exitCode, String out, String err) {}

    /** Runs {@code loadtest} with these arguments; progress is not printed. */
    public static Outcome loadtest(String... arguments) throws InterruptedException {
        return loadtest(Resolver.SYSTEM, arguments);
    }

    /** The same where {@code resolver} knows the names. */
    static Outcome loadtest(Resolver resolver, String... arguments) throws InterruptedException {
        return loadtest(new Machine(resolver, InstantSource.system(), Meter.SYSTEM), arguments);
    }

    /** The same on another machine. */
    static Outcome loadtest(Machine machine, String... arguments) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        LineWriter outLines = LineWriter.start("out", new PrintStream(out, true, UTF));
        LineWriter errLines = LineWriter.start("err", new PrintStream(err, true, UTF));
        int exitCode = LoadCommand.commandLine(outLines, errLines, machine).execute(arguments);
        outLines.awaitWritten(WRITE_TIMEOUT);
        errLines.awaitWritten(WRITE_TIMEOUT);
        return new Outcome(exitCode, out.toString(UTF), err.toString(UTF));
    }

    public static StagePlan requests(long requests) {
        return new StagePlan(0, false, 1, 0, 0, 0, requests);
    }

    static StagePlan lasting(Duration duration) {
        return new StagePlan(0, false, 1, 0, 0, duration.toNanos(), 0);
    }

    /** Echoes of 64 bytes, one at a time. */
    public static EngineOptions echoes(int port, int connections) {
        Payload payload = Payload.noise(64);
        return new EngineOptions(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                List.of(),
                connections,
                0,
                Duration.ofSeconds(10),
                1,
                connections,
                0,
                new Exchange(payload, new FixedAnswer(payload.bytes()), "echo"),
                Duration.ofSeconds(30).toNanos(),
                Transport.EPOLL,
                null);
    }

    static EngineOptions withTimeout(EngineOptions o, Duration timeout) {
        return new EngineOptions(
                o.target(),
                o.sources(),
                o.connections(),
                o.connectRate(),
                o.connectTimeout(),
                o.pipeline(),
                o.inFlight(),
                o.requestsPerConnection(),
                o.exchange(),
                timeout.toNanos(),
                Transport.EPOLL,
                o.tls());
    }

    public static EngineOptions withPipeline(EngineOptions o, int depth) {
        return new EngineOptions(
                o.target(),
                o.sources(),
                o.connections(),
                o.connectRate(),
                o.connectTimeout(),
                depth,
                o.connections() * depth,
                o.requestsPerConnection(),
                o.exchange(),
                o.timeoutNanos(),
                Transport.EPOLL,
                o.tls());
    }

    static EngineOptions withRequestsPerConnection(EngineOptions o, int requests) {
        return new EngineOptions(
                o.target(),
                o.sources(),
                o.connections(),
                o.connectRate(),
                o.connectTimeout(),
                o.pipeline(),
                o.inFlight(),
                requests,
                o.exchange(),
                o.timeoutNanos(),
                Transport.EPOLL,
                o.tls());
    }

    static EngineOptions withTls(EngineOptions o, TransportSecurity tls) {
        return new EngineOptions(
                o.target(),
                o.sources(),
                o.connections(),
                o.connectRate(),
                o.connectTimeout(),
                o.pipeline(),
                o.inFlight(),
                o.requestsPerConnection(),
                o.exchange(),
                o.timeoutNanos(),
                Transport.EPOLL,
                tls);
    }

    public static EngineOptions expecting(EngineOptions o, String payload, String answer) {
        Payload sent = new Payload(Payload.bytesOf(payload));
        return exchanging(o, new Exchange(sent, new Expectation(answer).reader(sent), answer));
    }

    public static EngineOptions exchanging(EngineOptions o, Exchange exchange) {
        return new EngineOptions(
                o.target(),
                o.sources(),
                o.connections(),
                o.connectRate(),
                o.connectTimeout(),
                o.pipeline(),
                o.inFlight(),
                o.requestsPerConnection(),
                exchange,
                o.timeoutNanos(),
                Transport.EPOLL,
                o.tls());
    }

    /** One stage and the connections' books after it. */
    public record Run(StageRecord stage, ConnectionCounts connections) {
        public StageOutcome outcome() {
            return stage.outcome();
        }
    }

    public static Run run(EngineOptions options, StagePlan plan)
            throws CannotRunException, InterruptedException {
        try (LoadSession session = LoadSession.start(List.of(options), Meter.SYSTEM, List.of())) {
            session.connect();
            StageRecord stage = session.run(plan);
            return new Run(stage, session.connections());
        }
    }
}
