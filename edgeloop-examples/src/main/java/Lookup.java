import edgeloop.Addresses;
import edgeloop.Server;
import edgeloop.http.Http;
import edgeloop.http.Request;
import edgeloop.http.Response;

/** Looks up addresses of hosts, which blocks, in other threads: Lookup.java [PORT] */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7006;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
            var server = Server.start(port, Http.serve(request -> lookup(request, threads)))) {
        IO.println("Lookup on port " + server.port());
        server.join();
    }
}

Response lookup(Request request, Executor threads) {
    String host = request.path().substring(1);
    return Response.later(
            CompletableFuture.supplyAsync(() -> Response.text(200, addressOf(host)), threads));
}

String addressOf(String host) {
    try {
        return Addresses.format(InetAddress.getByName(host)) + "\n";
    } catch (UnknownHostException e) {
        return "unknown\n";
    }
}
