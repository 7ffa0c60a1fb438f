package edgeloop;

import static edgeloop.sys.EpollEvents.EPOLLERR;
import static edgeloop.sys.EpollEvents.EPOLLET;
import static edgeloop.sys.EpollEvents.EPOLLHUP;
import static edgeloop.sys.EpollEvents.EPOLLIN;
import static edgeloop.sys.EpollEvents.EPOLLOUT;
import static edgeloop.sys.EpollEvents.EPOLLRDHUP;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What epoll is asked for, and how often. */
class RegistrationTest {
    private final RecordingHandler handler = new RecordingHandler();

    @CallsOfEpoll
    @Test
    @DisplayName("E41 a connection is registered once for its life, whatever it wants meanwhile")
    void connectionIsRegisteredOnce() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted(4096);
            int fd = server.lastAccepted();
            for (int i = 0; i < 10; i++) {
                handler.connection.pause();
                peer.send("x");
                server.turn();
                handler.connection.resume();
                server.turnUntil(() -> handler.told.contains("read x"));
                handler.told.clear();
            }
            // Full and empty again: EPOLLOUT is wanted, and wanted no more.
            handler.connection.write(new byte[16 << 20]);
            server.turnUntil(() -> peer.receive(1 << 20) == 0 && peer.size() == 16 << 20);
            peer.sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(server.kernel.madeAbout(fd))
                    .containsOnlyOnce(Call.EPOLL_ADD)
                    .containsOnlyOnce(Call.EPOLL_DELETE);
        }
    }

    /** As the kernel shows it; ERR and HUP are always there. */
    @CallsOfEpoll
    @Test
    @DisplayName("E41 it asks for IN, OUT, RDHUP and ET, so its interest is never 0 (E26)")
    void interestIsInOutRdhupAndEdges() throws IOException {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            var _ = server.accepted();
            int epoll =
                    server.kernel.made().stream()
                            .filter(made -> made.call() == Call.EPOLL_CREATE)
                            .findFirst()
                            .orElseThrow()
                            .outcome();
            String registered =
                    Files.readAllLines(Path.of("/proc/self/fdinfo/" + epoll)).stream()
                            .filter(line -> line.matches("tfd: +" + server.lastAccepted() + " .*"))
                            .findFirst()
                            .orElseThrow();
            String mask = registered.replaceFirst(".*events: +([0-9a-f]+).*", "$1");
            assertThat(Integer.parseUnsignedInt(mask, 16))
                    .isEqualTo(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET | EPOLLERR | EPOLLHUP);
        }
    }

    @Test
    @DisplayName("E40 an interrupted wait is no error, and the loop goes on")
    void interruptedWaitIsNoError() {
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.turnUntilAsleep();
            peer.send("hello");
            server.kernel.answerNext(Defaults.WAIT, -Errno.EINTR);
            server.turn();
            assertThat(handler.told).isEmpty();
            server.turnUntil(() -> handler.text.toString().equals("hello"));
            assertThat(server.stats().errors()).isZero();
        }
    }
}
