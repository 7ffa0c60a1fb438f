package edgeloop.simulation;

import edgeloop.Client;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The client of a {@link Scenario}, which connects to {@link Outgoing} peers; in some it closes.
 */
final class SwarmClient {
    private final Scenario scenario;
    private final boolean closes;
    private @Nullable Client client;
    private boolean closed;
    private boolean gone;

    SwarmClient(Scenario scenario, boolean closes) {
        this.scenario = scenario;
        this.closes = closes;
    }

    /** The server is there, on whose reactor it connects. */
    void open() {
        client = Client.on(scenario.reactor(), scenario.settings.clientOptions());
        scenario.kernel.route(scenario.swarm::host);
    }

    /** Connects, in a task; false if the reactor takes no more of them. */
    boolean connect(Outgoing remote) {
        Client connecting = Objects.requireNonNull(client);
        return scenario.execute(() -> remote.connect(connecting));
    }

    /** Another thread closes it, if one is to and none has. */
    void close() {
        if (closes && !closed) {
            closed =
                    scenario.execute(
                            () -> {
                                scenario.kernel.note("---- the client is closed");
                                Objects.requireNonNull(client).close();
                                gone = true;
                            });
        }
    }

    /** Whether somebody has asked for its end. */
    boolean isClosed() {
        return closed;
    }

    /** Whether it has ended. */
    boolean isGone() {
        return gone;
    }
}
