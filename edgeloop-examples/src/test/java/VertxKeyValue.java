import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;

/** What all connections share. One event loop serves them, so there is no lock. */
final Map<String, String> values = new HashMap<>();

/** The line protocol with Vert.x 5. */
void main(String... arguments) {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7001;
    Vertx.vertx()
            .createNetServer()
            .connectHandler(this::connected)
            .listen(port)
            .onSuccess(server -> IO.println("Values on port " + server.actualPort()))
            .onFailure(
                    failure -> {
                        System.err.println(failure.getMessage());
                        System.exit(1);
                    });
}

void connected(NetSocket socket) {
    RecordParser.newDelimited("\n", socket)
            .maxRecordSize(65_535)
            .exceptionHandler(_ -> socket.close())
            .handler(
                    record -> {
                        String line = record.toString();
                        if (line.endsWith("\r")) {
                            line = line.substring(0, line.length() - 1);
                        }
                        if (line.equals("quit")) {
                            socket.close();
                            return;
                        }
                        socket.write(answer(line) + "\n");
                        if (socket.writeQueueFull()) {
                            socket.pause();
                            socket.drainHandler(_ -> socket.resume());
                        }
                    });
}

String answer(String line) {
    String[] words = line.split(" ", 3);
    if (words[0].equals("set") && words.length == 3) {
        values.put(words[1], words[2]);
        return "stored";
    }
    if (words[0].equals("get") && words.length == 2) {
        return values.getOrDefault(words[1], "nothing");
    }
    return "what?";
}
