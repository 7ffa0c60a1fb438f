package edgeloop.simulation;

import edgeloop.sys.Errno;
import edgeloop.sys.Syscalls;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A kernel in memory, on one thread, with a clock of its own. It does what Linux does, and beyond
 * that whatever Linux may do, as its {@link Faults} say.
 *
 * <p>What a program must never do ends the run with a {@link SimulationFailure}: use of a
 * descriptor that is not open, of memory that is not mapped, a timer disarmed by chance, a spin, a
 * sleep that nothing will end.
 */
public final class SimulatedKernel {
    private static final long NANOS_PER_CALL = 1_000;
    private static final int MAX_PAUSE_MILLIS = 20_000;
    private static final int MAX_JUMP_MILLIS = 3_600_000;
    private static final int MAX_LATE_MILLIS = 2_000;
    private static final long MAX_ACCEPT_PAUSE_NANOS = 1_000_000_000;
    private static final long YEAR_NANOS = 365 * 24 * 3_600_000_000_000L;
    private static final int MAX_CALLS = 4_000_000;

    private final Choices choices;
    private final Faults faults;
    private final KernelCalls syscalls;
    private final Memory memory;
    private final long bootNanos;
    private final List<TcpConnection> connections = new ArrayList<>();

    private @Nullable World world;
    private @Nullable Trace trace;
    private @Nullable SimulationFailure failure;
    private @Nullable SimulatedThreads threads;

    private long elapsedNanos;
    private long callNanos = NANOS_PER_CALL;
    private long hash;
    private int calls;
    private boolean inWorld;
    private boolean connectedOut;

    /** A kernel whose choices, and those of its faults, come from {@code choices}. */
    public SimulatedKernel(Choices choices) {
        this(choices, new Memory());
    }

    private SimulatedKernel(Choices choices, Memory memory) {
        this.choices = choices.split();
        this.faults = new Faults(choices.split());
        this.memory = memory;
        this.bootNanos = choices.nextLong();
        this.syscalls = new KernelCalls(this, memory);
    }

    /** A new kernel that uses the memory of this one, which has ended. */
    public SimulatedKernel successor(Choices newChoices) {
        for (TcpConnection connection : connections) {
            memory.giveBack(connection.input);
            memory.giveBack(connection.output);
        }
        connections.clear();
        memory.unshare();
        return new SimulatedKernel(newChoices, memory);
    }

    /** What happens around the program. Without one nothing does, and no wait sleeps. */
    public void setWorld(World newWorld) {
        world = newWorld;
    }

    /** Logs all calls from now on. */
    public void setTrace(@Nullable Trace newTrace) {
        trace = newTrace;
    }

    /** The system calls, for the program. */
    Syscalls syscalls() {
        return syscalls;
    }

    /** The files that the program may open. */
    Disk disk() {
        return syscalls.fileCalls.disk;
    }

    /** The errnos of calls about files since this was last asked, a bit for each. */
    long takeFileErrors() {
        return syscalls.fileCalls.takeErrors();
    }

    /** When the file was last used that has been unused for longest; NEVER if none is open. */
    long fileUnusedSince() {
        return syscalls.fileCalls.unusedSince();
    }

    /** How often what goes wrong. */
    public Faults faults() {
        return faults;
    }

    Choices choices() {
        return choices;
    }

    /** The time since this kernel came up. */
    public long elapsedNanos() {
        return elapsedNanos;
    }

    /** Lets time pass. */
    public void advance(long nanos) {
        elapsedNanos += nanos;
    }

    /**
     * How long each system call takes, 1 &micro;s by default. With 0 time passes only while the
     * program sleeps: it does all that it does at the very time at which something happened.
     */
    public void setCallNanos(long nanos) {
        callNanos = nanos;
    }

    /** When the program last woke. */
    long turnNanos() {
        return syscalls.waits.turnNanos();
    }

    /** When it woke before that. */
    long lastTurnNanos() {
        return syscalls.waits.lastTurnNanos();
    }

    /** What the program's clock says. */
    long nanoTime() {
        return bootNanos + elapsedNanos;
    }

    /** Two runs that made the same calls with the same outcomes share this number. */
    public long traceHash() {
        return hash;
    }

    /** The calls made so far. */
    public int calls() {
        return calls;
    }

    /** Beyond so many open descriptors new ones are refused with EMFILE. */
    public void limitDescriptors(int most) {
        syscalls.files.setLimit(most);
    }

    /** Open descriptors. */
    public int openDescriptors() {
        return syscalls.files.open();
    }

    /** Bytes that are mapped. */
    public long mappedBytes() {
        return syscalls.mappedBytes();
    }

    /** The most bytes that were mapped at once. */
    long mostMappedBytes() {
        return syscalls.mostMappedBytes();
    }

    /** Whether the last wait found nothing to report and nothing to wait for. */
    public boolean isAsleep() {
        return syscalls.waits.isAsleep();
    }

    /** Says whether the program's own thread has something to do: then no time passes. */
    void mainHasWork(boolean hasWork) {
        syscalls.waits.mainHasWork = hasWork;
    }

