package edgeloop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.sys.Errno;
import edgeloop.sys.LinuxSyscalls;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import edgeloop.sys.Syscalls;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers with several reactors, on the real kernel and threads of their own. */
@Timeout(120)
class ReactorsTest {
    private static final ServerOptions TWO = Defaults.server().withReactors(2);
    private static final ServerOptions SHARED = TWO.withSharedAcceptQueue(true);

    private final List<Socket> sockets = new ArrayList<>();

    private Socket connect(Server server) throws IOException {
        Socket socket = new Socket("localhost", server.port());
        socket.setSoTimeout(10_000);
        sockets.add(socket);
        return socket;
    }

    private void closeAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static String echoOf(Socket socket) throws IOException {
        socket.getOutputStream().write("hello".getBytes(US_ASCII));
        return new String(socket.getInputStream().readNBytes(5), US_ASCII);
    }

    /** All on one reactor: 2^-199. */
    @Test
    void kernelSpreadsConnectionsOverThem() throws Exception {
        try (Server server = Server.start(TWO, _ -> Connection::write)) {
            for (int i = 0; i < 200; i++) {
                assertThat(echoOf(connect(server))).isEqualTo("hello");
            }
            List<ServerStats> each = server.reactorStats();
            assertThat(each).hasSize(2);
            assertThat(each.getFirst().accepted()).isBetween(1L, 199L);
            assertThat(each.get(0).accepted() + each.get(1).accepted()).isEqualTo(200);
            assertThat(server.stats().accepted()).isEqualTo(200);
            assertThat(server.stats().activeConnections()).isEqualTo(200);
            closeAll();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void handlersRunOnTheThreadOfTheirReactor(boolean shared) throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        AtomicInteger wrong = new AtomicInteger();
        HandlerFactory handlers =
                connection -> {
                    Reactor own = connection.reactor();
                    threads.add(Thread.currentThread());
                    return (from, in) -> {
                        if (!own.isCurrent() || from.reactor() != own) {
                            wrong.incrementAndGet();
                        }
                        from.write(in);
                    };
                };
        try (Server server = Server.start(shared ? SHARED : TWO, handlers)) {
            for (int i = 0; i < 100; i++) {
                assertThat(echoOf(connect(server))).isEqualTo("hello");
            }
            closeAll();
        }
        assertThat(wrong).hasValue(0);
        assertThat(threads.stream().map(Thread::getName).toList())
                .isNotEmpty()
                .allMatch(name -> name.matches("edgeloop-\\d+-[01]"));
    }

    /** It is not told of, and does not keep anybody waiting; at sockets of their own it would. */
    @Test
    void whoComesToASharedSocketDoesNotWaitForOneThatIsBusy() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(1);
        HandlerFactory handlers =
                _ ->
                        (connection, in) -> {
                            if (in.getByte(0) == 'b') {
                                blocked.countDown();
                                awaitUninterruptibly(gate);
                            }
                            connection.write(in);
                        };
        try (Server server = Server.start(SHARED, handlers)) {
            connect(server).getOutputStream().write('b');
            blocked.await();
            for (int i = 0; i < 50; i++) {
                assertThat(echoOf(connect(server))).isEqualTo("hello");
            }
            gate.countDown();
            closeAll();
        }
    }

