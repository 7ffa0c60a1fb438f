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

    /** Options of which some are to be others. */
    private static final class Changed {
        private final EngineOptions from;
        private Duration connectTimeout;
        private int pipeline;
        private int inFlight;
        private int requestsPerConnection;
        private Exchange exchange;
        private long timeoutNanos;
        private TransportSecurity tls;

        Changed(EngineOptions from) {
            this.from = from;
            this.connectTimeout = from.connectTimeout();
            this.pipeline = from.pipeline();
            this.inFlight = from.inFlight();
            this.requestsPerConnection = from.requestsPerConnection();
            this.exchange = from.exchange();
            this.timeoutNanos = from.timeoutNanos();
            this.tls = from.tls();
        }

        EngineOptions make() {
            return new EngineOptions(
                    from.target(),
                    from.sources(),
                    from.connections(),
                    from.connectRate(),
                    connectTimeout,
                    pipeline,
                    inFlight,
                    requestsPerConnection,
                    exchange,
                    timeoutNanos,
                    Transport.EPOLL,
                    tls);
        }
    }

    static EngineOptions withConnectTimeout(EngineOptions o, Duration timeout) {
        Changed changed = new Changed(o);
        changed.connectTimeout = timeout;
        return changed.make();
    }

    static EngineOptions withTimeout(EngineOptions o, Duration timeout) {
        Changed changed = new Changed(o);
        changed.timeoutNanos = timeout.toNanos();
        return changed.make();
    }

    public static EngineOptions withPipeline(EngineOptions o, int depth) {
        Changed changed = new Changed(o);
        changed.pipeline = depth;
        changed.inFlight = o.connections() * depth;
        return changed.make();
    }

    static EngineOptions withRequestsPerConnection(EngineOptions o, int requests) {
        Changed changed = new Changed(o);
        changed.requestsPerConnection = requests;
        return changed.make();
    }

    static EngineOptions withTls(EngineOptions o, TransportSecurity tls) {
        Changed changed = new Changed(o);
        changed.tls = tls;
        return changed.make();
    }

    public static EngineOptions expecting(EngineOptions o, String payload, String answer) {
        Payload sent = new Payload(Payload.bytesOf(payload));
        return exchanging(o, new Exchange(sent, new Expectation(answer).reader(sent), answer));
    }

    public static EngineOptions exchanging(EngineOptions o, Exchange exchange) {
        Changed changed = new Changed(o);
        changed.exchange = exchange;
        return changed.make();
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
