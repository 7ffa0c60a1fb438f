import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.IoBuffer;
import edgeloop.Server;
import edgeloop.Timeout;

Duration patience = Duration.ofSeconds(20);

/**
 * A session with timers: Session.java [PORT [PATIENCE-MILLIS]]. Asks for a name and does not wait
 * for ever; after a silence it reminds, and after another it says goodbye.
 */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7003;
    if (arguments.length > 1) {
        patience = Duration.ofMillis(Long.parseLong(arguments[1]));
    }
    try (var server = Server.start(port, Visitor::new)) {
        IO.println("Sessions on port " + server.port());
        server.join();
    }
}

/** Serves one connection, so its fields are that session's state. */
class Visitor implements ConnectionHandler {
    private final Connection connection;
    private String name = "stranger";
    private Timeout timer;

    Visitor(Connection connection) {
        this.connection = connection;
        connection.write("Your name?\n");
        timer = connection.schedule(patience, this::end);
    }

    @Override
    public void onRead(Connection from, IoBuffer in) {
        for (String line; (line = in.readLine()) != null; ) {
            if (name.equals("stranger")) {
                name = line;
            }
            connection.write("I hear you, " + name + ".\n");
            timer.cancel();
            timer = connection.schedule(patience, this::remind);
        }
    }

    private void remind() {
        connection.write("Are you there, " + name + "?\n");
        timer = connection.schedule(patience, this::end);
    }

    /** No timer is left behind by a connection that closes: its timers end with it. */
    private void end() {
        connection.write("Goodbye, " + name + ".\n");
        connection.close();
    }
}