    /** Each reactor waits for {@code gate} when this returns. */
    private static void blockAll(Server server, CountDownLatch gate) throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(server.reactors().size());
        for (Reactor reactor : server.reactors()) {
            reactor.execute(
                    () -> {
                        blocked.countDown();
                        awaitUninterruptibly(gate);
                    });
        }
        blocked.await();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Never more than so many at once, on all reactors together, and no fewer either. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void limitOnConnectionsIsThatOfTheServer(boolean shared) throws Exception {
        ServerOptions options = (shared ? SHARED : TWO).withReactors(4).withMaxConnections(10);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger connected = new AtomicInteger();
        HandlerFactory handlers = _ -> new Counting(open, most);
        try (Server server = Server.start(options, handlers)) {
            AtomicBoolean torn = new AtomicBoolean();
            AtomicBoolean over = new AtomicBoolean();
            Thread reader = Thread.ofPlatform().start(() -> readStats(server, 10, torn, over));
            List<Thread> storm = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                storm.add(Thread.ofPlatform().start(() -> comeAndGo(server, connected)));
            }
            for (Thread each : storm) {
                each.join();
            }
            over.set(true);
            reader.join();
            assertThat(torn).as("statistics that do not add up").isFalse();
            assertThat(most.get()).isBetween(1, 10);

            awaitHandled(server, connected.get());
            while (server.stats().activeConnections() > 0) {
                Thread.onSpinWait(); // the last ones go
            }
            for (int i = 0; i < 30; i++) {
                connect(server);
            }
            awaitHandled(server, connected.get() + 30);
            assertThat(open).hasValue(10);
            assertThat(server.stats().activeConnections()).isEqualTo(10);
            closeAll();
        }
        assertThat(open).hasValue(0);
    }

    private record Counting(AtomicInteger open, AtomicInteger most) implements ConnectionHandler {
        private Counting {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
        }

        @Override
        public void onRead(Connection connection, IoBuffer in) {
            connection.write(in);
        }

        @Override
        public void onClose(Connection connection, CloseReason reason) {
            open.decrementAndGet();
        }
    }

    private static void comeAndGo(Server server, AtomicInteger connected) {
        for (int i = 0; i < 500; i++) {
            try (Socket socket = new Socket("localhost", server.port())) {
                socket.setSoTimeout(10_000);
                connected.incrementAndGet();
                socket.getOutputStream().write('x');
                int _ = socket.getInputStream().read(); // an echo, the end, or a reset
            } catch (IOException e) {
                // Turned away.
            }
        }
    }

    private static void readStats(
            Server server, int limit, AtomicBoolean torn, AtomicBoolean over) {
        while (!over.get()) {
            ServerStats stats = server.stats();
            long ended = stats.peerClosed() + stats.locallyClosed() + stats.resets();
            long others = stats.failures() + stats.timeouts() + stats.handlerFailures();
            if (stats.accepted() != stats.activeConnections() + ended + others
                    || stats.activeConnections() > limit
                    || stats.activeConnections() < 0) {
                torn.set(true);
            }
        }
    }

    /** Waits until each of those who have come was accepted or turned away. */
    private static void awaitHandled(Server server, long comers) {
        ServerStats stats = server.stats();
        while (stats.accepted() + stats.rejected() < comers) {
            Thread.onSpinWait();
            stats = server.stats();
        }
        assertThat(stats.accepted() + stats.rejected()).isEqualTo(comers);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shutdownServesAllWhoWaitAtAny(boolean shared) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Server server = Server.start(shared ? SHARED : TWO, _ -> Connection::write);
        blockAll(server, gate);
        List<Socket> waiting = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Socket socket = connect(server);
            socket.getOutputStream().write("hello".getBytes(US_ASCII));
            waiting.add(socket);
        }
        assertThat(server.stats().pendingConnections()).isEqualTo(40);
        server.shutdown();
        gate.countDown();
        for (Socket socket : waiting) {
            assertThat(socket.getInputStream().readNBytes(5)).asString(US_ASCII).isEqualTo("hello");
        }
        closeAll();
        server.join();
        assertThat(server.stats().errors()).isZero();
        assertThat(server.stats().locallyClosed() + server.stats().peerClosed()).isEqualTo(40);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoWaitsWhenItEndsAtOnceIsCountedOnce(boolean shared) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Server server = Server.start(shared ? SHARED : TWO, _ -> Connection::write);
        blockAll(server, gate);
        for (int i = 0; i < 40; i++) {
            connect(server);
        }
        server.shutdownNow();
        gate.countDown();
        server.join();
        ServerStats stats = server.stats();
        assertThat(stats.unaccepted() + stats.accepted()).isEqualTo(40);
        assertThat(stats.activeConnections()).isZero();
        closeAll();
    }

    /** Its own connections are reset, with the cause; the others finish, and then all has ended. */
    @Test
    void oneThatFailsEndsTheServerWhenTheOthersHaveDrained() throws Exception {
        RuntimeException fault = new IllegalStateException("on purpose");
        ServerOptions options =
                TWO.withListeners(
                        reactor ->
                                new ReactorListener() {
                                    @Override
                                    public void onServed(long nanos) {
                                        if (reactor == 1) {
                                            throw fault;
                                        }
                                    }
                                });
        Server server = Server.start(options, _ -> Connection::write);
        Socket atOther = connect(server);
        while (echoed(atOther)) { // as long as it comes to the one that serves
            if (server.reactorStats().get(1).accepted() > 0) {
                break;
            }
            try (Socket socket = new Socket("localhost", server.port())) {
                socket.setSoTimeout(10_000);
                boolean _ = echoed(socket);
            }
        }
        assertThatThrownBy(server::join)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the reactor failed")
                .hasCause(fault);
        assertThat(server.stats().activeConnections()).isZero();
        closeAll();
    }

    private static boolean echoed(Socket socket) {
        try {
            return echoOf(socket).equals("hello");
        } catch (IOException e) {
            return false;
        }
    }

    /** The least memory there can be is enough for each, however many have held some before. */
    @Test
    void memoryIsForAllOfThem() throws Exception {
        long least = 4 * ServerOptions.MIN_BUFFER_BYTES;
        ServerOptions options = TWO.withReactors(4).withMaxBufferBytes(least);
        HandlerFactory handlers = _ -> (connection, in) -> connection.write(in.readBytes(5));
        try (Server server = Server.start(options, handlers)) {
            while (server.reactorStats().stream().anyMatch(each -> each.requests() == 0)) {
                assertThat(echoOf(connect(server))).isEqualTo("hello");
            }
            assertThat(server.stats().cutOffForMemory()).isZero();
            assertThat(server.stats().bufferBytes()).isLessThanOrEqualTo(least);
            closeAll();
        }
        assertThatThrownBy(
                        () ->
                                Server.start(
                                        options.withMaxBufferBytes(least - 1),
                                        _ -> Connection::write))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxBufferBytes must be at least " + least);
    }

    @Test
    void portOfAnotherServerIsTakenAlsoWhereBothHaveSeveral() throws Exception {
        try (Server server = Server.start(TWO, _ -> Connection::write)) {
            assertThatThrownBy(
                            () -> Server.start(TWO.withPort(server.port()), _ -> Connection::write))
                    .isInstanceOf(SyscallException.class)
                    .hasMessageContaining("EADDRINUSE");
        }
    }

    @Test
    void serversOfSeveralReactorsShareAPortThatBothWantShared() throws Exception {
        ServerOptions options = TWO.withReusePort(true);
        try (Server first = Server.start(options, _ -> Connection::write);
                Server second =
                        Server.start(options.withPort(first.port()), _ -> Connection::write)) {
            assertThat(second.port()).isEqualTo(first.port());
        }
    }

    @Test
    void eachReactorHasItsOwnOfWhatIsLocal() throws Exception {
        AtomicInteger made = new AtomicInteger();
        ReactorLocal<List<Connection>> local =
                ReactorLocal.withInitial(
                        _ -> {
                            made.incrementAndGet();
                            return new ArrayList<>();
                        });
        HandlerFactory handlers =
                connection -> {
                    List<Connection> own = local.get(connection.reactor());
                    own.add(connection);
                    assertThat(own).allMatch(each -> each.reactor() == connection.reactor());
                    return Connection::write;
                };
        try (Server server = Server.start(TWO, handlers)) {
            for (int i = 0; i < 60; i++) {
                assertThat(echoOf(connect(server))).isEqualTo("hello");
            }
            assertThat(made).hasValue(2);
            assertThatThrownBy(() -> local.get(server.reactors().getFirst()))
                    .isInstanceOf(WrongThreadException.class);
            closeAll();
        }
    }

    /** Turned by the test: the first reactor's kernel has no descriptor left. */
    @Test
    void oneThatIsShortOfDescriptorsAsksTheOthers() throws Exception {
        ScriptedSyscalls kernel = new ScriptedSyscalls();
        Iterator<Syscalls> kernels =
                List.of(new LinuxSyscalls(), kernel, new LinuxSyscalls()).iterator();
        JvmPlatform platform = new JvmPlatform(kernels::next, (_, _) -> {});
        Server server = Server.open(platform, TWO, _ -> new Idle());
        Reactor first = server.reactors().get(0);
        Reactor second = server.reactors().get(1);
        while (server.reactorStats().get(1).pendingConnections() == 0) {
            connect(server);
        }
        second.turn();
        long idle = server.reactorStats().get(1).activeConnections();
        kernel.answerAlways(Call.ACCEPT, -Errno.EMFILE);
        while (server.reactorStats().get(0).acceptPauses() == 0) {
            connect(server);
            first.turn();
        }
        assertThat(server.reactorStats().get(0).activeConnections()).isZero();
        second.turn();
        assertThat(server.stats().closedForDescriptors()).isBetween(1L, idle);
        first.terminate();
        second.terminate();
        closeAll();
    }

    @Test
    void drainTimeoutIsThatOfEach() throws Exception {
        ServerOptions options = TWO.withDrainTimeout(Duration.ofMillis(200));
        Server server = Server.start(options, _ -> new Kept());
        for (int i = 0; i < 20; i++) {
            assertThat(echoOf(connect(server))).isEqualTo("hello");
        }
        server.shutdown();
        server.join();
        assertThat(server.stats().cutOff()).isEqualTo(20);
        closeAll();
    }

    /** May go at any time. */
    private static final class Idle implements ConnectionHandler {
        @Override
        public void onRead(Connection connection, IoBuffer in) {
            connection.write(in);
        }

        @Override
        public boolean isIdle(Connection connection) {
            return true;
        }
    }

    /** Does not close at a shutdown. */
    private static final class Kept implements ConnectionHandler {
        @Override
        public void onRead(Connection connection, IoBuffer in) {
            connection.write(in);
        }

        @Override
        public void onShutdown(Connection connection) {}
    }
}
