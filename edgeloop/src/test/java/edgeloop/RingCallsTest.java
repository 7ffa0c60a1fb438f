package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls of io_uring answer what a kernel can hardly be brought to answer. */
class RingCallsTest {
    private static final ServerOptions RING =
            ServerOptions.defaults().withTransport(Transport.IO_URING);

    private final RecordingHandler handler = new RecordingHandler();

    @BeforeAll
    static void askForARing() {
        assumeTrue(Defaults.HAS_RING, "no io_uring here");
    }

    private static TurnedServer echo() {
        return new TurnedServer(RING, _ -> Connection::write);
    }

    // ---- The start ----------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(names = {"RING_SETUP", "EVENTFD", "TIMERFD", "RING_REGISTER", "SOCKET", "LISTEN"})
    @DisplayName("E48 a call that is not there is named at the start, and nothing is left open")
    void callThatIsNotThereIsNamed(Call call) {
        for (int errno : new int[] {Errno.ENOSYS, Errno.EPERM, Errno.EINVAL}) {
            var kernel = new ScriptedSyscalls();
            kernel.answerAlways(call, -errno);
            assertThatThrownBy(() -> open(kernel))
                    .isInstanceOfSatisfying(
                            SyscallException.class,
                            e -> {
                                assertThat(e.errno()).isEqualTo(errno);
                                assertThat(e.call()).isEqualTo(nameOf(call));
                            });
            assertNothingIsLeft(kernel);
        }
    }

