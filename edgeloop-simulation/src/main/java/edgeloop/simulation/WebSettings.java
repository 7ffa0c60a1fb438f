package edgeloop.simulation;

import edgeloop.ConnectionOptions;
import edgeloop.ReactorListener;
import edgeloop.ServerOptions;
import edgeloop.Transport;
import edgeloop.http.HttpOptions;
import java.time.Duration;

/** What a seed draws for a {@link WebScenario} beside its peers and files. */
final class WebSettings {
    private static final int MAX_TIMEOUT_MILLIS = 8_000;
    private static final long PLENTY_BYTES = 1L << 32;

    /** What a run is about. */
    enum Theme {
        MIXED,
        /** Files, asked for again and again while they change. */
        FILES,
        /** Requests with bodies. */
        BODIES,
        /** More requests in a row than are answered in one go. */
        FLOOD,
        /** Content that is written in many pieces. */
        BULK
    }

    final Theme theme;
    final ServerOptions server;
    final HttpOptions http;
    final boolean memoryLimited;
    final boolean descriptorsLimited;

    /** Whether a directory without an index is listed. */
    final boolean listing;

    /** How often the access log throws, in 65,536ths. */
    final int logFailures;

    final int calmAtCall;
    final int shutdownAtCall;
    final boolean shutsDownEarly;
    final boolean shutsDownAtOnce;

    private final Choices choices;

    WebSettings(
            SimulatedKernel kernel,
            Choices choices,
            ReactorListener listener,
            Transport transport) {
        this.choices = choices;
        this.theme = drawTheme();
        this.memoryLimited = choices.below(16) == 0;
        this.descriptorsLimited = choices.below(16) == 0;
        if (descriptorsLimited) {
            kernel.limitDescriptors(4 + choices.magnitude(2, 10));
        }
        this.server = drawServer(listener, kernel.faults(), transport);
        this.http = drawHttp();
        this.listing = choices.below(4) > 0;
        this.logFailures = choices.below(8) == 0 ? 1 << 13 : 0;
        this.calmAtCall = choices.magnitude(theme == Theme.FILES ? 256 : 0, 2_048);
        int draw = choices.below(16);
        this.shutsDownEarly = draw < 3;
        this.shutsDownAtOnce = draw == 0;
        this.shutdownAtCall = choices.magnitude(16, 2_048);
    }

    private Theme drawTheme() {
        int draw = choices.below(64);
        return draw == 0
                ? Theme.FLOOD
                : draw == 1
                        ? Theme.BULK
                        : draw < 28 ? Theme.FILES : draw < 38 ? Theme.BODIES : Theme.MIXED;
    }

    private ServerOptions drawServer(ReactorListener listener, Faults faults, Transport transport) {
        boolean much = theme == Theme.FLOOD || choices.below(4) == 0;
        int high = choices.magnitude(theme == Theme.FLOOD ? 50_000 : 1, much ? 100_000 : 4_000);
        ConnectionOptions connection =
                ConnectionOptions.defaults()
                        .withWaterMarks(choices.below(high), high)
                        .withIdleTimeout(drawTimeout(8))
                        .withWriteTimeout(drawTimeout(2))
                        .withLingerTimeout(drawTimeout(1))
                        .withHalfCloseTimeout(drawTimeout(2));
        long memory = memoryLimited ? (1 << 14) + choices.magnitude(0, 1 << 15) : PLENTY_BYTES;
        return ServerOptions.defaults()
                .withBacklog(choices.magnitude(1, 256))
                .withMaxEvents(choices.magnitude(1, 64))
                .withTransport(transport)
                .withTrigger(Settings.drawTrigger(transport, choices, faults))
                .withDrainTimeout(drawTimeout(1))
                .withConnection(connection)
                .withMaxBufferBytes(memory)
                .withListeners(_ -> listener);
    }

    private HttpOptions drawHttp() {
        return HttpOptions.defaults()
                .withMaxHead(
                        choices.between(WebDraw.LONGEST_LINE, 1_000),
                        choices.between(WebDraw.LONGEST_FIELDS, 4_000),
                        choices.between(WebDraw.MOST_FIELDS, 40))
                .withMaxBodyBytes(choices.magnitude(0, 4_000))
                .withHeadTimeout(drawLimit())
                .withMinBodyRate(choices.below(2) == 0 ? 0 : choices.magnitude(1, 2_000))
                .withMinOutputRate(choices.below(2) == 0 ? 0 : choices.magnitude(1, 1 << 16))
                .withKeepAliveTimeout(drawLimit())
                .withAnswerTimeout(choices.below(4) == 0 ? Duration.ZERO : drawLimit());
    }

    /** Long more often than not: else little would get anywhere. */
    private Duration drawLimit() {
        int least = choices.below(4) == 0 ? 1 : 2_000;
        return Duration.ofMillis(choices.magnitude(least, MAX_TIMEOUT_MILLIS));
    }

    private Duration drawTimeout(int oneIn) {
        boolean none = choices.below(oneIn) > 0 || choices.below(8) == 0;
        return none ? Duration.ZERO : Duration.ofMillis(choices.magnitude(1, MAX_TIMEOUT_MILLIS));
    }

    /** The bytes that a body must bring in each span of the head timeout. */
    long windowBytes() {
        return http.minBodyRate() * http.headTimeout().toMillis() / 1000;
    }

    @Override
    public String toString() {
        return server.withListeners(null) + "; " + http;
    }
}
