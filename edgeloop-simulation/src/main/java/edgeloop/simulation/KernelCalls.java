package edgeloop.simulation;

import static edgeloop.sys.Errno.EAGAIN;
import static edgeloop.sys.Errno.ECONNABORTED;
import static edgeloop.sys.Errno.ECONNRESET;
import static edgeloop.sys.Errno.EHOSTUNREACH;
import static edgeloop.sys.Errno.EINTR;
import static edgeloop.sys.Errno.EINVAL;
import static edgeloop.sys.Errno.EIO;
import static edgeloop.sys.Errno.EMFILE;
import static edgeloop.sys.Errno.ENETDOWN;
import static edgeloop.sys.Errno.ENFILE;
import static edgeloop.sys.Errno.ENOBUFS;
import static edgeloop.sys.Errno.ENOMEM;
import static edgeloop.sys.Errno.ENOSPC;
import static edgeloop.sys.Errno.ENOTCONN;
import static edgeloop.sys.Errno.EPERM;
import static edgeloop.sys.Errno.EPIPE;
import static edgeloop.sys.Errno.EPROTO;
import static edgeloop.sys.Errno.ETIMEDOUT;

import edgeloop.sys.EpollEvents;
import edgeloop.sys.Errno;
import edgeloop.sys.FileStatus;
import edgeloop.sys.IoVector;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of a {@link SimulatedKernel}: what they answer, and which faults strike them.
 */
final class KernelCalls implements Syscalls {
    /** Polls in a row without an event or a call that moves anything: the program spins. */
    private static final int MAX_IDLE_POLLS = 64;

    private static final long MEMORY_LIMIT = 1L << 32;

    final Descriptors files = new Descriptors();
    @Nullable Listener listener;
    @Nullable PeerSocket lastAccepted;
    private final FileCalls fileCalls;
    private @Nullable Counter wakeup;

    private final SimulatedKernel kernel;
    private final Choices choices;
    private final Faults faults;
    private final Memory memory;
    private final List<Counter> timers = new ArrayList<>();
    private final List<Memory.Mapping> mappings = new ArrayList<>();
    private final List<TcpConnection> resetsOnTheirWay = new ArrayList<>();
    private final List<TcpConnection> blockedByFault = new ArrayList<>();
    private long mappedBytes;
    private long mostMappedBytes;
    private int idlePolls;
    private long turnNanos;
    private boolean asleep;

    KernelCalls(SimulatedKernel kernel, Memory memory) {
        this.kernel = kernel;
        this.choices = kernel.choices();
        this.faults = kernel.faults();
        this.memory = memory;
        this.fileCalls = new FileCalls(kernel, this);
    }

    boolean isAsleep() {
        return asleep;
    }

    /** When the last wait ended. */
    long turnNanos() {
        return turnNanos;
    }

    long mappedBytes() {
        return mappedBytes;
    }

    long mostMappedBytes() {
        return mostMappedBytes;
    }

    boolean isWakeupPending() {
        return (wakeup != null && wakeup.queued) || nextExpiry() <= kernel.elapsedNanos();
    }

    /** When the next timerfd expires. */
    long nextExpiry() {
        long next = World.NEVER;
        for (Counter timer : timers) {
            next = Math.min(next, timer.expiry);
        }
        return next;
    }

    void expireTimers() {
        for (Counter timer : timers) {
            timer.expireAt(kernel.elapsedNanos());
        }
    }

    <F extends OpenFile> F file(Call call, int fd, Class<F> kind) {
        OpenFile file = files.get(fd);
        if (file == null) {
            throw kernel.violation("%s(%d): EBADF, no such descriptor is open", call, fd);
        }
        if (!kind.isInstance(file)) {
            throw kernel.violation(
                    "%s(%d): that is a %s", call, fd, file.getClass().getSimpleName());
        }
        return kind.cast(file);
    }

    private TcpConnection connection(Call call, int fd) {
        return file(call, fd, TcpConnection.class);
    }

    int open(Call call, OpenFile file) {
        kernel.enter();
        if (files.isFull()) {
            return kernel.answer(call, -1, -EMFILE);
        }
        if (faults.strikes(Fault.SETUP_REFUSED)) {
            return kernel.answer(
                    call, -1, -faults.errno(Fault.SETUP_REFUSED, EMFILE, ENFILE, ENOMEM));
        }
        return kernel.answer(call, -1, files.add(file));
    }

