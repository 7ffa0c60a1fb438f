package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The kernel gives less than was asked for though it has more. */
class ShortReadTest {

    @CallsOfEpoll
    @Test
    @DisplayName("E6 a short read is not the end of the input: only EAGAIN is")
    void shortReadIsNotTheEnd() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.forgetCounts();
            server.kernel.limitTransfers(3);
            peer.send("abcdefghij");
            server.turnUntil(() -> handler.text.length() > 0);

            assertThat(handler.told).containsExactly("read abc", "read def", "read ghi", "read j");
            assertThat(server.kernel.made().stream().filter(m -> m.call() == Call.RECV).toList())
                    .last()
                    .extracting(made -> made.outcome())
                    .isEqualTo(-Errno.EAGAIN);
        }
    }

    @Test
    @DisplayName("E6 an interrupted read is done again")
    void interruptedReadIsDoneAgain() {
        var handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.answerNext(Call.RECV, -Errno.EINTR);
            peer.send("hello");
            server.turnUntil(() -> handler.text.length() > 0);
            assertThat(handler.told).containsExactly("read hello");
            assertThat(server.stats().errors()).isZero();
        }
    }

    @CallsOfEpoll
    @Test
    void whatAHandlerLeavesIsThereAgainWithWhatHasCome() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        if (in.indexOf((byte) '\n') >= 0) {
                            super.onRead(from, in);
                        }
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.limitTransfers(2);
            peer.send("a line\nab");
            server.turn(5);
            peer.send("c\n");
            server.turnUntil(() -> handler.told.size() == 2);
            assertThat(handler.told).containsExactly("read a line\na", "read bc\n");
            server.turnUntilAsleep();
            assertThat(server.reactor.segments.taken()).as("segments kept").isZero();
        }
    }

    @Test
    void whatAHandlerLeavesIsThereAtTheEnd() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        in.skip(1);
                    }

                    @Override
                    public void onEnd(Connection from, IoBuffer in) {
                        super.onRead(from, in);
                        super.onEnd(from, in);
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().send("hello").sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("read ello", "end", "close PeerClosed[]");
        }
    }

    @Test
    void handlerThatNeverReadsIsClosedWhenTheBufferIsFull() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {}
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            int most = Connection.MAX_UNREAD_BYTES;
            peer.send(new byte[most]);
            server.turnUntil(() -> server.stats().bytesRead() == most);
            server.turnUntilAsleep();
            assertThat(handler.isClosed()).isFalse();
            assertThat(handler.connection.isOpen()).isTrue();

            peer.send(new byte[1]);
            server.turnUntil(() -> !handler.connection.isOpen());
            peer.close();
            server.turnUntil(handler::isClosed);
            assertThat(handler.reason).isInstanceOf(CloseReason.ProtocolError.class);
            assertThat(server.stats().protocolErrors()).isEqualTo(1);
        }
    }

    @Test
    void byteBehindTheMostThatMayBeLeftIsStillDelivered() {
        int most = Connection.MAX_UNREAD_BYTES;
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        if (in.remaining() > most) {
                            told.add("read " + in.readBytes(in.remaining()).length);
                        }
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            peer.send(new byte[most]);
            server.turnUntil(() -> server.stats().bytesRead() == most);
            peer.send(new byte[1]);
            server.turnUntil(() -> !handler.told.isEmpty());
            assertThat(handler.told).containsExactly("read " + (most + 1));
            assertThat(handler.connection.isOpen()).isTrue();
        }
    }
}
