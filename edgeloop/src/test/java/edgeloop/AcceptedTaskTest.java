package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a reactor takes to be done is done, or its giver is told. */
@Timeout(60)
class AcceptedTaskTest {
    private final List<String> done = new ArrayList<>();

    @Test
    @DisplayName("E60 tasks that wait when a reactor ends are run, and later ones refused")
    void waitingTasksRunAtTheEnd() {
        TurnedServer server = TurnedServer.echo();
        server.reactor.execute(() -> done.add("first"));
        server.reactor.execute(() -> done.add("second"));
        server.end();
        assertThat(done).containsExactly("first", "second");
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> server.reactor.execute(() -> done.add("late")));
        server.close();
    }

    @Test
    @DisplayName("E60 a task that waits at the end finds its connection still open")
    void waitingTaskFindsItsConnection() {
        RecordingHandler handler = new RecordingHandler();
        TurnedServer server = new TurnedServer(handler::on);
        server.accepted();
        handler.connection.ref().execute(c -> done.add("open " + c.isOpen()));
        server.end();
        assertThat(done).containsExactly("open true");
        server.close();
    }

    @Test
    @DisplayName("E60 of tasks given in a race with the end each is run or refused")
    void racingTasksAreRunOrRefused() throws Exception {
        for (int i = 0; i < 500; i++) {
            Server server = Server.start(Defaults.server(), _ -> Connection::write);
            AtomicInteger accepted = new AtomicInteger();
            AtomicInteger ran = new AtomicInteger();
            CyclicBarrier start = new CyclicBarrier(2);
            Thread giver =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        await(start);
                                        giveUntilRefused(
                                                server.reactors().getFirst(), accepted, ran);
                                    });
            await(start);
            server.close();
            giver.join();
            assertThat(ran).as("of server %d", i).hasValue(accepted.get());
        }
    }

    private static void giveUntilRefused(
            Reactor reactor, AtomicInteger accepted, AtomicInteger ran) {
        try {
            while (true) {
                reactor.execute(ran::incrementAndGet);
                accepted.incrementAndGet();
            }
        } catch (RejectedExecutionException e) {
            // Full, or at its end: either is an answer.
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("E60 a task for a connection that has closed is not dropped without a word")
    void taskForAClosedConnectionIsTold() {
        RecordingHandler handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            ConnectionRef ref = handler.connection.ref();
            ref.execute(_ -> done.add("task"), () -> done.add("closed"));
            server.turn();
            peer.close();
            server.turnUntil(handler::isClosed);
            ref.execute(_ -> done.add("task"), () -> done.add("closed"));
            server.turn();
            assertThat(done).containsExactly("task", "closed");
        }
    }

    @Test
    @DisplayName("E60 a task for a connection that is about to close is not dropped either")
    void taskForADoomedConnectionIsTold() {
        RecordingHandler handler = new RecordingHandler();
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted();
            ConnectionRef ref = handler.connection.ref();
            ref.execute(c -> c.abort());
            ref.execute(_ -> done.add("task"), () -> done.add("closed"));
            server.turn();
            assertThat(done).containsExactly("closed");
        }
    }

    @Test
    @DisplayName("E60 a failure to connect is told, also with 65,536 tasks waiting and at the end")
    void failureToConnectIsTold() {
        TurnedServer server = TurnedServer.echo();
        Client client = Client.on(server.reactor, Defaults.client());
        fill(server.reactor);
        // Nobody may connect to the broadcast address: refused at once.
        InetSocketAddress nowhere = new InetSocketAddress(broadcast(), 9);
        client.connect(nowhere, _ -> Connection::write, reason -> done.add("failed"));
        server.end();
        assertThat(done).containsExactly("failed");
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> client.connect(nowhere, _ -> Connection::write, _ -> {}));
        server.close();
    }

    private static InetAddress broadcast() {
        try {
            return InetAddress.getByAddress(new byte[] {-1, -1, -1, -1});
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    static void fill(Reactor reactor) {
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(
                        () -> {
                            while (true) {
                                reactor.execute(() -> {});
                            }
                        });
    }
}