    // ---- Peers --------------------------------------------------------------------------------

    /** Whether the program listens. */
    public boolean isListening() {
        return syscalls.sockets.listener != null && syscalls.sockets.listener.listening;
    }

    /** Whether a peer can connect: the program listens, and its queue is not full. */
    public boolean canConnect() {
        return isListening() && !Objects.requireNonNull(syscalls.sockets.listener).isFull();
    }

    /** Whether a peer can connect to {@code port}. */
    boolean canConnect(int port) {
        return syscalls.sockets.isRoomAt(port);
    }

    /** The fewest connections that were open at {@code port} when one more was turned away. */
    int fewestWhenFull(int port) {
        return Objects.requireNonNull(syscalls.sockets.portAt(port)).fewestWhenFull;
    }

    /** The connections that waited at {@code port} to be accepted when it was closed. */
    int neverAccepted(int port) {
        return Objects.requireNonNull(syscalls.sockets.portAt(port)).neverAccepted;
    }

    /** A peer connects to {@code port}, where it can. */
    PeerSocket connect(int port, int receiveBuffer, int sendBuffer) {
        PeerSocket peer = peer(PeerSocket.address(connections.size()), receiveBuffer, sendBuffer);
        Listener listener = Objects.requireNonNull(syscalls.sockets.listenerAt(port, choices));
        listener.add(peer.connection(), choices);
        return peer;
    }

    /** A peer connects, with buffers of 64 KiB. */
    public PeerSocket connect() {
        return connect(1 << 16, 1 << 16);
    }

    /**
     * A peer connects.
     *
     * @param receiveBuffer the most bytes that wait in the program's socket to be read
     * @param sendBuffer the most bytes that the program's socket takes and the peer has not read
     */
    public PeerSocket connect(int receiveBuffer, int sendBuffer) {
        if (!canConnect()) {
            throw new IllegalStateException("nobody listens, or the queue is full");
        }
        Listener listener = Objects.requireNonNull(syscalls.sockets.listener);
        return connect(listener.port.number, receiveBuffer, sendBuffer);
    }

    private PeerSocket peer(InetSocketAddress address, int receiveBuffer, int sendBuffer) {
        PeerSocket peer =
                new PeerSocket(this, address, memory.ring(receiveBuffer), memory.ring(sendBuffer));
        connections.add(peer.connection());
        return peer;
    }

    /**
     * Says whom the program reaches where.
     *
     * @param hosts answers the host at an address, or null where there is none: ENETUNREACH
     */
    public void route(Function<InetSocketAddress, @Nullable RemoteHost> hosts) {
        syscalls.connects.route(hosts);
    }

    /** The program begins to connect. */
    TcpConnection connectTo(RemoteHost host, InetSocketAddress remote, InetSocketAddress local) {
        TcpConnection connection =
                peer(remote, host.receiveBuffer(), host.sendBuffer()).connection();
        connection.local = local;
        connection.connecting = true;
        connectedOut = true;
        return connection;
    }

    /** Whether the program has ever connected to somebody. */
    boolean hasConnectedOut() {
        return connectedOut;
    }

    /** What of the program's connects was refused. */
    ConnectCalls connects() {
        return syscalls.connects;
    }

    /** The peer whose connection was accepted last. */
    public @Nullable PeerSocket lastAccepted() {
        return syscalls.sockets.lastAccepted;
    }

    // ---- Rules --------------------------------------------------------------------------------

    /** Whether {@link #note} writes anything. */
    public boolean isTraced() {
        return trace != null;
    }

    /** Writes a line to the trace, if there is one. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation is another library's
    public void note(String format, Object... arguments) {
        if (trace != null) {
            String line = String.format(format, arguments);
            trace.add(elapsedNanos, threads == null ? line : threads.current() + ": " + line);
        }
    }

    /** Notes that a rule was broken, and answers what to throw. The first one counts. */
    @SuppressWarnings("AnnotateFormatMethod")
    public SimulationFailure violation(String format, Object... arguments) {
        String message = String.format(format, arguments);
        SimulationFailure violation = new SimulationFailure(message);
        if (failure == null) {
            failure = violation;
            note("VIOLATION: %s", message);
        }
        return violation;
    }

    /** Whether a violation was noted. */
    boolean isBroken() {
        return failure != null;
    }

    /** Throws the violation that was noted, if any: the program may have caught it. */
    public void check() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Checks that the program has given everything back. */
    public void checkNothingIsLeft() {
        if (openDescriptors() > 0) {
            throw violation("descriptors left open: %s", syscalls.files);
        }
        if (mappedBytes() > 0) {
            throw violation("%d bytes left mapped", mappedBytes());
        }
    }

    /** The program acts on an event of {@code fd}: it must have been told of one. */
    void acknowledge(int fd, int mask) {
        OpenFile file = syscalls.files.get(fd);
        if (file == null || file.reported == 0) {
            throw violation("the program acts on an event of %d that it was not told of", fd);
        }
        file.reported--;
        file.told(mask);
    }

    /** Whether a wakeup by eventfd is on its way to the program. */
    boolean isWakeupPending() {
        return syscalls.waits.isWakeupPending();
    }

