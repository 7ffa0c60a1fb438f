package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A handler keeps its connection after onClose; assertions are on, as in all tests. */
class KeptConnectionTest {
    private final RecordingHandler handler = new RecordingHandler();

    static Stream<Method> publicMethods() {
        return Arrays.stream(Connection.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> !method.isSynthetic())
                .filter(method -> !method.getName().equals("toString"));
    }

    @ParameterizedTest
    @MethodSource("publicMethods")
    @DisplayName("E58 every method of a connection that has closed throws")
    void everyMethodThrows(Method method) {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Connection kept = closedConnection(server);
            Object[] arguments =
                    Arrays.stream(method.getParameterTypes())
                            .map(KeptConnectionTest::anyOf)
                            .toArray();
            assertThatIllegalStateException()
                    .isThrownBy(() -> call(method, kept, arguments))
                    .withMessageContaining("onClose has returned");
        }
    }

    @Test
    @DisplayName("E58 the object of a connection that has closed is not given to another peer")
    void anotherPeerHasAnotherObject() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Connection kept = closedConnection(server);
            server.accepted();
            assertThat(handler.connection).isNotSameAs(kept);
        }
    }

    @Test
    @DisplayName("E58 within onClose the connection may still be asked")
    void onCloseMayAsk() {
        var asked = new Object[2];
        ConnectionHandler asking =
                new ConnectionHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {}

                    @Override
                    public void onClose(Connection connection, CloseReason reason) {
                        asked[0] = connection.isOpen();
                        asked[1] = connection.pendingOutput();
                    }
                };
        try (TurnedServer server = new TurnedServer(_ -> asking)) {
            server.accepted().close();
            server.turnUntil(() -> asked[1] != null);
            assertThat(asked).containsExactly(false, 0L);
        }
    }

    private Connection closedConnection(TurnedServer server) {
        Peer peer = server.accepted();
        Connection connection = handler.connection;
        peer.close();
        server.turnUntil(handler::isClosed);
        return connection;
    }

    private static void call(Method method, Connection connection, Object[] arguments)
            throws Throwable {
        try {
            method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Object anyOf(Class<?> type) {
        if (type == IoBuffer.class) {
            return IoBuffer.copyOf(new byte[] {1});
        }
        if (type == byte[].class) {
            return new byte[] {1};
        }
        if (type == String.class) {
            return "text";
        }
        if (type == Duration.class) {
            return Duration.ZERO;
        }
        if (type == Runnable.class) {
            return (Runnable) () -> {};
        }
        if (type == int.class) {
            return 0;
        }
        if (type == long.class) {
            return 0L;
        }
        if (type == FileHandle.class) {
            return null; // refused before it is looked at
        }
        throw new AssertionError("no argument for " + type);
    }
}
