package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.ScriptedSyscalls.Call;
import org.junit.jupiter.api.Test;

/** A handler knows that nothing more comes until it has written. */
class AwaitInputTest {
    private final RecordingHandler handler =
            new RecordingHandler() {
                @Override
                public void onRead(Connection from, IoBuffer in) {
                    super.onRead(from, in);
                    from.awaitInput();
                }
            };

    @CallsOfEpoll
    @Test
    void theKernelIsNotAskedForMore() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.forgetCounts();
            peer.send("hello");
            server.turnUntil(() -> handler.told.size() == 1);
            server.turnUntilAsleep();
            assertThat(server.kernel.count(Call.RECV)).isEqualTo(1);
            assertThat(server.stats().requests()).isEqualTo(1);
        }
    }

    @Test
    void whatComesLaterIsAnEventOfItsOwn() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted().send("hello");
            server.turnUntil(() -> handler.told.size() == 1);
            peer.send("again").sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told)
                    .containsExactly("read hello", "read again", "end", "close PeerClosed[]");
        }
    }

    @CallsOfEpoll
    @Test
    void whatWasThereAlreadyComesWithTheNextEvent() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.limitTransfers(3);
            peer.send("abcdef");
            server.turnUntil(() -> handler.told.size() == 1);
            server.turnUntilAsleep();
            assertThat(handler.told).containsExactly("read abc");
            peer.send("g");
            server.turnUntil(() -> handler.told.size() == 2);
            assertThat(handler.told).containsExactly("read abc", "read def");
        }
    }

    @Test
    void aFinIsAnEventOfItsOwn() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted().send("hello");
            server.turnUntil(() -> handler.told.size() == 1);
            server.turnUntilAsleep();
            peer.sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("read hello", "end", "close PeerClosed[]");
        }
    }
}
