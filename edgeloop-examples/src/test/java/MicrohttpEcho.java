import org.microhttp.EventLoop;
import org.microhttp.Handler;
import org.microhttp.Header;
import org.microhttp.NoopLogger;
import org.microhttp.OptionsBuilder;
import org.microhttp.Response;

/** Echo with microhttp 0.11, which speaks HTTP only: a request's body is the answer's. */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7000;
    var options = OptionsBuilder.newBuilder().withHost("localhost").withPort(port).build();
    Handler echo =
            (request, callback) ->
                    callback.accept(
                            new Response(
                                    200,
                                    "OK",
                                    List.of(new Header("Content-Type", "text/plain")),
                                    request.body()));
    var server = new EventLoop(options, NoopLogger.instance(), echo);
    server.start();
    IO.println("Echo on port " + server.getPort());
    server.join();
}
