package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.buffer.MemoryBudget;
import edgeloop.sys.EpollEvents;
import edgeloop.sys.Errno;
import edgeloop.sys.LinuxSyscalls;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import edgeloop.sys.SocketConstants;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How an attempt to connect ends: the handler or the failure is told, and only once. */
class ConnectTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final ScriptedSyscalls kernel = new ScriptedSyscalls();
    private final List<Connection> established = new ArrayList<>();
    private final List<CloseReason> failures = new ArrayList<>();
    private Reactor reactor;
    private ServerSocket listener;

    @BeforeEach
    void open() throws Exception {
        reactor =
                Reactor.open(
                        new JvmPlatform(() -> kernel),
                        Defaults.transport(),
                        Trigger.EDGE,
                        64,
                        new MemoryBudget(Long.MAX_VALUE),
                        null);
        listener = new ServerSocket(0, 1, LOOPBACK);
    }

    @AfterEach
    void close() throws IOException {
        reactor.terminate();
        listener.close();
        assertThat(kernel.openDescriptors()).isEmpty();
    }

    private InetSocketAddress listening() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Test
    @DisplayName("E59 a client that is closed connects no more: who asks is told")
    void closedClientConnectsNoMore() {
        Client client = Client.on(reactor, Defaults.client());
        client.close();
        connect(client, listening());
        assertThat(failures).isEmpty(); // not before its caller has its answer
        reactor.turn();
        assertThat(failures).containsExactly(new CloseReason.LocallyClosed());
        assertThat(established).isEmpty();
    }

    @Test
    @DisplayName("E59 one who connects again at each failure does not keep the others waiting")
    void failuresInARowLeaveTheOthersTheirTurn() {
        Client client = Client.on(reactor, Defaults.client());
        kernel.answerAlways(Call.SOCKET, -Errno.EMFILE);
        tryForEver(client);
        List<String> done = new ArrayList<>();
        reactor.execute(() -> done.add("another's task"));
        reactor.turn();
        reactor.turn();
        assertThat(done).containsExactly("another's task");
        assertThat(failures).isNotEmpty();
    }

    private void tryForEver(Client client) {
        client.connect(
                listening(),
                _ -> (_, in) -> in.skip(in.remaining()),
                reason -> {
                    failures.add(reason);
                    if (!reactor.hasStopped()) {
                        tryForEver(client);
                    }
                });
    }

    private void connect(InetSocketAddress remote) {
        connect(remote, Defaults.client());
    }

    private void connect(InetSocketAddress remote, ClientOptions options) {
        connect(Client.on(reactor, options), remote);
    }

    private void connect(Client client, InetSocketAddress remote) {
        client.connect(
                remote,
                connection -> {
                    established.add(connection);
                    return (_, in) -> in.skip(in.remaining());
                },
                failures::add);
    }

    private void turnUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            reactor.turn();
        }
    }

    private void turnToTheEnd() {
        turnUntil(() -> !established.isEmpty() || !failures.isEmpty());
    }

    private void assertFailedWith(int errno) {
        assertThat(established).isEmpty();
        assertThat(failures).containsExactly(new CloseReason.Failed(errno));
    }

    @Test
    void anAcceptedConnectIsEstablished() {
        connect(listening());
        turnToTheEnd();
        assertThat(established).hasSize(1);
        assertThat(failures).isEmpty();
    }

    /** Its socket is connected already, and the event of that is in the turn that closes it. */
    @Test
    void aConnectThatIsGivenUpAsItSucceedsIsNotEstablished() {
        Client client = Client.on(reactor, Defaults.client());
        connect(client, listening());
        client.close();
        reactor.turn();
        reactor.turn();
        assertThat(established).isEmpty();
        assertThat(failures).containsExactly(new CloseReason.LocallyClosed());
    }

    @Test
    void nobodyListeningIsRefused() throws IOException {
        InetSocketAddress address = listening();
        listener.close();
        connect(address);
        turnToTheEnd();
        assertFailedWith(Errno.ECONNREFUSED);
    }

    @Test
    @DisplayName("E28: readiness to write is no success: the socket's error decides")
    void theSocketsErrorDecides() {
        kernel.answerNext(Call.TAKE_ERROR, Errno.ECONNREFUSED);
        connect(listening());
        turnToTheEnd();
        assertFailedWith(Errno.ECONNREFUSED);
    }

    @CallsOfEpoll
    @Test
    @DisplayName("E29: ERR and HUP without OUT complete a connect")
    void errorAndHangUpCompleteAConnect() throws IOException {
        List<Socket> queued = fillTheAcceptQueue();
        int fd = connectUnanswered();
        kernel.answerNext(Call.TAKE_ERROR, Errno.EHOSTUNREACH);
        kernel.injectEvent(EpollEvents.EPOLLERR | EpollEvents.EPOLLHUP, kernel.keyOf(fd));
        turnToTheEnd();
        assertFailedWith(Errno.EHOSTUNREACH);
        for (Socket socket : queued) {
            socket.close();
        }
    }

    /**
     * A recv would find what has come meanwhile, before the handler is there that is to have it.
     */
    @CallsOfEpoll
    @Test
    void nothingIsReadBeforeTheConnectHasEnded() throws IOException {
        List<Socket> queued = fillTheAcceptQueue();
        int fd = connectUnanswered();
        kernel.answerNext(Call.RECV, 0);
        kernel.injectEvent(EpollEvents.EPOLLRDHUP, kernel.keyOf(fd));
        reactor.turn();
        assertThat(kernel.made()).noneMatch(made -> made.call() == Call.RECV);
        assertThat(failures).isEmpty();
        for (Socket socket : queued) {
            socket.close();
        }
    }

    /** Its SYN is not answered: no event comes from the kernel. */
    private int connectUnanswered() {
        connect(listening());
        reactor.turn();
        assertThat(failures).isEmpty();
        return kernel.made().stream()
                .filter(made -> made.call() == Call.SOCKET)
                .findFirst()
                .orElseThrow()
                .outcome();
    }

    /** A listener with a backlog of one takes two connections, and lets the next SYN wait. */
    private List<Socket> fillTheAcceptQueue() throws IOException {
        List<Socket> queued = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            queued.add(new Socket(LOOPBACK, listener.getLocalPort()));
        }
        return queued;
    }

    @Test
    @DisplayName("E30: a socket that is connected to itself has reached nobody")
    void aSelfConnectIsRefused() {
        var syscalls = new LinuxSyscalls();
        int socket = syscalls.socket(SocketConstants.AF_INET);
        try {
            assertThat(syscalls.bind(socket, new InetSocketAddress(LOOPBACK, 0))).isZero();
            InetSocketAddress self = syscalls.localAddress(socket);
            int connected = syscalls.connect(socket, self);
            assertThat(connected).isIn(0, -Errno.EINPROGRESS);
            assertThat(syscalls.remoteAddress(socket)).as("connected to itself").isEqualTo(self);

            Connector connector = new Connector(self, _ -> null, failures::add);
            assertThat(connector.check(syscalls, socket)).isEqualTo(Errno.ECONNREFUSED);
        } finally {
            syscalls.close(socket);
        }
    }

    @Test
    @DisplayName("E31: no port left is said by name")
    void noPortLeftIsSaidByName() {
        kernel.answerNext(Call.CONNECT, -Errno.EADDRNOTAVAIL);
        connect(listening());
        turnToTheEnd();
        assertFailedWith(Errno.EADDRNOTAVAIL);
        assertThat(((CloseReason.Failed) failures.getFirst()).errnoName())
                .isEqualTo("EADDRNOTAVAIL");
    }

    @Test
    @DisplayName("E31: connects are spread over the local addresses, in turn")
    void connectsAreSpreadOverLocalAddresses() throws IOException {
        List<InetAddress> local = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            local.add(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) i}));
        }
        List<InetAddress> seen = new ArrayList<>();
        Client client = Client.on(reactor, Defaults.client().withLocalAddresses(local));
        for (int i = 1; i <= 4; i++) {
            int expected = i;
            connect(client, listening());
            turnUntil(() -> established.size() == expected);
            try (Socket peer = listener.accept()) {
                seen.add(peer.getInetAddress());
            }
        }
        assertThat(seen).containsExactly(local.get(0), local.get(1), local.get(2), local.get(0));
        assertThat(failures).isEmpty();
    }

    @Test
    @DisplayName("E31: the port is chosen by connect and not by bind")
    void thePortIsLeftToConnect() throws IOException {
        InetAddress local = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
        connect(listening(), Defaults.client().withLocalAddresses(List.of(local)));
        turnToTheEnd();
        List<Call> calls =
                kernel.made().stream()
                        .map(ScriptedSyscalls.Made::call)
                        .filter(call -> call == Call.SETSOCKOPT || call == Call.BIND)
                        .toList();
        // TCP_NODELAY and IP_BIND_ADDRESS_NO_PORT, then bind.
        assertThat(calls).containsExactly(Call.SETSOCKOPT, Call.SETSOCKOPT, Call.BIND);
    }

    @Test
    void anUnansweredConnectTimesOut() throws IOException {
        List<Socket> queued = fillTheAcceptQueue();
        connect(listening(), Defaults.client().withConnectTimeout(Duration.ofMillis(50)));
        turnToTheEnd();
        assertThat(established).isEmpty();
        assertThat(failures)
                .containsExactly(new CloseReason.TimedOut(CloseReason.TimedOut.Limit.CONNECT));
        for (Socket socket : queued) {
            socket.close();
        }
    }

    @Test
    @DisplayName("E25: a connect that is given up ends once, and its descriptor is closed")
    void aConnectThatIsGivenUpEndsOnce() throws IOException {
        List<Socket> queued = fillTheAcceptQueue();
        Client client = Client.on(reactor, Defaults.client());
        connect(client, listening());
        reactor.turn();
        client.close();
        turnToTheEnd();
        reactor.turn();
        assertThat(established).isEmpty();
        assertThat(failures).containsExactly(new CloseReason.LocallyClosed());
        for (Socket socket : queued) {
            socket.close();
        }
    }
}