    // ---- Time and memory ----------------------------------------------------------------------

    @Override
    public long nanoTime() {
        return kernel.nanoTime();
    }

    @Override
    public long wallClockMillis() {
        return kernel.nanoTime() / 1_000_000; // a day in 1970, the same for each seed
    }

    @Override
    public MemorySegment map(long bytes) {
        kernel.enter();
        if (faults.strikes(Fault.MEMORY_REFUSED)) {
            kernel.answer(Call.MMAP, -1, -ENOMEM);
            throw new OutOfMemoryError("mmap of " + bytes + " bytes: ENOMEM");
        }
        Memory.Mapping mapping = memory.map(bytes);
        mappings.add(mapping);
        mappedBytes += bytes;
        mostMappedBytes = Math.max(mostMappedBytes, mappedBytes);
        kernel.answer(Call.MMAP, -1, (int) bytes);
        return mapping.memory;
    }

    @Override
    public long memoryLimit() {
        return MEMORY_LIMIT;
    }

    @Override
    public int unmap(MemorySegment segment) {
        kernel.enter();
        for (int i = 0; i < mappings.size(); i++) {
            Memory.Mapping mapping = mappings.get(i);
            if (mapping.memory.address() == segment.address()
                    && mapping.memory.byteSize() == segment.byteSize()) {
                mappings.remove(i);
                mappedBytes -= segment.byteSize();
                memory.unmap(mapping);
                kernel.answer(Call.MUNMAP, -1, (int) segment.byteSize());
                return 0;
            }
        }
        throw kernel.violation("munmap of %d bytes that are not mapped", segment.byteSize());
    }

    // ---- Sockets ------------------------------------------------------------------------------

    @Override
    public int socket(int domain) {
        return open(Call.SOCKET, new Listener());
    }

    @Override
    public int bind(int fd, InetSocketAddress address) {
        return setUp(Call.BIND, fd, Errno.EADDRINUSE, Errno.EACCES);
    }

    @Override
    public int listen(int fd, int backlog) {
        int result = setUp(Call.LISTEN, fd, Errno.EADDRINUSE);
        if (result == 0) {
            listener = file(Call.LISTEN, fd, Listener.class);
            listener.listen(backlog);
        }
        return result;
    }

    private int setUp(Call call, int fd, int... errors) {
        kernel.enter();
        OpenFile _ = file(call, fd, OpenFile.class);
        boolean refused = faults.strikes(Fault.SETUP_REFUSED);
        return kernel.answer(call, fd, refused ? -faults.errno(Fault.SETUP_REFUSED, errors) : 0);
    }

    @Override
    public int connect(int fd, InetSocketAddress address) {
        throw kernel.violation("connect(%d): only servers are simulated", fd);
    }

    @Override
    public int accept(int fd) {
        kernel.enter();
        Listener socket = file(Call.ACCEPT, fd, Listener.class);
        idlePolls = 0;
        checkReserve();
        int result = accept(socket);
        boolean scarce = result >= 0 && isReserved(result);
        socket.acceptAnswered(result, kernel.elapsedNanos(), turnNanos, scarce);
        return kernel.answer(Call.ACCEPT, fd, result);
    }

    private int accept(Listener socket) {
        if (faults.strikes(Fault.ACCEPT_INTERRUPTED)) {
            return -EINTR;
        }
        if (files.isFull()) {
            return -EMFILE; // even if nobody waits: the descriptor is taken first
        }
        if (faults.strikes(Fault.ACCEPT_EXHAUSTED)) {
            return -faults.errno(Fault.ACCEPT_EXHAUSTED, EMFILE, ENFILE, ENOBUFS, ENOMEM);
        }
        TcpConnection connection = socket.accept();
        if (connection == null) {
            return -EAGAIN;
        }
        if (faults.strikes(Fault.ACCEPT_ABORTED)) {
            connection.breakWith(ECONNABORTED);
            return -faults.errno(
                    Fault.ACCEPT_ABORTED, ECONNABORTED, EPROTO, EPERM, ENETDOWN, EHOSTUNREACH);
        }
        connection.accepted();
        lastAccepted = connection.peer;
        return files.add(connection);
    }

