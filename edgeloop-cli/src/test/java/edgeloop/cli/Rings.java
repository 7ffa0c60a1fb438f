package edgeloop.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.Connection;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.Transport;
import java.io.IOException;

/** Whether this machine has an io_uring to offer, which a container, say, may not have. */
public final class Rings {
    private Rings() {}

    /** Skips a test where it has none. */
    public static void assumeAvailable() throws IOException {
        ServerOptions auto = ServerOptions.defaults().withTransport(Transport.AUTO);
        try (Server server = Server.start(auto, _ -> Connection::write)) {
            assumeTrue(
                    server.transport() == Transport.IO_URING,
                    "needs io_uring: " + server.ioUringRefusal());
        }
    }

    /** The same where {@code options} ask for one. */
    public static void assumeAvailableFor(String options) throws IOException {
        if (options.contains("io_uring")) {
            assumeAvailable();
        }
    }
}
