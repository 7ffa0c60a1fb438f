package edgeloop.simulation;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.IoBuffer;
import edgeloop.http.AccessLogEntry;
import edgeloop.sys.Errno;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the library's core and its HTTP, and keeps books of what goes through: which
 * requests the server has been shown, and why the connection ends. What can be judged by the
 * server's own time is judged here.
 */
final class WebConnection implements ConnectionHandler {
    private static final long SLACK_NANOS = Scenario.SLACK_NANOS;

    final WebPeer peer;
    final TcpConnection socket;
    @Nullable CloseReason reason;

    private final WebScenario scenario;
    private final SimulatedKernel kernel;
    private final ConnectionHandler http;

    /** What HTTP has read of the input, and what it has been shown of it. */
    private long consumed;

    private long offered;

    /** The requests whose heads have come, and those that were answered. */
    private int headsSeen;

    private int answers;

    /** The turn in which it was accepted, or answered last. */
    private long restingSinceTurn;

    private boolean ended;
    private long closedTurn;

    WebConnection(WebScenario scenario, WebPeer peer, ConnectionHandler http) {
        this.scenario = scenario;
        this.kernel = scenario.kernel;
        this.peer = peer;
        this.socket = Objects.requireNonNull(peer.socket).connection();
        this.http = http;
        this.restingSinceTurn = kernel.turnNanos();
    }

    // ---- What the core calls ------------------------------------------------------------------

    @Override
    public void onRead(Connection connection, IoBuffer in) {
        shown(in);
        int before = in.remaining();
        http.onRead(connection, in);
        consumed += before - in.remaining();
    }

    private void shown(IoBuffer in) {
        offered = consumed + in.remaining();
        socket.shown(offered);
        if (offered != socket.received || reason != null) {
            throw kernel.violation(
                    "peer %d: %d bytes are shown, and %d were received",
                    peer.index, offered, socket.received);
        }
        noteHeads();
    }

    private void noteHeads() {
        long turn = kernel.turnNanos();
        for (int i = headsSeen; i < peer.requests.size(); i++) {
            WebRequest request = peer.requests.get(i);
            if (request.start >= offered) {
                return;
            }
            if (request.seenTurn < 0) {
                request.seenTurn = turn;
            }
            if (request.endOfHead() <= offered) {
                request.headTurn = turn;
                headsSeen = i + 1;
            }
        }
    }

    @Override
    public void onDrain(Connection connection) {
        http.onDrain(connection);
    }

    @Override
    public void onEnd(Connection connection, IoBuffer in) {
        shown(in);
        socket.endShown();
        ended = true;
        http.onEnd(connection, in);
    }

    @Override
    public void onShutdown(Connection connection) {
        http.onShutdown(connection);
    }

    @Override
    public boolean isIdle(Connection connection) {
        boolean idle = http.isIdle(connection);
        WebRequest current = peer.request(answers);
        if (idle && current != null && current.handledTurn >= 0) {
            throw kernel.violation("%s is being answered, and called idle", current);
        }
        return idle;
    }

    @Override
    public void onClose(Connection connection, CloseReason why) {
        if (reason != null) {
            throw kernel.violation("peer %d: onClose after onClose", peer.index);
        }
        if (kernel.isTraced()) {
            kernel.note("    onClose of peer %d: %s", peer.index, why);
        }
        reason = why;
        closedTurn = kernel.turnNanos();
        http.onClose(connection, why);
        scenario.books.closed(this, why);
        checkAllAreTold();
        String wrong = wrong(why);
        if (wrong != null) {
            throw kernel.violation("peer %d: %s: %s", peer.index, why, wrong);
        }
        peer.judgeEnd();
    }

    // ---- What the handler and the log ask -----------------------------------------------------

    /** The request that is to be handled now, since all before it have been answered. */
    WebRequest nextHandled() {
        WebRequest request = peer.request(answers);
        if (request == null || request.endOfHead() > offered) {
            throw kernel.violation("peer %d: a request is handled that did not come", peer.index);
        }
        boolean mayBe =
                request.kind == WebRequest.Kind.HANDLER || request.kind == WebRequest.Kind.FILE;
        if (!mayBe || request.handledTurn >= 0) {
            throw kernel.violation("%s is handled", request);
        }
        request.handledTurn = kernel.turnNanos();
        boolean body = request.chunked || request.bodyLength > 0;
        request.awaitsContinue = body && request.expects && offered == request.endOfHead();
        return request;
    }

    void wantsBody(WebRequest request) {
        boolean tooLong =
                !request.chunked && request.bodyLength > scenario.settings.http.maxBodyBytes();
        request.wanted = true;
        request.mustContinue = request.awaitsContinue && !tooLong;
    }

