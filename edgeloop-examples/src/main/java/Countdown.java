import edgeloop.Server;
import edgeloop.http.Http;
import edgeloop.http.Response;
import edgeloop.http.ResponseStream;

Duration tick = Duration.ofSeconds(1);

/** Counts down for everybody who asks, a line a second: Countdown.java [PORT [TICK-MILLIS]] */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7005;
    if (arguments.length > 1) {
        tick = Duration.ofMillis(Long.parseLong(arguments[1]));
    }
    var http = Http.serve(_ -> Response.stream(200, "text/plain", out -> count(10, out)));
    try (var server = Server.start(port, http)) {
        IO.println("Countdown on port " + server.port());
        server.join();
    }
}

/** The timer dies with its client: nobody counts for one who has gone. */
void count(int left, ResponseStream out) {
    if (left == 0) {
        out.write("liftoff\n");
        out.end();
    } else {
        out.write(left + "\n");
        out.schedule(tick, () -> count(left - 1, out));
    }
}
