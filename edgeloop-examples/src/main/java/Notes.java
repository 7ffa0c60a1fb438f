import edgeloop.Server;
import edgeloop.http.Http;
import edgeloop.http.Method;
import edgeloop.http.Request;
import edgeloop.http.Response;
import edgeloop.http.Router;

/** One thread serves all requests, so there is no lock. */
final Map<String, byte[]> notes = new HashMap<>();

/** Notes by HTTP, put and read: Notes.java [PORT] */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7004;
    var router =
            new Router()
                    .route(Method.GET, "/notes/*", this::read)
                    .route(Method.PUT, "/notes/*", this::write);
    try (var server = Server.start(port, Http.serve(router))) {
        IO.println("Notes on port " + server.port());
        server.join();
    }
}

Response read(Request request) {
    byte[] note = notes.get(request.path());
    return note == null
            ? Response.text(404, "no such note\n")
            : Response.bytes(200, "text/plain; charset=utf-8", note);
}

Response write(Request request) {
    String path = request.path(); // the request is gone when its body has come
    return request.collect(
            body -> {
                notes.put(path, body);
                return Response.empty(204);
            });
}
