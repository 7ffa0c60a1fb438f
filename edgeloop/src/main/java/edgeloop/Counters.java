package edgeloop;

import edgeloop.sys.Errno;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * What {@link ServerStats} is made of, counted on the reactor's thread. Other threads read it as it
 * is: the 64-bit JVMs that Edgeloop runs on write a {@code long} whole.
 *
 * <p>What says how many connections are open, and what became of the others, changes in one go for
 * those who read it. A version says whether it does right now: odd while it changes, and another
 * afterwards (a seqlock, as in linux/seqlock.h).
 */
final class Counters {
    /** Reads in which something changed, after which it is taken as it is. */
    private static final int MAX_READS = 10_000;

    /** In the place of a version. */
    private static final long CHANGING = -1;

    private volatile long version;
    private long changes;
    private int open;
    private long accepted;
    long rejected;
    long rejectedPerIp;
    long acceptErrors;
    long acceptPauses;
    long requests;
    long bytesRead;
    long bytesWritten;
    long unaccepted;
    long cutOffBytes;
    private long peerClosed;
    private long locallyClosed;
    private long resets;
    private long failures;
    private long timeouts;
    private long protocolErrors;
    private long handlerFailures;
    private long cutOff;
    private long cutOffForMemory;
    private long closedForDescriptors;
    private long handshakesFull;
    private long handshakesResumed;
    long handshakesFailed;
    long strangers;
    private long handshakesTimedOut;
    long handshakesAbandoned;
    long truncated;

    int open() {
        return open;
    }

    /** One more connection is open. */
    void opened(boolean isAccepted) {
        beginChange();
        open++;
        if (isAccepted) {
            accepted++;
        }
        endChange();
    }

    /** One less is. */
    void closed(CloseReason reason) {
        beginChange();
        open--;
        count(reason);
        endChange();
    }

    /** A handshake has succeeded. */
    void established(boolean resumed) {
        if (resumed) {
            handshakesResumed++;
        } else {
            handshakesFull++;
        }
    }

    private void beginChange() {
        version = ++changes;
        VarHandle.storeStoreFence();
    }

    private void endChange() {
        version = ++changes;
    }

    private void count(CloseReason reason) {
        switch (reason) {
            case CloseReason.PeerClosed _, CloseReason.Truncated _ -> peerClosed++;
            case CloseReason.LocallyClosed _ -> locallyClosed++;
            case CloseReason.Failed failed when isReset(failed) -> resets++;
            case CloseReason.Failed _ -> failures++;
            case CloseReason.TimedOut timedOut -> {
                timeouts++;
                if (timedOut.limit() == CloseReason.TimedOut.Limit.HANDSHAKE) {
                    handshakesTimedOut++;
                }
            }
            case CloseReason.ProtocolError _, CloseReason.TlsFailed _ -> protocolErrors++;
            case CloseReason.HandlerFailed _ -> handlerFailures++;
            case CloseReason.CutOff _ -> cutOff++;
            case CloseReason.Overload overload -> {
                switch (overload.resource()) {
                    case MEMORY -> cutOffForMemory++;
                    case DESCRIPTORS -> closedForDescriptors++;
                }
            }
        }
    }

    private static boolean isReset(CloseReason.Failed failed) {
        return failed.errno() == Errno.ECONNRESET || failed.errno() == Errno.EPIPE;
    }

    /**
     * The sum of several, as of one moment.
     *
     * @param pending connections that wait to be accepted
     * @param bufferBytes memory held
     */
    static ServerStats sum(List<Counters> all, int pending, long bufferBytes) {
        for (int reads = 1; true; reads++) {
            long before = version(all);
            Counters sum = new Counters();
            all.forEach(sum::add);
            VarHandle.loadLoadFence();
            if ((before != CHANGING && version(all) == before) || reads == MAX_READS) {
                return sum.snapshot(pending, bufferBytes);
            }
            Thread.onSpinWait();
        }
    }

    /** Of all together, which only grows. */
    private static long version(List<Counters> all) {
        long sum = 0;
        for (Counters each : all) {
            long version = each.version;
            if ((version & 1) != 0) {
                return CHANGING;
            }
            sum += version;
        }
        return sum;
    }

    private void add(Counters other) {
        open += other.open;
        accepted += other.accepted;
        rejected += other.rejected;
        rejectedPerIp += other.rejectedPerIp;
        acceptErrors += other.acceptErrors;
        acceptPauses += other.acceptPauses;
        requests += other.requests;
        bytesRead += other.bytesRead;
        bytesWritten += other.bytesWritten;
        unaccepted += other.unaccepted;
        cutOffBytes += other.cutOffBytes;
        peerClosed += other.peerClosed;
        locallyClosed += other.locallyClosed;
        resets += other.resets;
        failures += other.failures;
        timeouts += other.timeouts;
        protocolErrors += other.protocolErrors;
        handlerFailures += other.handlerFailures;
        cutOff += other.cutOff;
        cutOffForMemory += other.cutOffForMemory;
        closedForDescriptors += other.closedForDescriptors;
        handshakesFull += other.handshakesFull;
        handshakesResumed += other.handshakesResumed;
        handshakesFailed += other.handshakesFailed;
        strangers += other.strangers;
        handshakesTimedOut += other.handshakesTimedOut;
        handshakesAbandoned += other.handshakesAbandoned;
        truncated += other.truncated;
    }

    private ServerStats snapshot(int pending, long bufferBytes) {
        return new ServerStats(
                open,
                pending,
                bufferBytes,
                accepted,
                rejected,
                rejectedPerIp,
                acceptErrors,
                acceptPauses,
                requests,
                bytesRead,
                bytesWritten,
                peerClosed,
                locallyClosed,
                resets,
                failures,
                timeouts,
                protocolErrors,
                handlerFailures,
                cutOff,
                unaccepted,
                cutOffBytes,
                cutOffForMemory,
                closedForDescriptors,
                new HandshakeStats(
                        handshakesFull,
                        handshakesResumed,
                        handshakesFailed,
                        strangers,
                        handshakesTimedOut,
                        handshakesAbandoned,
                        truncated));
    }
}
