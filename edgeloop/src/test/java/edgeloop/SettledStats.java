package edgeloop;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.CompletableFuture;

/**
 * The statistics of a server with a thread of its own, after the turn that it is in. Asked for
 * directly they may lack what a peer has seen already: a connection is counted when it has closed.
 */
public final class SettledStats {
    private SettledStats() {}

    public static ServerStats of(Server server) {
        CompletableFuture<ServerStats> stats = new CompletableFuture<>();
        server.reactors().getFirst().execute(() -> stats.complete(server.stats()));
        return stats.orTimeout(30, SECONDS).join();
    }
}
