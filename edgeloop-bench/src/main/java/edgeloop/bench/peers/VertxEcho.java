package edgeloop.bench.peers;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;

/** Echo on a Vert.x {@code NetServer} with one event loop on the native transport. */
public final class VertxEcho {
    private static final int BACKLOG = 4096;

    private VertxEcho() {}

    public static void main(String[] args) {
        var vertx =
                Vertx.vertx(
                        new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
        vertx.createNetServer(
                        new NetServerOptions()
                                .setTcpNoDelay(true)
                                .setAcceptBacklog(BACKLOG)
                                .setHost("127.0.0.1")
                                .setPort(0))
                .connectHandler(VertxEcho::echo)
                .listen()
                .onSuccess(s -> System.out.println("Listening on port " + s.actualPort()))
                .onFailure(
                        failure -> {
                            System.err.println("vertx: " + failure.getMessage());
                            System.exit(1);
                        });
    }

    private static void echo(NetSocket socket) {
        socket.drainHandler(drained -> socket.resume());
        socket.exceptionHandler(peerIsGone -> socket.close());
        socket.handler(
                bytes -> {
                    socket.write(bytes);
                    if (socket.writeQueueFull()) {
                        socket.pause();
                    }
                });
    }
}
