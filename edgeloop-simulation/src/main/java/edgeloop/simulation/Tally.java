package edgeloop.simulation;

import edgeloop.CloseReason;
import edgeloop.ServerStats;
import java.util.List;

/**
 * What became of the connections of a {@link Scenario}, by what their handlers were told. In the
 * end the server's statistics must say the same, and its log what the kernel refused.
 */
final class Tally {
    private int handlersMade;
    int handlersRefused;

    private final SimulatedKernel kernel;
    private int outgoingMade;
    private int outgoingClosed;
    private int handlersClosed;
    private int peerClosed;
    private int timedOut;
    private int cutOffCount;
    private int cutOffForMemory;
    private int closedForDescriptors;
    private long bytesDelivered;

    Tally(SimulatedKernel kernel) {
        this.kernel = kernel;
    }

    /** A handler was made. */
    void made(SwarmPeer peer) {
        handlersMade += peer.outgoing == null ? 1 : 0;
        outgoingMade += peer.outgoing == null ? 0 : 1;
    }

    /** The last callback of {@code handler} came. */
    void closed(CheckedHandler handler, CloseReason reason) {
        if (handler.peer.outgoing != null) {
            outgoingClosed++;
            return; // which the client counts, and does not say
        }
        handlersClosed++;
        bytesDelivered += handler.consumed;
        cutOffCount += reason instanceof CloseReason.CutOff ? 1 : 0;
        peerClosed += reason instanceof CloseReason.PeerClosed ? 1 : 0;
        timedOut += reason instanceof CloseReason.TimedOut ? 1 : 0;
        if (reason instanceof CloseReason.Overload(CloseReason.Overload.Resource resource)) {
            cutOffForMemory += resource == CloseReason.Overload.Resource.MEMORY ? 1 : 0;
            closedForDescriptors += resource == CloseReason.Overload.Resource.DESCRIPTORS ? 1 : 0;
        }
    }

    void check(ServerStats stats, Swarm swarm) {
        if (handlersClosed != handlersMade) {
            throw kernel.violation(
                    "%d handlers, %d onClose: %s", handlersMade, handlersClosed, swarm.state());
        }
        long sent = 0;
        long received = 0;
        long neverTold = 0;
        check("closed outgoing", outgoingClosed, outgoingMade);
        for (SwarmPeer peer : swarm.peers()) {
            PeerSocket socket = peer.socket;
            if (peer.outgoing != null) {
                peer.outgoing.checkEnd();
            } else if (socket != null) {
                sent += socket.connection().sent;
                neverTold += socket.connection().neverTold;
                received += socket.connection().received;
            }
        }
        check("accepted", stats.accepted(), handlersMade + handlersRefused);
        check("active", stats.activeConnections(), 0);
        check("closed", closed(stats), stats.accepted());
        check("cutOff", stats.cutOff(), cutOffCount);
        check("peerClosed", stats.peerClosed(), peerClosed);
        check("timeouts", stats.timeouts(), timedOut);
        check("cutOffForMemory", stats.cutOffForMemory(), cutOffForMemory);
        check("closedForDescriptors", stats.closedForDescriptors(), closedForDescriptors);
        if (stats.bytesWritten() > sent || stats.bytesWritten() < sent - neverTold) {
            throw kernel.violation(
                    "bytesWritten %d, sent %d, %d of them not told",
                    stats.bytesWritten(), sent, neverTold);
        }
        if (stats.bytesRead() > received || stats.bytesRead() < bytesDelivered) {
            throw kernel.violation(
                    "bytesRead %d, received %d, delivered %d",
                    stats.bytesRead(), received, bytesDelivered);
        }
    }

    /** The connections that have ended, by whatever cause. */
    static long closed(ServerStats stats) {
        return stats.peerClosed()
                + stats.locallyClosed()
                + stats.resets()
                + stats.failures()
                + stats.timeouts()
                + stats.protocolErrors()
                + stats.handlerFailures()
                + stats.cutOff()
                + stats.cutOffForMemory()
                + stats.closedForDescriptors();
    }

    private void check(String what, long actual, long expected) {
        if (actual != expected) {
            throw kernel.violation("statistics: %s is %d, not %d", what, actual, expected);
        }
    }

    /** What the kernel refused was said; and what is an everyday outcome was not. */
    void checkProblems(List<String> problems) {
        Faults faults = kernel.faults();
        checkSaid(
                problems,
                "A connection is refused, as epoll_ctl failed",
                faults.struck(Fault.REGISTER_REFUSED) - kernel.connects().registrationsRefused);
        checkSaid(
                problems,
                "timerfd_settime failed: waits are bounded instead",
                faults.struck(Fault.TIMER_REFUSED));
        checkSaid(
                problems,
                "Sending a file failed; the connection is reset",
                faults.struck(Fault.FILE_UNREADABLE));
        // Several before the reactor wakes are one to it.
        boolean failed = faults.struck(Fault.WAKEUP_REFUSED) > 0;
        if (failed && timesSaid(problems, "A wakeup by eventfd failed; the timer does it") == 0) {
            throw kernel.violation("a wakeup failed, and nobody says so");
        }
        for (String problem : problems) {
            if (problem.contains("EINTR") || problem.contains("EAGAIN")) {
                throw kernel.violation("reported, and is no problem: %s", problem);
            }
        }
    }

    private void checkSaid(List<String> problems, String what, int struck) {
        int times = timesSaid(problems, what);
        if (times != struck) {
            throw kernel.violation(
                    "\"%s\" is so %d times, and is said %d times", what, struck, times);
        }
    }

    /** How often a problem was said, with what was left out and counted. */
    private static int timesSaid(List<String> problems, String what) {
        int times = 0;
        for (String problem : problems) {
            if (problem.startsWith(what)) {
                times += problem.startsWith(what + ": ") ? 1 : 0;
                int end = problem.indexOf(" more not shown)");
                int begin = problem.lastIndexOf('(', end) + 1;
                times += end < 0 ? 0 : Integer.parseInt(problem.substring(begin, end));
            }
        }
        return times;
    }
}
