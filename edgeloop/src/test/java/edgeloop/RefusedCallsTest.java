package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A kernel too old, or a seccomp filter, refuses a call. All that the loop cannot do without is
 * asked for when a server starts, so the start is where it shows.
 */
class RefusedCallsTest {

    @CallsOfEpoll
    @ParameterizedTest
    @EnumSource(names = {"EPOLL_CREATE", "EVENTFD", "TIMERFD", "EPOLL_ADD", "SOCKET", "LISTEN"})
    @DisplayName("E48 a call that is not there is named at the start, and nothing is left open")
    void callThatIsNotThereIsNamed(Call call) {
        for (int errno : new int[] {Errno.ENOSYS, Errno.EPERM}) {
            var kernel = new ScriptedSyscalls();
            kernel.answerAlways(call, -errno);
            assertThatThrownBy(
                            () ->
                                    Server.open(
                                            new JvmPlatform(() -> kernel),
                                            Defaults.server(),
                                            _ -> Connection::write))
                    .isInstanceOfSatisfying(
                            SyscallException.class,
                            e -> {
                                assertThat(e.errno()).isEqualTo(errno);
                                assertThat(e.call()).isEqualTo(nameOf(call));
                            });
            assertThat(kernel.openDescriptors()).isEmpty();
            assertThat(kernel.mappedBytes()).isZero();
        }
    }

    private static String nameOf(Call call) {
        return switch (call) {
            case EPOLL_CREATE -> "epoll_create1";
            case TIMERFD -> "timerfd_create";
            case EPOLL_ADD -> "epoll_ctl";
            case EVENTFD, SOCKET, LISTEN -> call.name().toLowerCase(Locale.ROOT);
            default -> throw new AssertionError(call);
        };
    }

    /** A filter that is put on later, or does not know accept4. */
    @ParameterizedTest
    @EnumSource(names = {"ACCEPT", "SEND", "RECV", "SET_LINGER_ZERO", "SHUTDOWN"})
    @DisplayName("E48 a call that is refused later on ends no loop")
    void callThatIsRefusedLaterEndsNoLoop(Call call) {
        try (TurnedServer server = TurnedServer.echo()) {
            server.kernel.answerAlways(call, -Errno.ENOSYS);
            server.peer().send("x").sendFin();
            server.peer().send("y");
            server.turn(10);
            server.kernel.answerByKernel(call);
            server.kernel.passTime(Duration.ofSeconds(1));
            Peer later = server.peer().send("hello");
            server.turnUntil(() -> later.text().equals("hello"));
        }
    }
}