    @Override
    public int recv(int fd, MemorySegment buffer, int offset, int length) {
        kernel.enter();
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        TcpConnection connection = connection(Call.RECV, fd);
        idlePolls = 0;
        if (length == 0) {
            throw kernel.violation("recv(%d) of no bytes would look like the end", fd);
        }
        int result = connection.receivable(length);
        if (faults.strikes(Fault.RECV_INTERRUPTED)) {
            return kernel.answer(Call.RECV, fd, -EINTR);
        }
        if (result > 1 && faults.strikes(Fault.RECV_SHORT)) {
            result = faults.cut(Fault.RECV_SHORT, result - 1);
        }
        if (result == -EAGAIN && faults.strikes(Fault.RECV_FAILED)) {
            connection.breakWith(
                    faults.errno(Fault.RECV_FAILED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH));
            result = connection.receivable(length);
        }
        if (result > 0) {
            connection.input.read(buffer, offset, result);
        }
        connection.recvAnswered(result);
        return kernel.answer(Call.RECV, fd, result);
    }

    @Override
    public int send(int fd, MemorySegment buffer, int offset, int length) {
        kernel.enter();
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        TcpConnection connection = connection(Call.SEND, fd);
        int n = sendable(connection, length);
        if (n > 0) {
            connection.output.write(buffer, offset, n);
        }
        return kernel.answer(Call.SEND, fd, sent(connection, n));
    }

    @Override
    public int sendMore(int fd, MemorySegment buffer, int offset, int length) {
        return send(fd, buffer, offset, length);
    }

    @Override
    public int send(int fd, IoVector vector) {
        kernel.enter();
        TcpConnection connection = connection(Call.SENDMSG, fd);
        int length = 0;
        for (int i = 0; i < vector.size(); i++) {
            length += (int) vector.piece(i).byteSize();
        }
        int n = sendable(connection, length);
        int left = n;
        for (int i = 0; left > 0; i++) {
            MemorySegment piece = vector.piece(i);
            int part = (int) Math.min(left, piece.byteSize());
            connection.output.write(piece, 0, part);
            left -= part;
        }
        return kernel.answer(Call.SENDMSG, fd, sent(connection, n));
    }

    int sendable(TcpConnection connection, int length) {
        idlePolls = 0;
        if (length == 0) {
            throw kernel.violation("send(%d) of no bytes", connection.fd);
        }
        int result = connection.sendable(length);
        if (faults.strikes(Fault.SEND_INTERRUPTED)) {
            return -EINTR;
        }
        if (result > 1 && faults.strikes(Fault.SEND_SHORT)) {
            result = faults.cut(Fault.SEND_SHORT, result - 1);
        }
        if (result > 0 && faults.strikes(Fault.SEND_BLOCKED)) {
            connection.blockedByFault = true;
            blockedByFault.add(connection);
            result = -EAGAIN;
        }
        if (result > 0 && faults.strikes(Fault.SEND_FAILED)) {
            connection.breakWith(faults.errno(Fault.SEND_FAILED, EPIPE, ECONNRESET, ETIMEDOUT));
            result = connection.sendable(length);
        }
        return result;
    }

    int sent(TcpConnection connection, int result) {
        connection.sendAnswered(result);
        if (result > 0 && connection.peerClosed) {
            resetsOnTheirWay.add(connection);
        }
        return result;
    }

    @Override
    public int sendFile(int socket, int file, long offset, int length) {
        return fileCalls.sendFile(socket, file, offset, length);
    }

    @Override
    public int shutdownOutput(int fd) {
        kernel.enter();
        TcpConnection connection = connection(Call.SHUTDOWN, fd);
        if (connection.reset) {
            return kernel.answer(Call.SHUTDOWN, fd, -ENOTCONN);
        }
        connection.shutdownOutput();
        return kernel.answer(Call.SHUTDOWN, fd, 0);
    }

    @Override
    public int close(int fd) {
        kernel.enter();
        OpenFile file = file(Call.CLOSE, fd, OpenFile.class);
        if (file.epoll != null) {
            if (file instanceof TcpConnection) {
                throw kernel.violation(
                        "close(%d): still in epoll, where a duplicate would keep it", fd);
            }
            file.epoll.remove(file);
        }
        files.remove(file);
        if (file instanceof Counter timer) {
            timers.remove(timer);
        }
        file.release();
        boolean interrupted = faults.strikes(Fault.CLOSE_INTERRUPTED);
        return kernel.answer(
                Call.CLOSE,
                fd,
                interrupted ? -faults.errno(Fault.CLOSE_INTERRUPTED, EINTR, EIO) : 0);
    }

