package edgeloop.cli;

import edgeloop.Server;
import edgeloop.http.Http;
import org.jspecify.annotations.Nullable;

/**
 * A started server, and what there is to say of it.
 *
 * @param server whose life is the program's
 * @param http what it serves, or null
 * @param hasTls whether there are handshakes to tell of
 * @param redirects what sends clients without TLS here, or null; it ends with the server
 */
record Served(Server server, @Nullable Http http, boolean hasTls, @Nullable Server redirects) {
    /** A server of something else than HTTP, without TLS. */
    static Served of(Server server) {
        return new Served(server, null, false, null);
    }

    void shutdown() {
        server.shutdown();
        if (redirects != null) {
            redirects.shutdown();
        }
    }

    void shutdownNow() {
        server.shutdownNow();
        if (redirects != null) {
            redirects.shutdownNow();
        }
    }

    /**
     * Waits for the end of both.
     *
     * @throws IllegalStateException if a reactor failed
     */
    void join() throws InterruptedException {
        server.join();
        if (redirects != null) {
            redirects.join();
        }
    }
}
