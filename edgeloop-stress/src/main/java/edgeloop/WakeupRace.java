package edgeloop;

import edgeloop.buffer.MemoryBudget;
import edgeloop.sys.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * E34: a task that is handed over just as the reactor goes to sleep. Either the reactor sees it
 * before it sleeps, or its sleep is ended by the eventfd.
 *
 * <p>One thread turns a true reactor, whose kernel only takes notes; the other executes a task.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "The reactor saw the task in time.")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "The reactor slept, and was woken.")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "The reactor sleeps, and nobody wakes it.")
@State
public class WakeupRace {
    private static final int SEEN = 0;
    private static final int WOKEN = 1;
    private static final int ASLEEP = 2;

    private final Notes notes = new Notes();
    private final Reactor reactor;

    /** A reactor that has not turned yet. */
    public WakeupRace() {
        try {
            reactor =
                    Reactor.open(
                            new JvmPlatform(notes::syscalls),
                            Transport.EPOLL,
                            Trigger.EDGE,
                            1,
                            new MemoryBudget(Long.MAX_VALUE),
                            null);
        } catch (SyscallException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The reactor's thread. */
    @Actor
    public void turn() {
        try {
            reactor.turn();
        } catch (Asleep e) {
            notes.slept = true;
        }
    }

    /** Another thread. */
    @Actor
    public void execute() {
        reactor.execute(() -> notes.ran = true);
    }

    /** What came of it. */
    @Arbiter
    public void judge(I_Result result) {
        boolean seen = notes.ran || !notes.slept;
        result.r1 = seen ? SEEN : notes.signalled ? WOKEN : ASLEEP;
    }

    /** epoll_wait without a limit: the turn ends there, as the reactor stays there. */
    private static final class Asleep extends RuntimeException {
        private static final long serialVersionUID = 1;

        Asleep() {
            super(null, null, false, false);
        }
    }

    /** A kernel that grants all and remembers what matters here. */
    private static final class Notes implements InvocationHandler {
        private static final int FD = 3;

        /** Nobody reads or writes it here, so all may have the same. */
        private static final MemorySegment MEMORY = Arena.global().allocate(1 << 18, 64);

        boolean ran;
        boolean slept;
        boolean signalled;

        Syscalls syscalls() {
            return (Syscalls)
                    Proxy.newProxyInstance(
                            Syscalls.class.getClassLoader(), new Class<?>[] {Syscalls.class}, this);
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) {
            return switch (method.getName()) {
                case "epollCreate", "eventfd", "timerfd" -> FD;
                case "map" -> MEMORY.asSlice(0, (long) arguments[0]);
                case "nanoTime" -> 0L;
                case "epollAdd" -> 0;
                case "epollWait" -> {
                    if ((int) arguments[2] < 0) {
                        throw new Asleep();
                    }
                    yield 0;
                }
                case "signalEventfd" -> {
                    signalled = true;
                    yield Long.BYTES;
                }
                default -> throw new UnsupportedOperationException(method.getName());
            };
        }
    }
}
