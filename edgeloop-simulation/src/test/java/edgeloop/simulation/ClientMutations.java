package edgeloop.simulation;

import java.util.List;

/** Bugs in how a program connects, and what it is told of it. */
final class ClientMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "E28 a failed connect passes for success",
                            "Opener",
                            "if (error != 0) {",
                            "if (false) {",
                            20_000),
                    new Mutant(
                            "E29 ERR and HUP do not end a connect",
                            "engine/ReadinessEngine",
                            "if ((mask & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) {",
                            "if (mask != EPOLLOUT) {",
                            20_000),
                    new Mutant(
                            "E30 a socket that is connected to itself is taken",
                            "Connector",
                            "? Errno.ECONNREFUSED : 0;",
                            "? 0 : 0;",
                            20_000),
                    new Mutant(
                            "E25 an interrupted connect is given up, though it goes on",
                            "engine/SocketEngine",
                            "result == -Errno.EINPROGRESS || result == -Errno.EINTR;",
                            "result == -Errno.EINPROGRESS;",
                            20_000),
                    new Mutant(
                            "E4 a socket that can't connect is not closed",
                            "Connector",
                            "reactor.close(socket);",
                            "",
                            20_000),
                    new Mutant(
                            "E59 who connects is told before it has its answer",
                            "Connector",
                            "reactor.control(() -> onFailure.accept(reason));",
                            "onFailure.accept(reason);",
                            20_000),
                    new Mutant(
                            "E60 nobody is told that a connect was closed before it was through",
                            "Connector",
                            "    public void onClose(Connection connection, CloseReason reason) {\n"
                                    + "        onFailure.accept(reason);",
                            "    public void onClose(Connection connection, CloseReason reason) {\n"
                                    + "        if (!(reason instanceof CloseReason.LocallyClosed)) onFailure.accept(reason);",
                            20_000),
                    new Mutant(
                            "E66 a connect has no timeout",
                            "Deadlines",
                            "millisLeft(connection.group().connectTimeoutMillis, connection.lastSendMillis);",
                            "NO_TIMEOUT;",
                            20_000),
                    new Mutant(
                                    "E66 a connect's time counts from the beginning of the turn",
                                    "Deadlines",
                                    "? (int) reactor.timers.exactTick()",
                                    "? connection.lastMoveMillis",
                                    20_000)
                            .rarely(501),
                    new Mutant(
                            "E66 being idle counts from the beginning of the connect",
                            "Opener",
                            "reactor.deadlines.begin(connection);\n        greet(",
                            "reactor.deadlines.watch(connection);\n        greet(",
                            20_000),
                    new Mutant(
                                    "E66 a connect that has succeeded times out where its event is late",
                                    "Deadlines",
                                    "reactor.engine.askForRoom(connection);",
                                    "if (connection.state != Connection.State.CONNECTING)"
                                            + " reactor.engine.askForRoom(connection);",
                                    20_000)
                            .rarely(3_201),
                    new Mutant(
                                    "E59 a client that is closed goes on connecting",
                                    "Client",
                                    "        if (closed) {",
                                    "        if (false) {",
                                    20_000)
                            .rarely(6_001));

    private ClientMutations() {}
}
