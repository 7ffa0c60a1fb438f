package edgeloop.simulation;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.sys.Errno;
import org.jspecify.annotations.Nullable;

/**
 * What must be so of a connection, by the books of its {@link CheckedHandler}: between turns, when
 * the server sleeps, and for the reason that it closes for.
 */
final class ConnectionRules {
    private static final long STALLED_NANOS = CheckedHandler.STALLED_NANOS;
    private static final long SLACK_NANOS = Scenario.SLACK_NANOS;

    private final CheckedHandler handler;
    private final Scenario scenario;
    private final SwarmPeer peer;
    private final TcpConnection socket;
    private final Connection connection;

    ConnectionRules(CheckedHandler handler) {
        this.handler = handler;
        this.scenario = handler.scenario;
        this.peer = handler.peer;
        this.socket = handler.socket;
        this.connection = handler.connection;
    }

    /** What speaks against {@code reason}, or null. */
    @Nullable String wrong(CloseReason reason) {
        return switch (reason) {
            case CloseReason.PeerClosed _ when !handler.ended -> "no FIN was read";
            case CloseReason.PeerClosed _ -> wrongAfterClose();
            case CloseReason.LocallyClosed _ -> wrongAfterClose();
            case CloseReason.Failed failed when !socket.hasSaid(failed.errno()) ->
                    "the kernel said " + Errno.name(socket.lastErrno);
            case CloseReason.Failed _ when socket.foundByReceiving && isUnshown() ->
                    "what had come before was not read";
            case CloseReason.Failed _ -> null;
            case CloseReason.TimedOut timedOut -> wrongTimeout(timedOut.limit());
            case CloseReason.HandlerFailed _ when handler.aborting -> null;
            case CloseReason.HandlerFailed failed when scenario.explains(failed.cause()) -> null;
            case CloseReason.HandlerFailed failed -> "it did not throw " + failed.cause();
            case CloseReason.Overload overload ->
                    switch (overload.resource()) {
                        case MEMORY -> wrongCutOff();
                        case DESCRIPTORS -> wrongGoing();
                    };
            case CloseReason.ProtocolError _ -> "it did not say so";
            case CloseReason.TlsFailed _, CloseReason.Truncated _ -> "there is no TLS";
            case CloseReason.CutOff _ -> scenario.isCutOff() ? null : "the server goes on";
        };
    }

    private @Nullable String wrongAfterClose() {
        if (handler.aborting || scenario.isCutOff()) {
            return null;
        }
        if (handler.receivedBeforeShutdown == socket.received && !handler.closing) {
            return "what it had sent before the shutdown was not read";
        }
        if (!handler.closing && !handler.isEnding()) {
            return "nobody closed it";
        }
        if (socket.lingerZero) {
            return "it was reset";
        }
        if (socket.sent != handler.written) {
            return "of " + handler.written + " bytes only " + socket.sent + " were sent";
        }
        long lingered = scenario.kernel.turnNanos() - socket.shutTurn;
        // For want of descriptors those go first that linger.
        boolean mayLinger = !scenario.mayLackDescriptors();
        if (socket.closedUnread
                && mayLinger
                && lingered < (scenario.settings.lingerMillis() - 1) * 1_000_000L) {
            return "closed with input unread after " + lingered + " ns";
        }
        return null;
    }

    private @Nullable String wrongCutOff() {
        if (!scenario.mayLackMemory()) {
            return "there was memory";
        }
        if (!handler.refused
                && handler.written == socket.sent
                && !socket.hasHeardOfSends(scenario.kernel.lastTurnNanos())
                && handler.consumed == socket.received
                && socket.unshown == 0) {
            return "it held none";
        }
        // It may have been decided in a task, which comes before the turn's wait.
        CheckedHandler other =
                scenario.holderOtherThan(
                        handler, scenario.kernel.lastTurnNanos(), STALLED_NANOS + SLACK_NANOS);
        return other != null && handler.nanosNotMoved() < STALLED_NANOS - SLACK_NANOS
                ? "peer " + other.peer.index + " holds some, and has not moved for longer"
                : null;
    }

    private @Nullable String wrongGoing() {
        if (!scenario.mayLackDescriptors()) {
            return "there were descriptors";
        }
        if (!handler.isIdle() || socket.lingerZero) {
            return "it was not idle, or it was reset";
        }
        if (socket.inputSinceNanos() < scenario.kernel.turnNanos()) {
            return "nobody looked for what it had sent";
        }
        long before = socket.lastMoveTurn - SLACK_NANOS;
        CheckedHandler other = scenario.idleSinceBefore(handler, before);
        return other == null ? null : "peer " + other.peer.index + " has been idle for longer";
    }

    private @Nullable String wrongTimeout(CloseReason.TimedOut.Limit limit) {
        // The library's time is that of a turn's events.
        long now = scenario.kernel.turnNanos();
        long idle = now - socket.moveTurnAsOf(now);
        return switch (limit) {
            case CONNECT, HANDSHAKE -> "it is established";
            case IDLE ->
                    scenario.settings.idleMillis() == 0
                                    || idle < (scenario.settings.idleMillis() - 1) * 1_000_000L
                            ? "idle for " + idle + " ns only"
                            : scenario.settings.idleBytes() == 1 && isUnheard()
                                    ? "nobody looked for what it had sent"
                                    : null;
            case HALF_CLOSE -> wrongHalfClose(now);
            case WRITE -> {
                long waited = now - socket.paidTurnAsOf(now);
                yield scenario.settings.writeMillis() == 0
                                || handler.waitsSinceNanos == World.NEVER
                                || waited < (scenario.settings.writeMillis() - 1) * 1_000_000L
                        ? "waited for " + waited + " ns only"
                        : null;
            }
        };
    }

