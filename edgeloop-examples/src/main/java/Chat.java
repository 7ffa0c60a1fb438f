import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.IoBuffer;
import edgeloop.Server;

/** Those in the room. One thread serves them all, so there is no lock. */
final Map<Connection, String> names = new LinkedHashMap<>();

/** A chat room: Chat.java [PORT]. Your first line is your name; what follows, everybody reads. */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7002;
    var member = new Member();
    try (var server = Server.start(port, _ -> member)) {
        IO.println("Chat on port " + server.port());
        server.join();
    }
}

class Member implements ConnectionHandler {

    @Override
    public void onRead(Connection connection, IoBuffer in) {
        for (String line; (line = in.readLine()) != null; ) {
            String name = names.putIfAbsent(connection, line);
            tellAll(name == null ? line + " is here" : name + ": " + line);
        }
    }

    @Override
    public void onClose(Connection connection, CloseReason reason) {
        String name = names.remove(connection);
        if (name != null) {
            tellAll(name + " has left");
        }
    }
}

void tellAll(String text) {
    for (Connection connection : names.keySet()) {
        if (connection.isCongested()) {
            connection.abort(); // it does not read, and what it is told would pile up
        } else {
            connection.write(text + "\n");
        }
    }
}
