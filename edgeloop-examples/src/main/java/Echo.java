import edgeloop.Connection;
import edgeloop.Server;

/** Sends back whatever comes: Echo.java [PORT] */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7000;
    try (var server = Server.start(port, _ -> Connection::write)) {
        IO.println("Echo on port " + server.port());
        server.join();
    }
}