    @Override
    public int duplicate(int fd) {
        OpenFile file = file(Call.FCNTL, fd, OpenFile.class);
        int result = open(Call.FCNTL, new Duplicate());
        if (file instanceof Listener socket) {
            socket.probed(kernel.elapsedNanos(), turnNanos, isReserved(result));
        }
        return result;
    }

    @Override
    public int descriptorLimit() {
        return kernel.answer(Call.PRLIMIT, -1, files.limit());
    }

    /** Whether few descriptors are free below the limit, so that {@code fd} should not be taken. */
    private boolean isReserved(int fd) {
        return files.limit() != Integer.MAX_VALUE && (fd < 0 || fd >= reserveStart());
    }

    /** As the library has it, where the limit is as low as a seed draws it. */
    private int reserveStart() {
        int free = files.limit() - Objects.requireNonNull(listener).fd;
        return files.limit() - Math.min(4, free / 4);
    }

    /** The descriptors that are reserved must not be used up by connections. */
    private void checkReserve() {
        if (files.limit() == Integer.MAX_VALUE) {
            return;
        }
        int first = reserveStart();
        if (files.lowestFree() > first
                && files.get(first) instanceof TcpConnection
                && !fileCalls.areOpen(files)) {
            throw kernel.violation(
                    "accept: it would be descriptor %d, and from %d on they are reserved",
                    files.lowestFree(), first);
        }
    }

    /** A second descriptor of a file. */
    private static final class Duplicate extends OpenFile {
        @Override
        int readiness() {
            return 0;
        }
    }

    @Override
    public int setOption(int fd, int level, int option, int value) {
        return setUp(Call.SETSOCKOPT, fd, EINVAL);
    }

    @Override
    public int setLingerZero(int fd) {
        kernel.enter();
        TcpConnection connection = connection(Call.SO_LINGER, fd);
        if (connection.reset && faults.strikes(Fault.OPTION_REFUSED)) {
            return kernel.answer(Call.SO_LINGER, fd, -EINVAL);
        }
        connection.lingerZero = true;
        return kernel.answer(Call.SO_LINGER, fd, 0);
    }

    @Override
    public int takeError(int fd) {
        kernel.enter();
        TcpConnection connection = connection(Call.SO_ERROR, fd);
        return kernel.answer(Call.SO_ERROR, fd, connection.takeError());
    }

    @Override
    public int acceptQueueLength(int fd) {
        return kernel.answer(
                Call.TCP_INFO, fd, file(Call.TCP_INFO, fd, Listener.class).pending.size());
    }

    @Override
    public int unreadInput(int fd) {
        return kernel.answer(Call.SIOCINQ, fd, connection(Call.SIOCINQ, fd).input.size());
    }

    @Override
    public int unsentOutput(int fd) {
        return kernel.answer(Call.SIOCOUTQ, fd, connection(Call.SIOCOUTQ, fd).output.size());
    }

    @Override
    public @Nullable InetSocketAddress localAddress(int fd) {
        kernel.answer(Call.GETSOCKNAME, file(Call.GETSOCKNAME, fd, OpenFile.class).fd, 0);
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 7);
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress(int fd) {
        kernel.enter();
        TcpConnection connection = connection(Call.GETPEERNAME, fd);
        kernel.answer(Call.GETPEERNAME, fd, connection.reset ? -ENOTCONN : 0);
        return connection.reset ? null : connection.peer.address();
    }

    // ---- epoll --------------------------------------------------------------------------------

    @Override
    public int epollCreate() {
        return open(Call.EPOLL_CREATE, new EpollInstance());
    }