    private static String nameOf(Call call) {
        return switch (call) {
            case RING_SETUP -> "io_uring_setup";
            case RING_REGISTER -> "io_uring_register";
            case TIMERFD -> "timerfd_create";
            default -> call.name().toLowerCase(Locale.ROOT);
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void memoryOfTheRingThatIsRefusedLeavesNothingOpen(int which) {
        var kernel = new ScriptedSyscalls();
        if (which == 1) {
            kernel.answerNext(Call.MAP_RING, -Errno.ENOMEM);
        } else {
            kernel.runBeforeNext(
                    Call.MAP_RING, () -> kernel.answerAfterNext(Call.MAP_RING, -Errno.ENOMEM));
        }
        assertThatThrownBy(() -> open(kernel)).isInstanceOf(OutOfMemoryError.class);
        assertThat(kernel.count(Call.MAP_RING)).isEqualTo(which);
        assertNothingIsLeft(kernel);
    }

    private static void open(ScriptedSyscalls kernel) throws SyscallException {
        Server.open(new JvmPlatform(() -> kernel), RING, _ -> Connection::write);
    }

    private static void assertNothingIsLeft(ScriptedSyscalls kernel) {
        assertThat(kernel.openDescriptors()).isEmpty();
        assertThat(kernel.mappedBytes()).isZero();
    }

    // ---- The one call -------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINTR, Errno.EBUSY, Errno.ETIME, Errno.EAGAIN})
    @DisplayName("E40 an enter that is interrupted, has no room or no time is made again")
    void enterThatHasNothing(int errno) {
        try (TurnedServer server = echo()) {
            Peer peer = server.accepted().send("hello");
            for (int i = 0; i < 100; i++) {
                server.kernel.answerNext(Call.RING_ENTER, -errno);
            }
            server.turnUntil(() -> peer.text().equals("hello"));
            assertThat(server.kernel.count(Call.RING_ENTER)).isGreaterThan(100);
            assertThat(server.problems).isEmpty();
            assertThat(server.stats().errors()).isZero();
        }
    }

    @Test
    @DisplayName("E66 an enter that fails for once is told of, and the loop goes on")
    void enterThatFailsForOnceIsToldOf() {
        try (TurnedServer server = echo()) {
            Peer peer = server.accepted().send("hello");
            server.kernel.answerNext(Call.RING_ENTER, -Errno.ENOMEM);
            server.turnUntil(() -> peer.text().equals("hello"));
            assertThat(server.problems).singleElement().asString().endsWith(" failed: ENOMEM");
        }
    }

    @Test
    void failureInTheMiddleOfATurnIsTriedAgain() {
        try (TurnedServer server = new TurnedServer(RING, handler::on)) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 1_100; i++) { // more than there is room for in the ring
                peers.add(server.peer());
                if (i % 100 == 99) {
                    server.turn(3);
                }
            }
            server.turnUntil(() -> server.kernelConnections() == 1_100);
            server.turnUntilAsleep();
            peers.forEach(peer -> peer.send("x"));
            server.turnUntil(() -> handler.text.length() == 1_100);
            server.kernel.runBeforeNext(
                    Call.RING_ENTER,
                    () -> {
                        server.kernel.answerAfterNext(Call.RING_ENTER, -Errno.EAGAIN);
                        server.reactor.forEach(handler.connection.group(), Connection::abort);
                    });
            server.turnUntil(() -> server.kernelConnections() == 0);
            server.turnUntil(() -> peers.stream().allMatch(Peer::wasReset));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void kernelThatTakesFewAtATimeIsAskedAgain(int few) {
        try (TurnedServer server = echo()) {
            server.kernel.limitSubmissions(few);
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                peers.add(server.accepted());
            }
            for (int round = 1; round <= 3; round++) {
                int expected = 5 * round;
                peers.forEach(peer -> peer.send("hello"));
                server.turnUntil(() -> peers.stream().allMatch(p -> p.size() == expected));
            }
            peers.forEach(Peer::sendFin);
            server.turnUntil(() -> peers.stream().allMatch(Peer::gotFin));
            assertThat(server.stats().errors()).isZero();
            server.turnUntil(() -> server.kernelConnections() == 0);
            server.assertSleeps();
        }
    }

    /** The number of its socket is another's by then, the second's own if not of its peer. */
    @Test
    void whatTheKernelHasNotTakenIsTakenBack() {
        try (TurnedServer server = new TurnedServer(RING, handler::on)) {
            Peer first = server.accepted();
            server.turnUntilAsleep();
            server.kernel.limitSubmissions(0);
            handler.connection.write("for the first alone");
            server.turn(3);
            assertThat(first.size()).isZero();
            handler.connection.abort();
            server.turn(3);

            handler.told.clear();
            handler.reason = null;
            Peer second = server.peer();
            server.turn(3); // accepting needs no submission
            server.kernel.limitSubmissions(Integer.MAX_VALUE);
            server.turnUntil(() -> server.kernelConnections() == 1);
            server.turnUntil(first::isEnded);
            assertThat(handler.told).noneMatch(call -> call.startsWith("read"));
            handler.connection.write("for the second");
            server.turnUntil(() -> second.size() > 0);
            assertThat(second.text()).isEqualTo("for the second");
            assertThat(first.size()).isZero();
            second.send("hello");
            server.turnUntil(() -> handler.told.contains("read hello"));
        }
    }

    // ---- Sleep --------------------------------------------------------------------------------

    @Test
    void sleepLastsToTheDeadline() {
        try (TurnedServer server = echo()) {
            server.turnUntilAsleep();
            assertThat(server.kernel.lastWaitMillis()).isEqualTo(-1);
            server.kernel.stopClock(server.kernel.nanoTime());
            server.reactor.schedule(Duration.ofMillis(500), () -> {});
            server.turnUntilAsleep();
            assertThat(server.kernel.lastWaitMillis()).isBetween(500, 502);
            assertThat(server.kernel.count(Call.ARM_TIMERFD)).isZero();
        }
    }

    @Test
    @DisplayName("E34 a task that comes after sleep was announced ends the wait by the eventfd")
    void taskEndsTheWait() {
        List<String> done = new ArrayList<>();
        try (TurnedServer server = echo()) {
            server.turnUntilAsleep();
            for (int i = 0; i < 100; i++) {
                server.kernel.forgetCounts();
                server.kernel.runBeforeNext(
                        Call.RING_ENTER, () -> server.reactor.execute(() -> done.add("task")));
                server.turn(2);
                assertThat(done).hasSize(i + 1);
                assertThat(server.kernel.count(Call.SIGNAL_EVENTFD)).isEqualTo(1);
                assertThat(server.kernel.made())
                        .filteredOn(made -> made.call() == Call.RING_ENTER)
                        .first()
                        .extracting(made -> made.outcome())
                        .isNotEqualTo(-Errno.ETIME);
            }
        }
    }
}
