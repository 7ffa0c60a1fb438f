package edgeloop.simulation;

import edgeloop.CloseReason;
import edgeloop.ServerStats;
import java.util.List;

/**
 * What became of the connections of a {@link Scenario}, by what their handlers were told. In the
 * end the server's statistics must say the same, and its log what the kernel refused.
 */
final class Tally {
    int handlersMade;
    int handlersRefused;

    private final SimulatedKernel kernel;
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

    /** The last callback of {@code handler} came. */
    void closed(CheckedHandler handler, CloseReason reason) {
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
        for (SwarmPeer peer : swarm.peers()) {
            PeerSocket socket = peer.socket;
            if (socket != null) {
                sent += socket.connection().sent;
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
        check("bytesWritten", stats.bytesWritten(), sent);
        if (stats.bytesRead() > received || stats.bytesRead() < bytesDelivered) {
            throw kernel.violation(
                    "bytesRead %d, received %d, delivered %d",
                    stats.bytesRead(), received, bytesDelivered);
        }
    }

    private static long closed(ServerStats stats) {
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
        checkSaid(problems, Fault.REGISTER_REFUSED, "A connection is refused, as epoll_ctl failed");
        checkSaid(
                problems, Fault.TIMER_REFUSED, "timerfd_settime failed: waits are bounded instead");
        checkSaid(
                problems, Fault.FILE_UNREADABLE, "Sending a file failed; the connection is reset");
        // Several before the reactor wakes are one to it.
        boolean failed = kernel.faults().struck(Fault.WAKEUP_REFUSED) > 0;
        if (failed && timesSaid(problems, "A wakeup by eventfd failed; the timer does it") == 0) {
            throw kernel.violation("a wakeup failed, and nobody says so");
        }
        for (String problem : problems) {
            if (problem.contains("EINTR") || problem.contains("EAGAIN")) {
                throw kernel.violation("reported, and is no problem: %s", problem);
            }
        }
    }

    private void checkSaid(List<String> problems, Fault fault, String what) {
        int times = timesSaid(problems, what);
        int struck = kernel.faults().struck(fault);
        if (times != struck) {
            throw kernel.violation(
                    "%s struck %d times, and is said %d times", fault, struck, times);
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