    private @Nullable String wrongHalfClose(long now) {
        long rested = now - Math.max(socket.endMovedTurn, socket.sendTurnAsOf(now));
        if (scenario.settings.halfCloseMillis() == 0
                || rested < (scenario.settings.halfCloseMillis() - 1) * 1_000_000L) {
            return "at rest for " + rested + " ns only";
        }
        if (!socket.endTold) {
            return "nothing told of the peer's end";
        }
        if (handler.waitsSinceNanos != World.NEVER
                && !socket.hasHeardOfSends(scenario.kernel.lastTurnNanos())) {
            return "output waits";
        }
        return isUnheard() ? "nobody looked for what it had sent" : null;
    }

    /** Whether input that would be read lay there when the turn began. */
    private boolean isUnheard() {
        return reads() && socket.inputSinceNanos() < scenario.kernel.turnNanos();
    }

    /** The same of input that the ring has received, of one that was not resumed only now. */
    private boolean isUnshown() {
        boolean resumed = handler.resumedTurn == scenario.kernel.turnNanos();
        return reads() && !resumed && !handler.isEnding() && socket.unshown > 0;
    }

    private boolean reads() {
        boolean blocked = connection.isCongested() && scenario.settings.hasBackpressure();
        return !handler.paused && !handler.ended && !handler.closing && !blocked;
    }

    /** Checks what holds between turns. */
    void checkBetweenTurns() {
        if (socket.receivesOn && !handler.closing && !handler.isEnding() && connection.isOpen()) {
            throw scenario.kernel.violation(
                    "peer %d: %d bytes are kept, and it goes on receiving",
                    peer.index, socket.unshown);
        }
        long pending = connection.pendingOutput();
        if (socket.sent - socket.unsettled() + pending != handler.written) {
            throw scenario.kernel.violation(
                    "peer %d: %d bytes written, %d sent, %d waiting",
                    peer.index, handler.written, socket.sent, pending);
        }
        if (peer.behaviour.bounded
                && scenario.settings.hasBackpressure()
                && pending > scenario.settings.highWaterMark() + scenario.settings.readBytes()) {
            throw scenario.kernel.violation("peer %d: %d bytes wait", peer.index, pending);
        }
    }

    /** Checks that no event is needed for what could be done now, since none will come. */
    void checkBeforeSleep(long untilNanos) {
        boolean lingers = socket.outputShut;
        boolean reads =
                !handler.closing && !handler.paused && !handler.ended && !handler.isEnding();
        boolean blocked = connection.isCongested() && scenario.settings.hasBackpressure();
        if (!socket.queued) {
            int receivable = socket.receivable(1);
            boolean due = receivable > 0 || (receivable == 0 && !socket.endSeen);
            boolean dueToBeShown = due || socket.unshown > 0 || socket.endSeen;
            if ((due && lingers) || (dueToBeShown && reads && !blocked)) {
                throw scenario.kernel.violation(
                        "the server sleeps, and nobody reads what peer %d has sent", peer.index);
            }
            if (connection.pendingOutput() > 0 && !socket.owesSpace && !socket.blockedByFault) {
                throw scenario.kernel.violation(
                        "the server sleeps on %d bytes that peer %d would take",
                        connection.pendingOutput(), peer.index);
            }
        }
        if (socket.error != 0 && !socket.queued) {
            throw scenario.kernel.violation(
                    "the server sleeps, and peer %d has gone with %s",
                    peer.index, Errno.name(socket.error));
        }
        if (reads && isLate(untilNanos, socket.lastMoveNanos, scenario.settings.idleMillis())) {
            throw scenario.kernel.violation("peer %d: sleeps past its idle timeout", peer.index);
        }
        if (handler.waitsSinceNanos != World.NEVER
                && isLate(untilNanos, socket.paidNanos, scenario.settings.writeMillis())) {
            throw scenario.kernel.violation("peer %d: sleeps past its write timeout", peer.index);
        }
        boolean open = !handler.closing && !handler.isEnding();
        if (open
                && handler.waitsSinceNanos == World.NEVER
                && (handler.ended || (socket.peerFinished && !socket.queued && !socket.isBroken()))
                && isLate(
                        untilNanos,
                        Math.max(socket.endMovedNanos, socket.lastSendNanos),
                        scenario.settings.halfCloseMillis())) {
            throw scenario.kernel.violation(
                    "peer %d: sleeps past its half-close timeout", peer.index);
        }
    }

    /** Timeouts run out an eighth late at most, by {@link edgeloop.ConnectionOptions}. */
    private boolean isLate(long untilNanos, long sinceNanos, int timeoutMillis) {
        return isLate(scenario, untilNanos, sinceNanos, timeoutMillis);
    }

    static boolean isLate(Scenario scenario, long untilNanos, long sinceNanos, int timeoutMillis) {
        if (timeoutMillis == 0) {
            return false;
        }
        long latest = sinceNanos + (timeoutMillis + timeoutMillis / 8) * 1_000_000L;
        // One that is overdue already, because all stood still, may come with the next tick.
        return untilNanos - Math.max(latest, scenario.kernel.elapsedNanos()) > Scenario.SLACK_NANOS;
    }
}
