package edgeloop.simulation;

import static edgeloop.sys.Errno.EINTR;
import static edgeloop.sys.Errno.EIO;
import static edgeloop.sys.Errno.EMFILE;
import static edgeloop.sys.Errno.ENFILE;
import static edgeloop.sys.Errno.ENOMEM;

import edgeloop.sys.EpollEvents;
import edgeloop.sys.FileStatus;
import edgeloop.sys.IoVector;
import edgeloop.sys.Syscalls;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of a {@link SimulatedKernel}: what they answer, and which faults strike them.
 * Those about sockets, files and waiting have a class each; here are the descriptors that they
 * share, and the memory.
 */
final class KernelCalls implements Syscalls {
    private static final long MEMORY_LIMIT = 1L << 32;

    final Descriptors files = new Descriptors();
    final SocketCalls sockets;
    final WaitCalls waits;
    final RingCalls rings;
    final FileCalls fileCalls;
    final ConnectCalls connects;

    private final SimulatedKernel kernel;
    private final Faults faults;
    private final Memory memory;
    private final List<Memory.Mapping> mappings = new ArrayList<>();
    private long mappedBytes;
    private long mostMappedBytes;

    KernelCalls(SimulatedKernel kernel, Memory memory) {
        this.kernel = kernel;
        this.faults = kernel.faults();
        this.memory = memory;
        this.sockets = new SocketCalls(kernel, this);
        this.waits = new WaitCalls(kernel, this);
        this.rings = new RingCalls(kernel, this);
        this.fileCalls = new FileCalls(kernel, this);
        this.connects = new ConnectCalls(kernel, this);
    }

    long mappedBytes() {
        return mappedBytes;
    }

