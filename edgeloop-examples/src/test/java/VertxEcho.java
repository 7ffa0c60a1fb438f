import io.vertx.core.Vertx;

/** Echo with Vert.x 5. A FIN closes at once: output that still waits then is lost. */
void main(String... arguments) {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7000;
    Vertx.vertx()
            .createNetServer()
            .connectHandler(socket -> socket.pipeTo(socket))
            .listen(port)
            .onSuccess(server -> IO.println("Echo on port " + server.actualPort()))
            .onFailure(
                    failure -> {
                        System.err.println(failure.getMessage());
                        System.exit(1);
                    });
}
