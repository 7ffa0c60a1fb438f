package edgeloop.simulation;

import edgeloop.ClientOptions;
import edgeloop.ConnectionOptions;
import edgeloop.ReactorListener;
import edgeloop.ServerOptions;
import edgeloop.Transport;
import edgeloop.Trigger;
import java.time.Duration;

/**
 * What a seed draws for a {@link Scenario} beside its peers: the server's options, whether
 * descriptors are scarce, when all becomes calm, and how the server ends.
 */
final class Settings {
    private static final int MAX_TIMEOUT_MILLIS = 8_000;
    private static final int READ_BYTES = 64 * 1024;
    private static final long PLENTY_BYTES = 1L << 32;

    /** How the server ends. */
    enum Shutdown {
        WHEN_SERVED,
        AT_ANY_TIME,
        AT_ONCE
    }

    final Shutdown shutdown;
    final int calmAtCall;
    final int shutdownAtCall;
    final boolean closesFromOutside;
    final boolean descriptorsLimited;
    final boolean fillsTasks;

    private final Choices choices;
    private final Transport transport;
    private ServerOptions options;
    private int connectMillis;

    Settings(
            SimulatedKernel kernel,
            Choices choices,
            ReactorListener listener,
            Transport transport) {
        this.choices = choices;
        this.transport = transport;
        this.options = drawOptions(listener, kernel.faults());
        this.descriptorsLimited = choices.below(16) == 0;
        if (descriptorsLimited) {
            kernel.limitDescriptors(4 + choices.magnitude(1, 8));
        }
        this.calmAtCall = choices.magnitude(0, 4_096);
        this.shutdown = drawShutdown();
        this.shutdownAtCall = choices.magnitude(16, 4_096);
        this.closesFromOutside = choices.below(16) == 0;
        this.fillsTasks = choices.below(1024) == 0;
    }

    private Shutdown drawShutdown() {
        int draw = choices.below(16);
        return draw < 12
                ? Shutdown.WHEN_SERVED
                : draw < 15 ? Shutdown.AT_ANY_TIME : Shutdown.AT_ONCE;
    }

    private ServerOptions drawOptions(ReactorListener listener, Faults faults) {
        int high = choices.magnitude(1, choices.below(4) == 0 ? 100_000 : 2_000);
        ConnectionOptions connection =
                ConnectionOptions.defaults()
                        .withWaterMarks(choices.below(high), high)
                        .withBackpressure(choices.below(8) > 0)
                        .withIdleTimeout(drawTimeout(4))
                        .withIdleBytes(choices.below(4) == 0 ? choices.magnitude(1, 200) : 1)
                        .withWriteTimeout(drawTimeout(2))
                        .withLingerTimeout(drawTimeout(1))
                        .withHalfCloseTimeout(drawTimeout(2));
        ServerOptions drawn =
                ServerOptions.defaults()
                        .withBacklog(choices.magnitude(1, 256))
                        .withMaxEvents(choices.magnitude(1, 64))
                        .withTransport(transport)
                        .withTrigger(drawTrigger(transport, choices, faults))
                        .withDrainTimeout(drawTimeout(1))
                        .withConnection(connection)
                        .withListeners(_ -> listener);
        return choices.below(8) == 0 ? drawn.withMaxConnections(choices.between(1, 4)) : drawn;
    }

    /**
     * Memory for some segments of 8 KiB now and then, and else more than any run takes.
     *
     * @return whether it is scarce
     */
    boolean drawMemory(Choices shortages) {
        boolean scarce = shortages.below(8) == 0;
        options = options.withMaxBufferBytes(PLENTY_BYTES);
        if (scarce) {
            options = options.withMaxBufferBytes((1 << 14) + shortages.magnitude(0, 1 << 15));
        }
        return scarce;
    }

    /** A least rate of output now and then. */
    void drawOutputRate(Choices shortages) {
        if (shortages.below(2) == 0) {
            int rate = shortages.magnitude(1, 1 << 20);
            options = options.withConnection(options.connection().withMinOutputRate(rate));
        }
    }

    /**
     * When the kernel tells of connections: by edges in every other seed. Where a short read is
     * taken for the last, none is cut short by chance: epoll(7) promises that.
     */
    static Trigger drawTrigger(Transport transport, Choices choices, Faults faults) {
        if (transport == Transport.IO_URING) {
            return Trigger.EDGE; // which has no meaning there
        }
        Trigger[] all = Trigger.values();
        Trigger drawn = choices.below(2) == 0 ? Trigger.EDGE : all[choices.below(all.length)];
        if (drawn == Trigger.EDGE_UNTIL_SHORT) {
            faults.setRate(Fault.RECV_SHORT, 0);
        }
        return drawn;
    }

    /** How long a connect may take, if any is made. */
    void drawConnectTimeout(Choices outward) {
        boolean none = outward.below(2) == 0;
        connectMillis = none ? 0 : outward.magnitude(1, MAX_TIMEOUT_MILLIS);
    }

    /** None in all but one of {@code oneIn} cases, and rarely none else. */
    private Duration drawTimeout(int oneIn) {
        boolean none = choices.below(oneIn) > 0 || choices.below(8) == 0;
        return none ? Duration.ZERO : Duration.ofMillis(choices.magnitude(1, MAX_TIMEOUT_MILLIS));
    }

    ServerOptions options() {
        return options;
    }

    /** Whether a short read is taken for the last. */
    boolean readsUntilShort() {
        return options.trigger() == Trigger.EDGE_UNTIL_SHORT;
    }

    /** Runs in bulk, of 512, beside those of all transports: a ring reads them by other rules. */
    int moreInBulk() {
        return transport == Transport.IO_URING ? 7 : 0;
    }

    int lingerMillis() {
        return (int) options.connection().lingerTimeout().toMillis();
    }

    int idleMillis() {
        return (int) options.connection().idleTimeout().toMillis();
    }

    int idleBytes() {
        return options.connection().idleBytes();
    }

    int connectMillis() {
        return connectMillis;
    }

    /** How the program connects, if it does: as the connections of the server else. */
    ClientOptions clientOptions() {
        return ClientOptions.defaults()
                .withTransport(transport)
                .withConnectTimeout(Duration.ofMillis(connectMillis))
                .withConnection(options.connection());
    }

    int writeMillis() {
        return (int) options.connection().writeTimeout().toMillis();
    }

    int halfCloseMillis() {
        return (int) options.connection().halfCloseTimeout().toMillis();
    }

    int highWaterMark() {
        return options.connection().highWaterMark();
    }

    int lowWaterMark() {
        return options.connection().lowWaterMark();
    }

    boolean hasBackpressure() {
        return options.connection().backpressure();
    }

    int readBytes() {
        return READ_BYTES;
    }
}
