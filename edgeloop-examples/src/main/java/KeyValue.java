import edgeloop.Connection;
import edgeloop.IoBuffer;
import edgeloop.Server;

/** What all connections share. One thread serves them all, so there is no lock. */
final Map<String, String> values = new HashMap<>();

/** A line protocol: KeyValue.java [PORT]. Say "set name value", "get name" or "quit". */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7001;
    try (var server = Server.start(port, _ -> this::onRead)) {
        IO.println("Values on port " + server.port());
        server.join();
    }
}

/** Half a line stays in the buffer, and is there at the next call with what has come since. */
void onRead(Connection connection, IoBuffer in) {
    for (String line; (line = in.readLine()) != null; ) {
        if (line.equals("quit")) {
            connection.close();
            return;
        }
        connection.write(answer(line) + "\n");
    }
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
