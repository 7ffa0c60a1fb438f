package edgeloop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ShutdownTest {

    @Test
    void serverWithoutConnectionsEndsAtOnce() throws Exception {
        Server server = Server.start(Defaults.server(), _ -> Connection::write);
        long before = System.nanoTime();
        server.close();
        assertThat(System.nanoTime() - before).isLessThan(SECONDS.toNanos(5));
    }

    @Test
    void shutdownNowEndsAnIdleServer() throws Exception {
        Server server = Server.start(Defaults.server(), _ -> Connection::write);
        server.stats();
        server.shutdownNow();
        server.join();
    }
}
