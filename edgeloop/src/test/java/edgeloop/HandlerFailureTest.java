package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Code of the handler throws. */
class HandlerFailureTest {
    private final RuntimeException exception = new IllegalStateException("on purpose");
    private final Error error = new StackOverflowError("on purpose");
    private final List<RecordingHandler> handlers = new ArrayList<>();

    enum Place {
        ON_READ,
        ON_END,
        ON_DRAIN,
        TIMER,
        TASK
    }

    /** The first connection fails at {@code place}, the others read. */
    private ConnectionHandler handlerFor(Connection connection, Place place, Throwable failure) {
        RecordingHandler handler =
                handlers.isEmpty() ? new Failing(place, failure) : new RecordingHandler();
        handlers.add(handler);
        if (place == Place.TIMER && handlers.size() == 1) {
            connection.schedule(Duration.ZERO, () -> fail(failure));
        }
        return handler.on(connection);
    }

    private static void fail(Throwable failure) {
        if (failure instanceof Error thrown) {
            throw thrown;
        }
        throw (RuntimeException) failure;
    }

    private static final class Failing extends RecordingHandler {
        private final Place place;
        private final Throwable failure;

        Failing(Place place, Throwable failure) {
            this.place = place;
            this.failure = failure;
        }

        @Override
        public void onRead(Connection from, IoBuffer in) {
            super.onRead(from, in);
            from.write("an answer that must not go out by halves");
            if (place == Place.ON_READ) {
                fail(failure);
            }
        }

        @Override
        public void onEnd(Connection from, IoBuffer in) {
            if (place == Place.ON_END) {
                fail(failure);
            }
            super.onEnd(from, in);
        }

        @Override
        public void onDrain(Connection from) {
            if (place == Place.ON_DRAIN) {
                fail(failure);
            }
        }
    }

    private void provoke(TurnedServer server, Peer peer, Place place) {
        Connection connection = handlers.getFirst().connection;
        switch (place) {
            case ON_READ -> peer.send("x");
            case ON_END -> peer.sendFin();
            case ON_DRAIN -> {
                // The kernel takes nothing at first, so the output waits above the mark.
                server.kernel.answerNext(Call.SEND, -Errno.EAGAIN);
                connection.write(new byte[100]);
            }
            case TIMER -> server.kernel.passTime(Duration.ofMillis(5));
            case TASK -> connection.ref().execute(_ -> fail(exception));
        }
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    @DisplayName("E12 an exception closes that connection alone, once, under its cause")
    void exceptionClosesItsConnectionAlone(Place place) {
        check(place, exception);
    }

    @ParameterizedTest
    @EnumSource(value = Place.class, names = "TASK", mode = EnumSource.Mode.EXCLUDE)
    @DisplayName("E12 an error does too, and does not end the loop")
    void errorClosesItsConnectionAlone(Place place) {
        check(place, error);
    }

    private void check(Place place, Throwable failure) {
        ConnectionOptions options = ConnectionOptions.defaults().withWaterMarks(10, 100);
        try (TurnedServer server = new TurnedServer(options, c -> handlerFor(c, place, failure))) {
            Peer failing = server.accepted();
            provoke(server, failing, place);
            server.turnUntil(handlers.getFirst()::isClosed);
            assertThat(handlers.getFirst().reason)
                    .isEqualTo(new CloseReason.HandlerFailed(failure));
            assertThat(handlers.getFirst().timesClosed()).isEqualTo(1);
            server.turnUntil(failing::isEnded);
            assertThat(failing.wasReset()).isTrue();

            Peer other = server.accepted().send("fine");
            server.turnUntil(() -> !handlers.getLast().told.isEmpty());
            assertThat(handlers.getLast().told).containsExactly("read fine");
            assertThat(other.isEnded()).isFalse();
            assertThat(server.stats().handlerFailures()).isEqualTo(1);
            assertThat(server.stats().errors()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E12 a handler factory that throws closes the connection")
    void factoryThatThrowsClosesTheConnection() {
        HandlerFactory factory =
                _ -> {
                    throw exception;
                };
        try (TurnedServer server = new TurnedServer(factory)) {
            Peer peer = server.peer();
            server.turnUntil(peer::isEnded);
            assertThat(server.stats().handlerFailures()).isEqualTo(1);
            assertThat(server.stats().activeConnections()).isZero();
        }
    }

    @Test
    @DisplayName("E12 a handler factory that answers null closes the connection")
    void factoryThatAnswersNullClosesTheConnection() {
        try (TurnedServer server = new TurnedServer(_ -> null)) {
            Peer peer = server.peer();
            server.turnUntil(peer::isEnded);
            assertThat(server.stats().handlerFailures()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E12 an onClose that throws changes nothing about the end")
    void onCloseThatThrowsChangesNothing() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onClose(Connection from, CloseReason why) {
                        super.onClose(from, why);
                        throw exception;
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().sendFin();
            server.turnUntil(() -> server.kernelConnections() == 0);
            server.turn(5);
            assertThat(handler.timesClosed()).isEqualTo(1);
            assertThat(server.stats().peerClosed()).isEqualTo(1);
            assertThat(server.stats().activeConnections()).isZero();
        }
    }

    @Test
    void taskOfTheReactorThatThrowsClosesNothing() {
        try (TurnedServer server = TurnedServer.echo()) {
            Peer peer = server.accepted();
            server.reactor.execute(() -> fail(exception));
            server.reactor.execute(() -> fail(error));
            server.reactor.schedule(Duration.ZERO, () -> fail(exception));
            server.kernel.passTime(Duration.ofMillis(2));
            server.turn(2);
            peer.send("fine");
            server.turnUntil(() -> peer.text().equals("fine"));
            assertThat(server.stats().errors()).isZero();
        }
    }

    @Test
    void handlerThatEndedItsConnectionBeforeItThrewKeepsThatReason() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection from, IoBuffer in) {
                        from.abort();
                        throw exception;
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().send("x");
            server.turnUntil(handler::isClosed);
            assertThat(handler.told).containsExactly("close LocallyClosed[]");
            assertThat(server.stats().locallyClosed()).isEqualTo(1);
            assertThat(server.stats().handlerFailures()).isZero();
        }
    }
}
