package edgeloop.simulation;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionRef;
import edgeloop.IoBuffer;
import java.util.Objects;

/**
 * A handler that keeps books of what it was given and has written, and by its {@link
 * ConnectionRules} holds the library against them. All handlers write the bytes that {@link
 * Pattern} has for their peer, in order.
 */
abstract class CheckedHandler implements ConnectionHandler {
    /** Whoever holds memory without moving for so long goes first when there is no more. */
    static final long STALLED_NANOS = 1_000_000_000;

    private static final long SLACK_NANOS = Scenario.SLACK_NANOS;

    final Scenario scenario;
    final SwarmPeer peer;
    final TcpConnection socket;
    final Connection connection;
    final ConnectionRef ref;
    final Choices choices;
    final ConnectionRules rules;

    /** The bytes read, and written. */
    int consumed;

    int written;

    boolean ended;
    boolean paused;

    /** The turn in which it ceased to be so. */
    long resumedTurn = -1;

    /** This or another handler has called close, or abort, or thrown. */
    boolean closing;

    boolean aborting;
    boolean closed;

    /** It closed without finishing its output. */
    boolean abandoned;

    /** The peer saw the end before onClose could tell whether it was to be so. */
    boolean cutShort;

    /** When output began to wait for the peer; {@link World#NEVER} while none waits. */
    long waitsSinceNanos = World.NEVER;

    private long waitsSinceTurn;

    /** Where input waited when the shutdown began, what had been received before; else -1. */
    int receivedBeforeShutdown = -1;

    /** The bytes that it left unread, for which memory is taken. */
    private int left;

    /** The turn in which that was last. */
    private long leftTurn;

    /** A write found no memory, perhaps, and this was the one to go. */
    boolean refused;

    /** Whether an echo goes out in two pieces. */
    private final boolean splits;

    CheckedHandler(Scenario scenario, SwarmPeer peer, Connection connection) {
        this.scenario = scenario;
        this.peer = peer;
        this.connection = connection;
        this.socket = Objects.requireNonNull(peer.socket).connection();
        this.ref = connection.ref();
        this.choices = scenario.swarm.handlerChoices(peer);
        this.splits = choices.below(4) == 0;
        this.rules = new ConnectionRules(this);
    }

    // ---- What the behaviours fill in ----------------------------------------------------------

    /** There are unread bytes in {@code in}. */
    abstract void read(IoBuffer in);

    /** The peer has finished; by default what it left is echoed and the connection closed. */
    void end(IoBuffer in) {
        echo(in);
        close();
    }

    void drain() {}

    // ---- What the behaviours call -------------------------------------------------------------

    final void echo(IoBuffer in) {
        if (splits && in.remaining() > 1) {
            int first = choices.magnitude(1, in.remaining() - 1);
            take(in, first);
            send(first);
        }
        int n = in.remaining();
        long before = beforeWriting(n);
        connection.write(in);
        wrote(n, before);
        consumed += n;
    }

    /** Reads {@code n} bytes without writing them. */
    final void take(IoBuffer in, int n) {
        byte[] bytes = scenario.scratch(n);
        IoBuffer slice = in.readSlice(n);
        slice.readBytes(bytes, 0, n);
        scenario.keep(slice);
        scenario.keep(slice.readSlice(0));
        if (!Pattern.matches(bytes, n, peer.index, consumed)) {
            throw scenario.kernel.violation(
                    "the handler of peer %d got wrong bytes from %d", peer.index, consumed);
        }
        consumed += n;
    }

    /** Writes the next {@code length} bytes. */
    final void send(int length) {
        int done = 0;
        while (done < length) {
            int n = Pattern.inARow(length - done);
            long before = beforeWriting(n);
            connection.write(Pattern.array(), Pattern.index(peer.index, written), n);
            wrote(n, before);
            done += n;
        }
    }

    /** Writes the next {@code length} bytes from a file. */
    final void transfer(int length) {
        int done = 0;
        while (done < length && !closing) {
            int n = Pattern.inARow(length - done);
            long before = beforeWriting(n);
            if (!scenario.transfer(connection, Pattern.index(peer.index, written), n)) {
                send(length - done); // no descriptor for the file, or no memory
                return;
            }
            wrote(n, before);
            done += n;
        }
    }