    /** The access log has an answer. */
    void logged(AccessLogEntry entry) {
        WebRequest request = peer.request(answers);
        if (request == null || request.seenTurn < 0) {
            throw kernel.violation("peer %d: an answer to no request: %s", peer.index, entry);
        }
        answers++;
        restingSinceTurn = kernel.turnNanos();
        boolean read = request.headTurn >= 0 && request.kind != WebRequest.Kind.REFUSED;
        boolean unread = entry.requestLine().isEmpty() && request.handledTurn < 0;
        if (!entry.requestLine().equals(request.line()) && !unread) {
            throw kernel.violation("%s is logged as %s", request, entry.requestLine());
        }
        if (!read && !unread) {
            throw kernel.violation("%s is logged, and was not read", request);
        }
        request.loggedStatus = entry.status();
        request.loggedBytes = entry.contentBytes();
        if (entry.status() == 500 && request.failedLate) {
            scenario.books.handlerFails();
        }
        checkTime(request, entry.status());
        WebRules.checkLogged(kernel, request);
    }

    /** A limit in time has run out, if that is what the answer says. */
    private void checkTime(WebRequest request, int status) {
        long now = kernel.turnNanos();
        long head = scenario.settings.http.headTimeout().toNanos() - SLACK_NANOS;
        if (status == 408 && request.handledTurn < 0) {
            boolean wrong = request.kind == WebRequest.Kind.REFUSED && hasSeen(request);
            if (request.headTurn >= 0 || wrong) {
                throw kernel.violation("%s: 408, but its head is there", request);
            }
            if (now - request.seenTurn < head) {
                throw kernel.violation("%s: 408 after %d ns", request, now - request.seenTurn);
            }
        } else if (status == 408) {
            if (!request.wanted || request.bodyEnded || offered >= request.end()) {
                throw kernel.violation("%s: 408, but its body is there", request);
            }
            if (now - request.headTurn < head) {
                throw kernel.violation("%s: 408 after %d ns", request, now - request.headTurn);
            }
        } else if (status == 503 && request.kind == WebRequest.Kind.HANDLER) {
            long limit = scenario.settings.http.answerTimeout().toNanos();
            long waited = now - request.dueTurn;
            if (limit == 0 || request.dueTurn < 0 || waited < limit - SLACK_NANOS) {
                throw kernel.violation("%s: 503 after %d ns", request, waited);
            }
            request.overdue = true;
        }
    }

    /** Whether the server was shown the whole head of a request, or enough to refuse it. */
    boolean hasSeen(WebRequest request) {
        return request.kind == WebRequest.Kind.REFUSED
                ? offered > request.start + request.refusedAt
                : request.endOfHead() <= offered;
    }

    long offered() {
        return offered;
    }

    /** The server sleeps: nobody may wait for it that no event will tell of. */
    void checkBeforeSleep(Connection connection) {
        if (socket.queued || socket.closed || socket.isBroken() || connection.pendingOutput() > 0) {
            return;
        }
        WebRequest next = peer.request(answers);
        WebRequest last = answers == 0 ? null : peer.request(answers - 1);
        boolean busy =
                (next != null && next.seenTurn >= 0)
                        || (last != null && last.stream != null && last.stream.isUnderWay());
        if (busy || !connection.isOpen()) {
            return;
        }
        if (socket.peerFinished && !socket.endSeen && socket.input.size() == 0) {
            throw kernel.violation(
                    "the server sleeps, and nobody reads the FIN of peer %d", peer.index);
        }
        // A client that has its answer is not asked for more: what a short read has left waits.
        boolean whole = !socket.urgent && kernel.faults().struck(Fault.RECV_SHORT) == 0;
        if (whole && socket.input.size() > 0) {
            throw kernel.violation(
                    "the server sleeps, and nobody reads what peer %d has sent", peer.index);
        }
    }

    // ---- The end ------------------------------------------------------------------------------

    long closedTurn() {
        return closedTurn;
    }

    /** Whoever was to answer the last request, or to receive its body, knows of the end. */
    private void checkAllAreTold() {
        WebRequest last = peer.request(answers);
        if (last == null || last.handledTurn < 0) {
            last = answers == 0 ? null : peer.request(answers - 1);
        }
        if (last == null) {
            return;
        }
        if (last.future != null && !last.future.isDone()) {
            throw kernel.violation("%s: nobody cancels its answer", last);
        }
        if (last.stream != null && last.stream.isUnderWay()) {
            throw kernel.violation("%s: its stream is not told of the end", last);
        }
        boolean receives = last.wanted && last.intake == WebRequest.Intake.RECEIVE;
        if (receives && !last.bodyEnded && !last.bodyAborted) {
            throw kernel.violation("%s: its receiver is not told of the end", last);
        }
    }

