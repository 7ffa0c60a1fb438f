import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.IoBuffer;
import edgeloop.Reactor;
import edgeloop.ReactorLocal;
import edgeloop.Server;
import edgeloop.ServerOptions;

/** The tables of the room, one for each thread that serves. Touched only to make one. */
final List<Table> tables = new CopyOnWriteArrayList<>();

/**
 * The table of the reactor at hand: those who sit there are served by one thread, without a lock.
 */
final ReactorLocal<Table> ownTable =
        ReactorLocal.withInitial(
                reactor -> {
                    var table = new Table(reactor, new LinkedHashMap<>());
                    tables.add(table);
                    return table;
                });

/** The chat room of Chat.java on as many threads as there are processors: [PORT]. */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7002;
    var options =
            ServerOptions.defaults()
                    .withPort(port)
                    .withReactors(Runtime.getRuntime().availableProcessors());
    var member = new Member();
    try (var server = Server.start(options, _ -> member)) {
        IO.println("Chat on port " + server.port());
        server.join();
    }
}

record Table(Reactor reactor, Map<Connection, String> names) {

    /** On the thread of the table's reactor. */
    void tell(String text) {
        for (Connection connection : names.keySet()) {
            if (connection.isCongested()) {
                connection.abort(); // it does not read, and what it is told would pile up
            } else {
                connection.write(text + "\n");
            }
        }
    }
}

class Member implements ConnectionHandler {

    @Override
    public void onRead(Connection connection, IoBuffer in) {
        var names = ownTable.get(connection.reactor()).names();
        for (String line; (line = in.readLine()) != null; ) {
            String name = names.putIfAbsent(connection, line);
            tellAll(name == null ? line + " is here" : name + ": " + line);
        }
    }

    @Override
    public void onClose(Connection connection, CloseReason reason) {
        String name = ownTable.get(connection.reactor()).names().remove(connection);
        if (name != null) {
            tellAll(name + " has left");
        }
    }
}

/**
 * From thread to thread goes a text, which nobody changes: what one says, all hear in its order.
 */
void tellAll(String text) {
    for (Table table : tables) {
        try {
            table.reactor().execute(() -> table.tell(text));
        } catch (RejectedExecutionException e) {
            // That thread has ended, and so have those at its table; or it is 65,536 texts behind.
        }
    }
}