    @Override
    public int epollAdd(int epoll, int fd, int events, long data) {
        kernel.enter();
        EpollInstance instance = file(Call.EPOLL_ADD, epoll, EpollInstance.class);
        OpenFile file = file(Call.EPOLL_ADD, fd, OpenFile.class);
        if (file.epoll != null) {
            throw kernel.violation("epoll_ctl: EEXIST, %d is registered already", fd);
        }
        if ((events & EpollEvents.EPOLLET) == 0) {
            throw kernel.violation("epoll_ctl: only edge-triggered events are simulated");
        }
        if (faults.strikes(Fault.REGISTER_REFUSED)) {
            return kernel.answer(
                    Call.EPOLL_ADD, fd, -faults.errno(Fault.REGISTER_REFUSED, ENOSPC, ENOMEM));
        }
        instance.add(file, events, data);
        return kernel.answer(Call.EPOLL_ADD, fd, 0);
    }

    @Override
    public int epollDelete(int epoll, int fd) {
        kernel.enter();
        EpollInstance instance = file(Call.EPOLL_DEL, epoll, EpollInstance.class);
        OpenFile file = file(Call.EPOLL_DEL, fd, OpenFile.class);
        if (file.epoll == null) {
            throw kernel.violation("epoll_ctl: ENOENT, %d is not registered", fd);
        }
        instance.remove(file);
        return kernel.answer(Call.EPOLL_DEL, fd, 0);
    }

    @Override
    public int epollWait(int epoll, EpollEvents events, int timeoutMillis) {
        // Before a pause: see armTimerfd.
        long limit = World.NEVER;
        if (timeoutMillis > 0) {
            limit = kernel.elapsedNanos() + timeoutMillis * 1_000_000L;
        }
        kernel.enter();
        EpollInstance instance = file(Call.EPOLL_WAIT, epoll, EpollInstance.class);
        asleep = false;
        if (listener != null) {
            listener.turnEnds(turnNanos, kernel.elapsedNanos());
        }
        arrive();
        kernel.happen();
        if (faults.strikes(Fault.WAIT_INTERRUPTED)) {
            return answerWait(epoll, -EINTR);
        }
        if (timeoutMillis != 0 && !sleep(instance, limit)) {
            asleep = true;
            return answerWait(epoll, -EINTR);
        }
        if (faults.strikes(Fault.WAIT_REORDERED) && instance.size() > 1) {
            instance.rotate(1 + choices.below(instance.size() - 1));
        }
        int room = events.capacity();
        if (room > 1 && faults.strikes(Fault.WAIT_PARTIAL)) {
            room = faults.cut(Fault.WAIT_PARTIAL, Math.min(room - 1, 8));
        }
        int n = report(instance, events, room);
        n = invent(instance, events, n);
        idlePolls = n > 0 || timeoutMillis != 0 ? 0 : idlePolls + 1;
        if (idlePolls > MAX_IDLE_POLLS) {
            throw kernel.violation("%d polls in a row that found and did nothing", idlePolls);
        }
        return answerWait(epoll, n);
    }

    private int answerWait(int epoll, int result) {
        turnNanos = kernel.elapsedNanos();
        return kernel.answer(Call.EPOLL_WAIT, epoll, result);
    }

    /** What was on its way through the network comes about. */
    private void arrive() {
        for (int i = 0; i < resetsOnTheirWay.size(); i++) {
            resetsOnTheirWay.get(i).peerReset();
        }
        resetsOnTheirWay.clear();
        for (int i = 0; i < blockedByFault.size(); i++) {
            blockedByFault.get(i).blockedByFault = false;
            blockedByFault.get(i).edge();
        }
        blockedByFault.clear();
    }

    /** Waits; false if nothing will ever happen. */
    private boolean sleep(EpollInstance instance, long limit) {
        while (!instance.isReady()) {
            if (kernel.elapsedNanos() >= limit) {
                return true;
            }
            if (!kernel.sleep(limit)) {
                return false;
            }
        }
        return true;
    }

    private int report(EpollInstance instance, EpollEvents events, int room) {
        int n = 0;
        while (n < room && instance.size() > 0) {
            int mask = instance.firstMask();
            OpenFile file = instance.take();
            if (mask != 0) {
                file.reported++;
                event(events, n++, mask, file.data, file.fd);
            }
        }
        return n;
    }

    /** Events that nothing has caused, or that come too late. */
    private int invent(EpollInstance instance, EpollEvents events, int count) {
        int n = count;
        if (n < events.capacity() && faults.strikes(Fault.WAIT_SPURIOUS)) {
            OpenFile file = files.anyRegistered(instance, choices);
            if (file != null) {
                file.reported++;
                event(events, n++, anyMask(), file.data, file.fd);
            }
        }
        if (n < events.capacity() && faults.strikes(Fault.WAIT_STALE)) {
            long data = instance.stale(choices);
            if (data != 0) {
                event(events, n++, anyMask(), data, -1);
            }
        }
        return n;
    }

