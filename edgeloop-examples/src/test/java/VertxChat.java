import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;

/** Those in the room. One event loop serves them, so there is no lock. */
final Map<NetSocket, String> names = new LinkedHashMap<>();

/** The chat room with Vert.x 5. */
void main(String... arguments) {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7002;
    Vertx.vertx()
            .createNetServer()
            .connectHandler(this::connected)
            .listen(port)
            .onSuccess(server -> IO.println("Chat on port " + server.actualPort()))
            .onFailure(
                    failure -> {
                        System.err.println(failure.getMessage());
                        System.exit(1);
                    });
}

void connected(NetSocket socket) {
    socket.closeHandler(_ -> leave(socket));
    RecordParser.newDelimited("\n", socket)
            .maxRecordSize(65_535)
            .exceptionHandler(_ -> socket.close())
            .handler(
                    record -> {
                        String line = record.toString();
                        if (line.endsWith("\r")) {
                            line = line.substring(0, line.length() - 1);
                        }
                        String name = names.putIfAbsent(socket, line);
                        tellAll(name == null ? line + " is here" : name + ": " + line);
                    });
}

void leave(NetSocket socket) {
    String name = names.remove(socket);
    if (name != null) {
        tellAll(name + " has left");
    }
}

/** Over a copy: one who is put out leaves meanwhile. */
void tellAll(String text) {
    for (NetSocket socket : List.copyOf(names.keySet())) {
        if (socket.writeQueueFull()) {
            leave(socket); // it does not read, and what it is told would pile up
            socket.close(); // waits for what is queued: it may never end
        } else {
            socket.write(text + "\n");
        }
    }
}
