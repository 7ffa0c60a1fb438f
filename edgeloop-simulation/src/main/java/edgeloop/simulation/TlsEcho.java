package edgeloop.simulation;

import edgeloop.CloseReason;
import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.IoBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The handler of a {@link TlsPeer}: echoes, pauses with some of it unread, and checks what it sees.
 */
final class TlsEcho implements ConnectionHandler {
    private final TlsScenario scenario;
    private final TlsPeer peer;
    private final TcpConnection socket;
    private final Connection connection;
    private final Choices choices;
    private final boolean pauses;

    /** After so many bytes it closes. */
    private final int closesAt;

    private int consumed;
    private boolean paused;
    private boolean ended;
    private boolean closing;
    private boolean closed;

    /** Why it was closed; null before that. */
    @Nullable CloseReason reason;

    TlsEcho(TlsScenario scenario, TlsPeer peer, PeerSocket socket, Connection connection) {
        this.scenario = scenario;
        this.peer = peer;
        this.socket = socket.connection();
        this.connection = connection;
        this.choices = scenario.choices.split();
        this.pauses = choices.below(4) == 0;
        this.closesAt = choices.below(8) == 0 ? choices.below(2_000) : Integer.MAX_VALUE;
        peer.welcomed(this);
        if (connection.tls() == null) {
            throw scenario.kernel.violation("peer %d has a handler and no TLS", peer.index);
        }
    }

    private void entered(String what) {
        if (closed) {
            throw scenario.kernel.violation("peer %d: %s comes after onClose", peer.index, what);
        }
        scenario.kernel.compute();
    }

    @Override
    public void onRead(Connection from, IoBuffer in) {
        entered("onRead");
        if (ended || paused) {
            throw scenario.kernel.violation("peer %d is read from, and was not to be", peer.index);
        }
        boolean pause = pauses && !scenario.isCalm() && choices.below(2) == 0;
        int least = Math.max(0, in.remaining() - Connection.MAX_UNREAD_BYTES);
        echo(in, pause ? choices.between(least, in.remaining()) : in.remaining());
        if (pause && !closing) {
            paused = true;
            connection.pause();
            connection.schedule(Duration.ofMillis(choices.below(50)), this::goOn);
        }
    }

    private void goOn() {
        entered("a task");
        paused = false;
        connection.resume();
    }

    private void echo(IoBuffer in, int length) {
        byte[] bytes = in.readBytes(length);
        if (!Pattern.matches(bytes, length, peer.index, consumed)) {
            throw scenario.kernel.violation(
                    "peer %d: wrong bytes from %d on", peer.index, consumed);
        }
        consumed += length;
        if (consumed > peer.said()) {
            throw scenario.kernel.violation(
                    "peer %d has said %d bytes, and %d were read",
                    peer.index, peer.said(), consumed);
        }
        connection.write(bytes);
        if (consumed >= closesAt && !closing) {
            closing = true;
            connection.close();
        }
    }

    @Override
    public void onEnd(Connection from, IoBuffer in) {
        entered("onEnd");
        if (!peer.hasNotified()) {
            throw scenario.kernel.violation("peer %d has not said that it ends", peer.index);
        }
        ended = true;
        echo(in, in.remaining());
        if (consumed != peer.said()) {
            throw scenario.kernel.violation(
                    "peer %d ended after %d bytes, and %d were read",
                    peer.index, peer.said(), consumed);
        }
        closing = true;
        connection.close();
    }

    @Override
    public void onClose(Connection from, CloseReason why) {
        entered("onClose");
        closed = true;
        reason = why;
        scenario.kernel.note("    onClose of peer %d: %s", peer.index, why);
        String wrong = wrong(why);
        if (wrong != null) {
            throw scenario.kernel.violation("peer %d: %s, but %s", peer.index, why, wrong);
        }
        scenario.closed(this, why);
    }

    private @Nullable String wrong(CloseReason why) {
        return switch (why) {
            case CloseReason.PeerClosed _ -> ended ? null : "it has not said that it ends";
            case CloseReason.LocallyClosed _ ->
                    closing || scenario.isShuttingDown() ? null : "nobody closed it";
            case CloseReason.Truncated _ -> peer.hasTruncated() ? null : "it has not ended so";
            case CloseReason.TlsFailed _ -> peer.hasBrokenTls() ? null : "it kept to TLS";
            case CloseReason.Failed failed ->
                    socket.hasSaid(failed.errno()) ? null : "the kernel did not say so";
            case CloseReason.CutOff _ -> scenario.isCutOff() ? null : "the server goes on";
            case CloseReason.Overload _ ->
                    scenario.kernel.faults().struck(Fault.MEMORY_REFUSED)
                                            + scenario.kernel
                                                    .faults()
                                                    .struck(Fault.ACCEPT_EXHAUSTED)
                                    > 0
                            ? null
                            : "nothing was short";
            case CloseReason.HandlerFailed _ ->
                    scenario.kernel.faults().struck(Fault.MEMORY_REFUSED) > 0
                            ? null
                            : "it did not fail";
            case CloseReason.TimedOut _, CloseReason.ProtocolError _ -> "there is none";
        };
    }

    /** Nothing that could be done now is left, as no event will tell of it. */
    void checkBeforeSleep() {
        if (closing || closed || socket.queued) {
            return;
        }
        boolean blocked = connection.isCongested() && scenario.hasBackpressure();
        // One that broke TLS is not open any more, and not closed before its alert is sent.
        boolean reads = !paused && !ended && !blocked && connection.isOpen();
        if (reads && socket.receivable(1) > 0) {
            throw scenario.kernel.violation(
                    "the server sleeps, and nobody reads what peer %d has sent", peer.index);
        }
        if (connection.pendingOutput() > 0 && !socket.owesSpace && !socket.blockedByFault) {
            throw scenario.kernel.violation(
                    "the server sleeps on %d bytes that peer %d would take",
                    connection.pendingOutput(), peer.index);
        }
    }
}