    private int anyMask() {
        int bits = EpollEvents.EPOLLIN | EpollEvents.EPOLLOUT | EpollEvents.EPOLLRDHUP;
        return 1 + choices.below(0xFFFF) & (bits | EpollEvents.EPOLLERR | EpollEvents.EPOLLHUP);
    }

    private void event(EpollEvents events, int index, int mask, long data, int fd) {
        events.set(index, mask, data);
        if (kernel.isTraced()) {
            kernel.note("  event %s of %s", EpollEvents.describe(mask), fd < 0 ? "none" : fd);
        }
    }

    // ---- eventfd, timerfd ---------------------------------------------------------------------

    @Override
    public int eventfd() {
        Counter counter = new Counter(false);
        wakeup = counter;
        return open(Call.EVENTFD, counter);
    }

    @Override
    public int timerfd() {
        Counter timer = new Counter(true);
        int fd = open(Call.TIMERFD, timer);
        if (fd >= 0) {
            timers.add(timer);
        }
        return fd;
    }

    @Override
    public int signalEventfd(int fd) {
        kernel.enter();
        Counter counter = file(Call.EVENTFD_WRITE, fd, Counter.class);
        if (faults.strikes(Fault.WAKEUP_REFUSED)) {
            return kernel.answer(Call.EVENTFD_WRITE, fd, -EIO);
        }
        if (faults.strikes(Fault.COUNTER_FULL)) {
            counter.fill();
        }
        return kernel.answer(Call.EVENTFD_WRITE, fd, counter.signal());
    }

    @Override
    public int armTimerfd(int fd, long delayNanos) {
        // Before a pause: the caller has looked at the clock, and can't be stopped between.
        long expiry = kernel.elapsedNanos() + delayNanos;
        kernel.enter();
        Counter timer = file(Call.TIMERFD_SETTIME, fd, Counter.class);
        if (delayNanos < 1) {
            throw kernel.violation("timerfd_settime(%d): %d ns would disarm it", fd, delayNanos);
        }
        if (timer.expiry <= expiry && timer.expiry > kernel.elapsedNanos() && timer.reported == 0) {
            throw kernel.violation(
                    "timerfd_settime(%d): it would have expired %d ns earlier",
                    fd, expiry - timer.expiry);
        }
        if (faults.strikes(Fault.TIMER_REFUSED)) {
            return kernel.answer(Call.TIMERFD_SETTIME, fd, -ENOMEM);
        }
        timer.expiry = expiry;
        timer.count = 0;
        timer.reported = 0;
        return kernel.answer(Call.TIMERFD_SETTIME, fd, 0);
    }

    @Override
    public int expireTimerfd(int fd) {
        kernel.enter();
        file(Call.TIMERFD_SETTIME, fd, Counter.class).expiry = kernel.elapsedNanos();
        return kernel.answer(Call.TIMERFD_SETTIME, fd, 0);
    }

    @Override
    public int drainCounter(int fd) {
        kernel.enter();
        Counter counter = file(Call.COUNTER_READ, fd, Counter.class);
        return kernel.answer(Call.COUNTER_READ, fd, counter.drain());
    }

    // ---- Files --------------------------------------------------------------------------------

    @Override
    public int openAt(int directory, MemorySegment path, int flags) {
        return fileCalls.openAt(directory, path);
    }

    @Override
    public int openBeneath(int directory, MemorySegment path, int flags) {
        return fileCalls.openBeneath(directory, path);
    }

    @Override
    public int status(int directory, MemorySegment path, FileStatus status) {
        return fileCalls.status(directory, path, status);
    }

    @Override
    public int readLink(
            int directory, MemorySegment path, MemorySegment buffer, int offset, int length) {
        return fileCalls.readLink(directory);
    }

    @Override
    public int read(int file, long position, MemorySegment buffer, int offset, int length) {
        return fileCalls.read(file, position, buffer, offset, length);
    }

    @Override
    public int directoryEntries(int directory, MemorySegment buffer) {
        return fileCalls.directoryEntries(directory, buffer);
    }
}