    long mostMappedBytes() {
        return mostMappedBytes;
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

    /** What the program has mapped at {@code address}, for the kernel to read or write. */
    MemorySegment memoryAt(long address, int length) {
        for (int i = 0; i < mappings.size(); i++) {
            MemorySegment memory = mappings.get(i).memory;
            long offset = address - memory.address();
            if (offset >= 0 && offset + length <= memory.byteSize()) {
                return memory.asSlice(offset, length);
            }
        }
        throw kernel.violation("%d bytes that are not mapped are handed to the kernel", length);
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

    // ---- Descriptors --------------------------------------------------------------------------

    /** What other threads ask for is released under a lock. */
    void enterToRelease(int fd) {
        OpenFile file = files.get(fd);
        if (file instanceof Listener || file instanceof Counter) {
            kernel.enterAlone();
        } else {
            kernel.enter();
        }
    }

    @Override
    public int close(int fd) {
        enterToRelease(fd);
        OpenFile file = file(Call.CLOSE, fd, OpenFile.class);
        if (file.watcher != null) {
            if (file instanceof TcpConnection && file.operations.isEmpty()) {
                throw kernel.violation(
                        "close(%d): still in epoll, where a duplicate would keep it", fd);
            }
            file.watcher.forget(file);
        }
        files.remove(file);
        waits.closed(file);
        file.descriptorClosed();
        if (!file.isClosing) {
            file.release();
        }
        boolean interrupted = faults.strikes(Fault.CLOSE_INTERRUPTED);
        return kernel.answer(
                Call.CLOSE,
                fd,
                interrupted ? -faults.errno(Fault.CLOSE_INTERRUPTED, EINTR, EIO) : 0);
    }

    @Override
    public int duplicate(int fd) {
        Listener socket = file(Call.FCNTL, fd, Listener.class);
        socket.settleAccepted();
        Listener duplicate = new Listener(socket);
        int result = open(Call.FCNTL, duplicate);
        if (result < 0) {
            duplicate.release();
        }
        socket.probed(kernel.elapsedNanos(), waits.turnNanos(), sockets.isReserved(result));
        return result;
    }

    @Override
    public int descriptorLimit() {
        return kernel.answer(Call.PRLIMIT, -1, files.limit());
    }

    // ---- Sockets ------------------------------------------------------------------------------

    @Override
    public int socket(int domain) {
        return connects.socket(domain);
    }

    @Override
    public int bind(int fd, InetSocketAddress address) {
        return sockets.bind(fd, address);
    }

    @Override
    public int listen(int fd, int backlog) {
        return sockets.listen(fd, backlog);
    }

    @Override
    public int connect(int fd, InetSocketAddress address) {
        return connects.connect(fd, address);
    }

    @Override
    public int accept(int fd) {
        return sockets.accept(fd);
    }

    @Override
    public int recv(int fd, MemorySegment buffer, int offset, int length) {
        return sockets.recv(fd, buffer, offset, length);
    }

    @Override
    public int send(int fd, MemorySegment buffer, int offset, int length) {
        return sockets.send(fd, buffer, offset, length);
    }

    @Override
    public int sendMore(int fd, MemorySegment buffer, int offset, int length) {
        return sockets.send(fd, buffer, offset, length);
    }

    @Override
    public int send(int fd, IoVector vector) {
        return sockets.send(fd, vector);
    }

    @Override
    public int sendFile(int socket, int file, long offset, int length) {
        return fileCalls.sendFile(socket, file, offset, length);
    }

    @Override
    public int shutdownOutput(int fd) {
        return sockets.shutdownOutput(fd);
    }

    @Override
    public int setOption(int fd, int level, int option, int value) {
        return sockets.setOption(fd, level, option);
    }

    @Override
    public int steerByProcessor(int fd, int[] processors) {
        return sockets.setOption(fd, 0, 0);
    }

    @Override
    public int[] processors() {
        return new int[] {0, 1, 2, 3, 4, 5, 6, 7};
    }

    @Override
    public int pinThread(int processor) {
        return 0;
    }

    @Override
    public int setLingerZero(int fd) {
        return sockets.setLingerZero(fd);
    }

    @Override
    public int takeError(int fd) {
        return sockets.takeError(fd);
    }

    @Override
    public int acceptQueueLength(int fd) {
        return sockets.acceptQueueLength(fd);
    }

    @Override
    public int unreadInput(int fd) {
        return sockets.unreadInput(fd);
    }

    @Override
    public int unsentOutput(int fd) {
        return sockets.unsentOutput(fd);
    }

    @Override
    public @Nullable InetSocketAddress localAddress(int fd) {
        return sockets.localAddress(fd);
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress(int fd) {
        return sockets.remoteAddress(fd);
    }

    // ---- Waiting ------------------------------------------------------------------------------

    @Override
    public int epollCreate() {
        return waits.epollCreate();
    }

    @Override
    public int epollAdd(int epoll, int fd, int events, long data) {
        return waits.epollAdd(epoll, fd, events, data);
    }

    @Override
    public int epollModify(int epoll, int fd, int events, long data) {
        return waits.epollModify(epoll, fd, events, data);
    }

    @Override
    public int epollDelete(int epoll, int fd) {
        return waits.epollDelete(epoll, fd);
    }

    @Override
    public int epollWait(int epoll, EpollEvents events, int timeoutMillis) {
        return waits.epollWait(epoll, events, timeoutMillis);
    }

    @Override
    public int ringSetup(int entries, MemorySegment params) {
        return rings.ringSetup(entries, params);
    }

    @Override
    public MemorySegment mapRing(int ring, long offset, long bytes) {
        return rings.mapRing(ring, offset, bytes);
    }

    @Override
    public int ringRegister(int ring, int operation, MemorySegment argument, int count) {
        return rings.ringRegister(ring, operation, argument, count);
    }

    @Override
    public int ringSubmit(int ring, int count) {
        return rings.ringSubmit(ring, count);
    }

    @Override
    public int ringEnter(int ring, int submit, int await, long timeoutNanos) {
        return rings.ringEnter(ring, submit, await, timeoutNanos);
    }

    @Override
    public int eventfd() {
        return waits.eventfd();
    }

    @Override
    public int timerfd() {
        return waits.timerfd();
    }

    @Override
    public int signalEventfd(int fd) {
        return waits.signalEventfd(fd);
    }

    @Override
    public int armTimerfd(int fd, long delayNanos) {
        return waits.armTimerfd(fd, delayNanos);
    }

    @Override
    public int expireTimerfd(int fd) {
        return waits.expireTimerfd(fd);
    }

    @Override
    public int drainCounter(int fd) {
        return waits.drainCounter(fd);
    }

    // ---- Files --------------------------------------------------------------------------------

    @Override
    public int openAt(int directory, MemorySegment path, int flags) {
        return fileCalls.openAt(directory, path, flags);
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