    /** Whether a timer has expired of which no event tells yet. */
    boolean isTimerDue() {
        return syscalls.waits.isTimerDue();
    }

    /** Those that are established and not accepted, the first one first. */
    List<TcpConnection> waitingToBeAccepted() {
        return syscalls.sockets.listener == null
                ? List.of()
                : List.copyOf(syscalls.sockets.listener.pending);
    }

    /**
     * Checks of sockets at which several reactors accept, which all sleep, that nobody waits there
     * of whom one of them was told, and that each is told that would accept.
     */
    void checkSharedQueueBeforeSleep() {
        if (isTimerDue()) {
            return; // by which accepting may go on
        }
        syscalls.files.forEach(
                file -> {
                    if (file instanceof Listener socket
                            && socket.isSharedInVain(elapsedNanos - MAX_ACCEPT_PAUSE_NANOS)) {
                        throw violation(
                                "all sleep, descriptor %d listens in vain, and %d connections wait",
                                socket.fd, socket.pending.size());
                    }
                });
    }

    /** Checks that no connection waits to be accepted that no event will announce. */
    void checkListenerBeforeSleep() {
        Listener socket = syscalls.sockets.listener;
        if (socket == null || socket.pending.isEmpty() || socket.queued || !socket.listening) {
            return;
        }
        boolean pausedByError =
                (socket.lastResult < 0 && socket.lastResult != -Errno.EAGAIN)
                        || socket.scarceTurn >= 0;
        if (!pausedByError || elapsedNanos - socket.lastNanos > MAX_ACCEPT_PAUSE_NANOS) {
            throw violation(
                    "the program sleeps, and %d connections wait to be accepted",
                    socket.pending.size());
        }
    }

    /**
     * The turn in which accepting ended for want of descriptors, where connections wait for that;
     * or -1.
     */
    long acceptWaitsSinceTurn() {
        Listener socket = syscalls.sockets.listener;
        if (socket == null || !socket.listening || socket.pending.isEmpty() || socket.queued) {
            return -1;
        }
        return socket.scarceTurn;
    }

    // ---- What calls have in common ------------------------------------------------------------

    /** The threads that share this kernel; until then there is one. */
    void setThreads(SimulatedThreads newThreads) {
        threads = newThreads;
        memory.share();
    }

    @Nullable SimulatedThreads threads() {
        return threads;
    }

    /** A call begins: time passes, and others may act meanwhile. */
    void enter() {
        if (threads != null) {
            threads.pass();
        }
        enterAlone();
    }

    /**
     * The same of a call that a program makes while it holds a lock, as no other may go on then.
     */
    void enterAlone() {
        elapsedNanos += callNanos;
        if (++calls > MAX_CALLS) {
            throw violation("no end after %d system calls", calls);
        }
        if (faults.strikes(Fault.PAUSE)) {
            standStill(choices.below(16) == 0 ? MAX_JUMP_MILLIS : MAX_PAUSE_MILLIS);
        }
        if (world != null && !inWorld && faults.strikes(Fault.INTERLEAVED)) {
            inWorld = true;
            world.interleave();
            inWorld = false;
        }
    }

    private void standStill(int maxMillis) {
        long millis = choices.magnitude(1, maxMillis);
        note("everything stands still for %d ms", millis);
        elapsedNanos += millis * 1_000_000;
    }

    /** The program computes, perhaps for long. */
    void compute() {
        if (faults.strikes(Fault.HANDLER_SLOW)) {
            standStill(MAX_PAUSE_MILLIS);
        }
    }

    /** A call ends. */
    int answer(Call call, int fd, int result) {
        hash = (hash ^ (call.code << 24 ^ fd << 16 ^ result)) * 0x9E3779B97F4A7C15L;
        if (trace != null) {
            String outcome = result < 0 ? Errno.name(-result) : Integer.toString(result);
            note(fd < 0 ? "%s = %3$s" : "%s(%d) = %s", call, fd, outcome);
        }
        return result;
    }

    /** Lets all happen that is due. */
    void happen() {
        if (world != null) {
            inWorld = true;
            world.act();
            inWorld = false;
        }
        syscalls.waits.expireTimers();
    }

    /**
     * Passes time until something may have happened, at most until {@code limitNanos}.
     *
     * @return false if nothing will ever happen
     */
    boolean sleep(long limitNanos) {
        if (world == null) {
            return false;
        }
        long until = Math.min(limitNanos, Math.min(world.nextNanos(), syscalls.waits.nextExpiry()));
        if (until - elapsedNanos > YEAR_NANOS) {
            until = World.NEVER; // nobody waits for a timer so far away
        }
        inWorld = true;
        world.beforeSleep(until);
        boolean goesOn = until != World.NEVER || world.stalled();
        inWorld = false;
        if (goesOn && until != World.NEVER) {
            elapsedNanos = Math.max(elapsedNanos, until);
            if (faults.strikes(Fault.WAKES_LATE)) {
                standStill(MAX_LATE_MILLIS);
            }
        }
        happen();
        return goesOn;
    }
}
