package edgeloop;

import edgeloop.buffer.FilePiece;
import edgeloop.buffer.Segment;
import edgeloop.buffer.SegmentPool;
import edgeloop.buffer.SegmentQueue;
import edgeloop.buffer.SharedDescriptor;
import edgeloop.engine.Engine;
import edgeloop.engine.ReadinessEngine;
import edgeloop.sys.Errno;
import edgeloop.sys.FileConstants;
import edgeloop.sys.FileStatus;
import edgeloop.sys.LinuxSyscalls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.ZoneId;
import java.util.List;

/**
 * Does once, while there are descriptors and memory, what is else done for the first time when
 * something is short: what that needs, classes out of jars and time-zone data out of a file, is
 * loaded then. For a thread that nobody waits for, right after a start.
 */
final class Rehearsal {
    /** What the end of a connection, and other rare turns of a loop, need. */
    private static final List<Class<?>> CLASSES =
            List.of(
                    Connection.class,
                    ConnectionRef.class,
                    Timeout.class,
                    Reactor.class,
                    Engine.class,
                    ReadinessEngine.class,
                    Opener.class,
                    Inbound.class,
                    Outbound.class,
                    Closer.class,
                    Deadlines.class,
                    PreciseTimer.class,
                    AddressLimit.class,
                    Directory.class,
                    FileHandle.class,
                    FilePiece.class,
                    Segment.class,
                    SegmentPool.class,
                    SegmentQueue.class,
                    SharedDescriptor.class,
                    FileConstants.class,
                    FileStatus.class);

    private static final List<CloseReason> REASONS =
            List.of(
                    new CloseReason.PeerClosed(),
                    new CloseReason.LocallyClosed(),
                    new CloseReason.CutOff(),
                    new CloseReason.Overload(CloseReason.Overload.Resource.DESCRIPTORS),
                    new CloseReason.Failed(Errno.EMFILE),
                    new CloseReason.TimedOut(CloseReason.TimedOut.Limit.IDLE),
                    new CloseReason.ProtocolError(""),
                    new CloseReason.HandlerFailed(new IllegalStateException()));

    private Rehearsal() {}

    static void run() throws ClassNotFoundException {
        for (Class<?> each : CLASSES) {
            for (Class<?> member : each.getNestMembers()) { // those of the compiler's, too
                load(member.getName());
            }
        }
        load("edgeloop.poll.Poller$Failure"); // which only the engine sees
        Counters counters = new Counters();
        REASONS.forEach(counters::closed);
        ServerStats _ = Counters.sum(List.of(counters), 0, 0);
        report(new ProblemLog(new LinuxSyscalls(), (_, _) -> {}));
        loadTimeZone();
    }

    private static void load(String name) throws ClassNotFoundException {
        Class<?> _ = Class.forName(name);
    }

    private static void report(ProblemLog log) {
        Throwable cause = new SyscallException("rehearsal", Errno.EMFILE);
        log.report(Problem.TASK_FAILED, Errno.EMFILE, cause, null);
        log.report(
                Addresses.format(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)), null);
        log.report(Problem.TASK_FAILED, cause);
        log.close();
    }

    /** Loggers tell the time, and the rules of the zone come out of a file. */
    private static void loadTimeZone() {
        boolean _ = ZoneId.systemDefault().getRules().isFixedOffset();
    }
}
