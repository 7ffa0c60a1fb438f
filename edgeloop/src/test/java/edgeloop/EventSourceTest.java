package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.ScriptedSyscalls.Call;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a listener can learn of the socket that an event is about. */
final class EventSourceTest {
    private final List<String> events = new ArrayList<>();

    @Test
    void listeningSocketAndConnectionHaveTheirAddresses() {
        ReactorListener listener =
                new ReactorListener() {
                    @Override
                    public void onEvents(EventSource source, int mask) {
                        var remote = source.remoteAddress();
                        events.add(
                                source.fd()
                                        + (source.isListener() ? " listens on " : " accepted on ")
                                        + Addresses.format(source.localAddress())
                                        + (remote == null ? "" : " from " + remote.getPort()));
                    }
                };
        ServerOptions options = Defaults.server().withListeners(_ -> listener);
        try (TurnedServer server = new TurnedServer(options, _ -> Connection::write)) {
            Peer peer = server.accepted().send("a");
            server.turnUntil(() -> peer.text().equals("a"));
            peer.send("b");
            server.turnUntil(() -> peer.text().equals("ab"));
            int port = server.server.port();
            String accepted =
                    server.lastAccepted()
                            + " accepted on 127.0.0.1:"
                            + port
                            + " from "
                            + peer.port();
            assertThat(events).contains(accepted);
            assertThat(events)
                    .filteredOn(event -> !event.equals(accepted))
                    .singleElement()
                    .asString()
                    .endsWith(" listens on [::]:" + port);
            assertThat(server.kernel.count(Call.REMOTE_ADDRESS)).isEqualTo(1);
        }
    }

    @Test
    void listenerThatAsksForNothingCostsNoCall() {
        ServerOptions options = Defaults.server().withListeners(_ -> new ReactorListener() {});
        try (TurnedServer server = new TurnedServer(options, _ -> Connection::write)) {
            server.kernel.forgetCounts();
            Peer peer = server.accepted().send("a");
            server.turnUntil(() -> peer.text().equals("a"));
            assertThat(server.kernel.count(Call.LOCAL_ADDRESS)).isZero();
            assertThat(server.kernel.count(Call.REMOTE_ADDRESS)).isZero();
        }
    }
}