    private long handedOver() {
        return socket.sent + connection.pendingOutput();
    }

    /** What was handed over before the {@code n} bytes that are written now. */
    private long beforeWriting(int n) {
        long before = handedOver();
        socket.written = before + n;
        return before;
    }

    private void wrote(int length, long before) {
        int taken = (int) (handedOver() - before);
        boolean mayRefuse = closing || closed || isEnding() || socket.isBroken();
        if (taken < length && scenario.mayLackMemory()) {
            boolean first = !refused;
            refused = true;
            if (!(mayRefuse && taken >= 0)) {
                if (first) {
                    checkRefusal(length, before);
                }
                return;
            }
        }
        if (taken != length && !(mayRefuse && taken >= 0 && taken < length)) {
            throw scenario.kernel.violation(
                    "peer %d: %d bytes written, %d taken", peer.index, length, taken);
        }
        written += taken;
        socket.written = written;
        if (connection.isCongested()) {
            receivedBeforeShutdown = -1;
        }
        noteWaiting();
    }

    /** There was no memory for what was written, so it is this one that is cut off. */
    private void checkRefusal(int length, long before) {
        boolean heldNothing = before == socket.sent && left == 0;
        // Who writes more than a segment holds some itself by the time that there is no more.
        boolean holdsNothing = heldNothing && length <= Scenario.SEGMENT_BYTES;
        if (holdsNothing && scenario.hasMemoryFor(length)) {
            throw scenario.kernel.violation(
                    "peer %d is cut off for want of memory, of which there is some", peer.index);
        }
        CheckedHandler other =
                scenario.holderOtherThan(
                        this,
                        scenario.kernel.turnNanos(),
                        holdsNothing ? 0 : STALLED_NANOS + SLACK_NANOS);
        if (other != null && (holdsNothing || nanosNotMoved() < STALLED_NANOS - SLACK_NANOS)) {
            throw scenario.kernel.violation(
                    "peer %d is cut off, though peer %d holds memory",
                    peer.index, other.peer.index);
        }
    }

    /** Whether memory has been taken, since before {@code turn}, for what this left unread. */
    final boolean holdsInput(long turn) {
        boolean before = left > 0 && leftTurn < turn;
        return before && !closing && !connection.toString().endsWith("DOOMED]");
    }

    /** For how long nothing of what waits has moved. */
    final long nanosNotMoved() {
        boolean output = waitsSinceNanos != World.NEVER;
        long since = output ? Math.max(waitsSinceTurn, socket.lastSendTurn) : socket.lastMoveTurn;
        return scenario.kernel.turnNanos() - since;
    }

    @Override
    public final boolean isIdle(Connection c) {
        if (!c.isOpen() || c.pendingOutput() > 0) {
            throw scenario.kernel.violation("peer %d is asked whether it is idle", peer.index);
        }
        return isIdle();
    }

    /** Every other one of those that do nothing but in answer to their peer lets itself go. */
    final boolean isIdle() {
        boolean answers = peer.behaviour == Behaviour.ECHO || peer.behaviour == Behaviour.FRAMES;
        boolean moreExpected = closing || ended || paused || left > 0;
        return answers && peer.index % 2 == 0 && !moreExpected && written == socket.sent;
    }

    /** Whether it could have been closed in that turn, and since. */
    final boolean hasBeenIdleSince(long turn) {
        // Not all that moves counts as a move, if idleBytes is more than 1.
        long lastTurn = Math.max(leftTurn, Math.max(socket.lastSendTurn, socket.lastMoveTurn));
        return isIdle() && !isEnding() && lastTurn < turn && !socket.hasInput();
    }

    final void close() {
        closing = true;
        connection.close();
    }

    final void abort() {
        closing = true;
        aborting = true;
        connection.abort();
    }

    final void pause() {
        paused = true;
        receivedBeforeShutdown = -1;
        connection.pause();
    }

    final void resume() {
        paused = false;
        resumedTurn = scenario.kernel.turnNanos();
        connection.resume();
    }

    final RuntimeException fail() {
        closing = true;
        aborting = true;
        return new Handlers.Thrown();
    }

    /** Has {@code task} done by way of the reactor's tasks, or at once if it takes no more. */
    final void handOver(Runnable task) {
        boolean taken =
                scenario.tell(
                        ref,
                        c -> {
                            entered(c, "task");
                            task.run();
                        });
        if (!taken) {
            task.run();
        }
    }

