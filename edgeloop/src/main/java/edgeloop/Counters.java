package edgeloop;

import edgeloop.sys.Errno;

/**
 * What {@link ServerStats} is made of, counted on the reactor's thread. Other threads read it as it
 * is: the 64-bit JVMs that Edgeloop runs on write a {@code long} whole.
 */
final class Counters {
    long accepted;
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

    void closed(CloseReason reason) {
        switch (reason) {
            case CloseReason.PeerClosed _ -> peerClosed++;
            case CloseReason.LocallyClosed _ -> locallyClosed++;
            case CloseReason.Failed failed when isReset(failed) -> resets++;
            case CloseReason.Failed _ -> failures++;
            case CloseReason.TimedOut _ -> timeouts++;
            case CloseReason.ProtocolError _ -> protocolErrors++;
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

    ServerStats snapshot(int active, int pending, long bufferBytes) {
        return new ServerStats(
                active,
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
                closedForDescriptors);
    }
}