    /** What speaks against {@code why}, or null. */
    private @Nullable String wrong(CloseReason why) {
        return switch (why) {
            case CloseReason.PeerClosed _ when !ended -> "no FIN was read";
            case CloseReason.PeerClosed _ -> null;
            case CloseReason.LocallyClosed _ -> wrongClose();
            case CloseReason.ProtocolError _ -> wrongRefusal();
            case CloseReason.TlsFailed _, CloseReason.Truncated _ -> "there is no TLS";
            case CloseReason.HandlerFailed _ -> streamFailed() ? null : "nothing was thrown";
            case CloseReason.TimedOut timedOut -> wrongTimeout(timedOut.limit());
            case CloseReason.Overload _ ->
                    scenario.mayLackMemory() || scenario.mayLackDescriptors()
                            ? null
                            : "there was enough of all";
            case CloseReason.CutOff _ -> scenario.isShuttingDown() ? null : "the server goes on";
            case CloseReason.Failed failed -> wrongFailure(failed.errno());
        };
    }

    private @Nullable String wrongFailure(int errno) {
        Faults faults = kernel.faults();
        boolean explained =
                switch (errno) {
                    case Errno.ENODATA -> fileBecameShorter();
                    case Errno.EIO ->
                            faults.struck(Fault.FILE_UNREADABLE) > 0
                                    || faults.struck(Fault.FILE_READ_FAILED) > 0;
                    case Errno.ENOBUFS, Errno.ENOMEM -> scenario.mayLackMemory();
                    default -> socket.hasSaid(errno);
                };
        return explained ? null : "the kernel did not say so";
    }

    /** Whether that can be so of what is being sent: shorter than it was when it was asked for. */
    private boolean fileBecameShorter() {
        boolean explained = kernel.faults().struck(Fault.FILE_TRUNCATED) > 0;
        for (int i = Math.min(peer.answered(), answers - 1); i >= 0 && i < answers; i++) {
            WebRequest request = peer.requests.get(i);
            explained |=
                    request.kind == WebRequest.Kind.FILE
                            && scenario.files.hasShrunk(request.names(), request.handledNanos);
        }
        return explained;
    }

    private @Nullable String wrongTimeout(CloseReason.TimedOut.Limit limit) {
        var options = scenario.settings.server.connection();
        boolean none =
                switch (limit) {
                    case CONNECT, HANDSHAKE -> true;
                    case IDLE -> options.idleTimeout().isZero();
                    case HALF_CLOSE -> options.halfCloseTimeout().isZero();
                    case WRITE -> options.writeTimeout().isZero();
                };
        return none ? "there is no such limit" : null;
    }

    /** A stream of this has failed: then what follows is its fault. */
    boolean streamFailed() {
        for (int i = Math.max(0, answers - 1); i <= answers && i < peer.requests.size(); i++) {
            WebStream stream = peer.requests.get(i).stream;
            if (stream != null && stream.failed) {
                return true;
            }
        }
        return false;
    }

    private @Nullable String wrongClose() {
        if (streamFailed()) {
            return null;
        }
        WebRequest current = peer.request(answers);
        if (current != null && current.handledTurn >= 0) {
            return current + " is not answered";
        }
        if (scenario.isShuttingDown()) {
            return null;
        }
        WebRequest last = answers == 0 ? null : peer.request(answers - 1);
        if (last != null && WebRules.mayClose(last, scenario)) {
            return null;
        }
        if (current != null && current.seenTurn >= 0 && offered > current.start) {
            return current + " has begun";
        }
        long rested = kernel.turnNanos() - restingSinceTurn;
        long least = scenario.settings.http.keepAliveTimeout().toNanos() - SLACK_NANOS;
        return rested < least ? "closed after a rest of " + rested + " ns only" : null;
    }

    /** A refusal is for a request with a mistake, one that is late, or one that ends too early. */
    private @Nullable String wrongRefusal() {
        WebRequest last = answers == 0 ? null : peer.request(answers - 1);
        if (last != null && (last.refusal != 0 || last.loggedStatus == 408)) {
            return null;
        }
        if (last != null && last.isBodyLeft() && last.end() > offered) {
            return null; // of a body that nobody wants, what is too slow, or ends too early
        }
        WebRequest current = peer.request(answers);
        return ended && current != null && current.seenTurn >= 0 ? null : "nothing was refused";
    }
}