    // ---- Callbacks ----------------------------------------------------------------------------

    @Override
    public final void onRead(Connection c, IoBuffer in) {
        entered(c, "onRead");
        scenario.keep(in);
        if (ended || paused || !c.isOpen()) {
            throw scenario.kernel.violation(
                    "peer %d: onRead, but ended %b, paused %b, open %b",
                    peer.index, ended, paused, c.isOpen());
        }
        socket.shown(consumed + in.remaining());
        if (!in.hasRemaining() || consumed + in.remaining() != socket.received) {
            throw scenario.kernel.violation(
                    "peer %d: onRead with %d bytes after %d, but recv gave %d",
                    peer.index, in.remaining(), consumed, socket.received);
        }
        read(in);
        left = in.remaining();
        leftTurn = scenario.kernel.turnNanos();
    }

    @Override
    public final void onDrain(Connection c) {
        entered(c, "onDrain");
        if (c.isCongested() || c.pendingOutput() > scenario.settings.lowWaterMark()) {
            throw scenario.kernel.violation(
                    "peer %d: onDrain with %d bytes waiting", peer.index, c.pendingOutput());
        }
        drain();
    }

    @Override
    public final void onEnd(Connection c, IoBuffer in) {
        entered(c, "onEnd");
        scenario.keep(in);
        socket.endShown();
        if (ended
                || !socket.endSeen
                || socket.unshown > 0
                || consumed + in.remaining() != socket.received) {
            throw scenario.kernel.violation(
                    "peer %d: onEnd, ended before %b, FIN read %b, %d bytes after %d of %d",
                    peer.index, ended, socket.endSeen, in.remaining(), consumed, socket.received);
        }
        ended = true;
        end(in);
    }

    @Override
    public final void onClose(Connection c, CloseReason reason) {
        entered(c, "onClose");
        closed = true;
        if (scenario.kernel.isTraced()) {
            scenario.kernel.note("    onClose of peer %d: %s", peer.index, reason);
        }
        if (!socket.closed) {
            throw scenario.kernel.violation("peer %d: onClose before close", peer.index);
        }
        String wrong = rules.wrong(reason);
        if (wrong != null) {
            throw scenario.kernel.violation("peer %d: %s: %s", peer.index, reason, wrong);
        }
        abandoned = reason instanceof CloseReason.TimedOut;
        if (cutShort && !abandoned) {
            throw scenario.kernel.violation(
                    "peer %d: %s, but it did not get all of %d bytes", peer.index, reason, written);
        }
        scenario.closed(this, reason);
    }

    @Override
    public final void onShutdown(Connection c) {
        entered(c, "onShutdown");
        if (peer.outgoing != null) {
            closing = true;
        }
        c.close();
    }

    /** Whether the server, or the client that it is of, has been told to shut down. */
    final boolean isEnding() {
        return scenario.isShuttingDown() || (peer.outgoing != null && scenario.client.isClosed());
    }

    final void entered(Connection c, String callback) {
        scenario.checkKept();
        scenario.kernel.compute();
        if (c != connection || closed) {
            throw scenario.kernel.violation(
                    "peer %d: %s %s",
                    peer.index, callback, closed ? "after onClose" : "for another connection");
        }
    }

    /** The server is told to shut down; what the peer has sent so far is to be served. */
    final void shutdownBegins() {
        boolean blocked = connection.isCongested() && scenario.settings.hasBackpressure();
        boolean reads = !closing && !paused && !ended && !blocked && peer.outgoing == null;
        receivedBeforeShutdown = reads && socket.receivable(1) > 0 ? (int) socket.received : -1;
    }

    /** Checks what holds between turns. */
    final void checkBetweenTurns() {
        rules.checkBetweenTurns();
        noteWaiting();
    }

    private void noteWaiting() {
        if (connection.pendingOutput() == 0) {
            waitsSinceNanos = World.NEVER;
        } else if (waitsSinceNanos == World.NEVER) {
            waitsSinceNanos = scenario.kernel.elapsedNanos();
            waitsSinceTurn = scenario.kernel.turnNanos();
            socket.paidNanos = waitsSinceNanos;
            socket.paidTurn = waitsSinceTurn;
        }
    }
}
