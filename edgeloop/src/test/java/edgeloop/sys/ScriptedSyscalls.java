package edgeloop.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The kernel as a test wants it: calls go to it and are counted, unless the test has put in an
 * outcome of its own. Time is the kernel's and what the test adds to it.
 *
 * <p>What is opened and mapped is kept account of, so that a test can ask for what leaked.
 */
public final class ScriptedSyscalls extends ScriptedTime {
    /** The calls that can be counted and answered. */
    public enum Call {
        SOCKET,
        BIND,
        CONNECT,
        LISTEN,
        ACCEPT,
        RECV,
        SEND,
        SENDMSG,
        SEND_MORE,
        SEND_FILE,
        SHUTDOWN,
        CLOSE,
        SETSOCKOPT,
        SET_LINGER_ZERO,
        TAKE_ERROR,
        ACCEPT_QUEUE_LENGTH,
        UNREAD_INPUT,
        UNSENT_OUTPUT,
        LOCAL_ADDRESS,
        REMOTE_ADDRESS,
        EPOLL_CREATE,
        EPOLL_ADD,
        EPOLL_MODIFY,
        EPOLL_DELETE,
        EPOLL_WAIT,
        RING_SETUP,
        RING_REGISTER,
        RING_ENTER,
        EVENTFD,
        SIGNAL_EVENTFD,
        TIMERFD,
        ARM_TIMERFD,
        EXPIRE_TIMERFD,
        DRAIN_COUNTER,
        OPEN_AT,
        OPEN_BENEATH,
        STATUS,
        READ_LINK,
        READ_FILE,
        DIRECTORY_ENTRIES,
        DUPLICATE,
        STEER,
        PIN_THREAD,
        DESCRIPTOR_LIMIT,
        MAP,
        MAP_RING,
        UNMAP
    }

    /**
     * A call that was made.
     *
     * @param call which one
     * @param fd the descriptor it was about
     * @param outcome what it answered
     */
    public record Made(Call call, int fd, int outcome) {}

    /** A wait that ought to have no end takes no longer than this, so that a test can look. */
    private static final int WAIT_MILLIS = 2;

    private final Deque<InetSocketAddress> remoteAddresses = new ArrayDeque<>();
    private final Map<Integer, Long> keys = new HashMap<>();

    /** By key, so that channels hear of their events in the order of their slots. */
    private final Map<Long, Integer> injected = new TreeMap<>();

    private long mappedBytes;
    private int gather = 1;
    private int longestTransfer = Integer.MAX_VALUE;
    private int mostSubmissions = Integer.MAX_VALUE;
    private int lastWaitMillis;
    private long lastDelayNanos;

    // ---- What tests say and ask ---------------------------------------------------------------

    /** The next peer that is asked about has this address. */
    public void answerNextRemoteAddress(InetSocketAddress address) {
        remoteAddresses.add(address);
    }

    /** recv, send and sendfile move at most {@code bytes} in one call. */
    public void limitTransfers(int bytes) {
        longestTransfer = bytes;
    }

    /** io_uring_enter takes at most so many submissions in one call. */
    public void limitSubmissions(int most) {
        mostSubmissions = most;
    }

    /** The next wait answers when events of {@code channels} different channels are there. */
    public void gather(int channels) {
        gather = channels;
    }

    /** The next wait answers this event too. */
    public void injectEvent(int mask, long key) {
        injected.merge(key, mask, (a, b) -> a | b);
    }

    /** Returns once {@code fd} is ready for {@code mask}; no event of the reactor's is used up. */
    public void awaitReady(int fd, int mask) {
        awaitReady(fd, mask, () -> {});
    }

    /** As {@link #awaitReady(int, int)}, while {@code meanwhile} is done every millisecond. */
    public void awaitReady(int fd, int mask, Runnable meanwhile) {
        int epoll = kernel.epollCreate();
        try (Arena arena = Arena.ofConfined()) {
            var event = new EpollEvents(arena.allocate(EpollEvents.bytesFor(1), 8), 1);
            int _ = kernel.epollAdd(epoll, fd, mask, 0);
            long begin = System.nanoTime();
            do {
                meanwhile.run();
                if (kernel.epollWait(epoll, event, 1) == 1) {
                    return;
                }
            } while (System.nanoTime() - begin < 10_000_000_000L);
            throw new AssertionError("10 s, and descriptor " + fd + " is not ready");
        } finally {
            int _ = kernel.close(epoll);
        }
    }

    /** The key that {@code fd} was registered under last. */
    public long keyOf(int fd) {
        return keys.get(fd);
    }

    /** The timeout that the last wait was asked for: 0 not to sleep, -1 to sleep without end. */
    public int lastWaitMillis() {
        return lastWaitMillis;
    }

    /** What a timerfd was set to last. */
    public long lastDelayNanos() {
        return lastDelayNanos;
    }

    /** The bytes mapped and not unmapped. */
    public synchronized long mappedBytes() {
        return mappedBytes;
    }

    // ---- The calls ----------------------------------------------------------------------------

    @Override
    public synchronized MemorySegment map(long bytes) {
        if (call(Call.MAP, -1, () -> 0) < 0) {
            throw new OutOfMemoryError("mmap as the test wants it");
        }
        mappedBytes += bytes;
        return kernel.map(bytes);
    }

    @Override
    public long memoryLimit() {
        return kernel.memoryLimit();
    }

    @Override
    public synchronized int unmap(MemorySegment memory) {
        mappedBytes -= memory.byteSize();
        int outcome = kernel.unmap(memory);
        return call(Call.UNMAP, -1, () -> outcome);
    }

    @Override
    public int socket(int domain) {
        return call(Call.SOCKET, -1, () -> kernel.socket(domain));
    }

    @Override
    public int bind(int fd, InetSocketAddress address) {
        return call(Call.BIND, fd, () -> kernel.bind(fd, address));
    }

    @Override
    public int connect(int fd, InetSocketAddress address) {
        return call(Call.CONNECT, fd, () -> kernel.connect(fd, address));
    }

    @Override
    public int listen(int fd, int backlog) {
        return call(Call.LISTEN, fd, () -> kernel.listen(fd, backlog));
    }

    @Override
    public int accept(int fd) {
        return call(Call.ACCEPT, fd, () -> kernel.accept(fd));
    }

    @Override
    public int recv(int fd, MemorySegment buffer, int offset, int length) {
        int most = Math.min(length, longestTransfer);
        return call(Call.RECV, fd, () -> kernel.recv(fd, buffer, offset, most));
    }

    @Override
    public int send(int fd, MemorySegment buffer, int offset, int length) {
        int most = Math.min(length, longestTransfer);
        return call(Call.SEND, fd, () -> kernel.send(fd, buffer, offset, most));
    }

    @Override
    public int send(int fd, IoVector vector) {
        if (longestTransfer == Integer.MAX_VALUE) {
            return call(Call.SENDMSG, fd, () -> kernel.send(fd, vector));
        }
        MemorySegment first = vector.piece(0);
        int most = (int) Math.min(first.byteSize(), longestTransfer);
        return call(Call.SENDMSG, fd, () -> kernel.send(fd, first, 0, most));
    }

    @Override
    public int sendMore(int fd, MemorySegment buffer, int offset, int length) {
        int most = Math.min(length, longestTransfer);
        return call(Call.SEND_MORE, fd, () -> kernel.sendMore(fd, buffer, offset, most));
    }

    @Override
    public int sendFile(int socket, int file, long offset, int length) {
        int most = Math.min(length, longestTransfer);
        return call(Call.SEND_FILE, socket, () -> kernel.sendFile(socket, file, offset, most));
    }

    @Override
    public int shutdownOutput(int fd) {
        return call(Call.SHUTDOWN, fd, () -> kernel.shutdownOutput(fd));
    }

    /** The descriptor is closed whatever the test wants to be answered, as on Linux. */
    @Override
    public int close(int fd) {
        synchronized (this) {
            if (!open.remove(fd)) {
                throw new AssertionError("close of descriptor " + fd + ", which is not open");
            }
            keys.remove(fd);
        }
        int outcome = kernel.close(fd);
        return call(Call.CLOSE, fd, () -> outcome);
    }

    @Override
    public int steerByProcessor(int fd, int[] processors) {
        return call(Call.STEER, fd, () -> kernel.steerByProcessor(fd, processors));
    }

    @Override
    public int[] processors() {
        return kernel.processors();
    }

    @Override
    public int pinThread(int processor) {
        return call(Call.PIN_THREAD, -1, () -> kernel.pinThread(processor));
    }

    @Override
    public int duplicate(int fd) {
        return call(Call.DUPLICATE, fd, () -> kernel.duplicate(fd));
    }

    @Override
    public int descriptorLimit() {
        return call(Call.DESCRIPTOR_LIMIT, -1, kernel::descriptorLimit);
    }

    @Override
    public int setOption(int fd, int level, int option, int value) {
        return call(Call.SETSOCKOPT, fd, () -> kernel.setOption(fd, level, option, value));
    }

    @Override
    public int setLingerZero(int fd) {
        return call(Call.SET_LINGER_ZERO, fd, () -> kernel.setLingerZero(fd));
    }

    @Override
    public int takeError(int fd) {
        return call(Call.TAKE_ERROR, fd, () -> kernel.takeError(fd));
    }

    @Override
    public int acceptQueueLength(int fd) {
        return call(Call.ACCEPT_QUEUE_LENGTH, fd, () -> kernel.acceptQueueLength(fd));
    }

    @Override
    public int unreadInput(int fd) {
        return call(Call.UNREAD_INPUT, fd, () -> kernel.unreadInput(fd));
    }

    @Override
    public int unsentOutput(int fd) {
        return call(Call.UNSENT_OUTPUT, fd, () -> kernel.unsentOutput(fd));
    }

    @Override
    public @Nullable InetSocketAddress localAddress(int fd) {
        return call(Call.LOCAL_ADDRESS, fd, () -> 0) < 0 ? null : kernel.localAddress(fd);
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress(int fd) {
        if (call(Call.REMOTE_ADDRESS, fd, () -> 0) < 0) {
            return null;
        }
        InetSocketAddress answer = remoteAddresses.poll();
        return answer == null ? kernel.remoteAddress(fd) : answer;
    }

    @Override
    public int epollCreate() {
        return call(Call.EPOLL_CREATE, -1, kernel::epollCreate);
    }

    @Override
    public int epollAdd(int epoll, int fd, int events, long data) {
        keys.put(fd, data);
        return call(Call.EPOLL_ADD, fd, () -> kernel.epollAdd(epoll, fd, events, data));
    }

    @Override
    public int epollModify(int epoll, int fd, int events, long data) {
        return call(Call.EPOLL_MODIFY, fd, () -> kernel.epollModify(epoll, fd, events, data));
    }

    @Override
    public int epollDelete(int epoll, int fd) {
        return call(Call.EPOLL_DELETE, fd, () -> kernel.epollDelete(epoll, fd));
    }

    @Override
    public int epollWait(int epoll, EpollEvents events, int timeoutMillis) {
        lastWaitMillis = timeoutMillis;
        return call(Call.EPOLL_WAIT, epoll, () -> wait(epoll, events, timeoutMillis));
    }

    private int wait(int epoll, EpollEvents events, int timeoutMillis) {
        if (gather == 1 && injected.isEmpty()) {
            return kernel.epollWait(epoll, events, timeoutMillis == 0 ? 0 : WAIT_MILLIS);
        }
        Map<Long, Integer> gathered = injected;
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        do {
            int n = kernel.epollWait(epoll, events, WAIT_MILLIS);
            for (int i = 0; i < n; i++) {
                gathered.merge(events.data(i), events.events(i), (a, b) -> a | b);
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("10 s, and events of no more than " + gathered.keySet());
            }
        } while (gathered.size() < gather);
        int n = 0;
        for (Map.Entry<Long, Integer> event : gathered.entrySet()) {
            events.set(n++, event.getValue(), event.getKey());
        }
        gathered.clear();
        gather = 1;
        return n;
    }

    @Override
    public int ringSetup(int entries, MemorySegment params) {
        return call(Call.RING_SETUP, -1, () -> kernel.ringSetup(entries, params));
    }

    @Override
    public synchronized MemorySegment mapRing(int ring, long offset, long bytes) {
        if (call(Call.MAP_RING, ring, () -> 0) < 0) {
            throw new OutOfMemoryError("mmap as the test wants it");
        }
        mappedBytes += bytes;
        return kernel.mapRing(ring, offset, bytes);
    }

    @Override
    public int ringRegister(int ring, int operation, MemorySegment argument, int count) {
        return call(
                Call.RING_REGISTER,
                ring,
                () -> kernel.ringRegister(ring, operation, argument, count));
    }

    @Override
    public int ringSubmit(int ring, int submit) {
        return call(Call.RING_ENTER, ring, () -> kernel.ringSubmit(ring, submit));
    }

    @Override
    public int ringEnter(int ring, int submit, int await, long timeoutNanos) {
        long longest = Math.min(timeoutNanos, WAIT_MILLIS * 1_000_000L);
        int taken = Math.min(submit, mostSubmissions);
        lastWaitMillis =
                await == 0
                        ? 0
                        : timeoutNanos == NO_TIMEOUT
                                ? -1
                                : (int) Math.ceilDiv(timeoutNanos, 1_000_000);
        return call(Call.RING_ENTER, ring, () -> kernel.ringEnter(ring, taken, await, longest));
    }

    @Override
    public int eventfd() {
        return call(Call.EVENTFD, -1, kernel::eventfd);
    }

    @Override
    public int signalEventfd(int fd) {
        return call(Call.SIGNAL_EVENTFD, fd, () -> kernel.signalEventfd(fd));
    }

    @Override
    public int timerfd() {
        return call(Call.TIMERFD, -1, kernel::timerfd);
    }

    @Override
    public int armTimerfd(int fd, long delayNanos) {
        lastDelayNanos = delayNanos;
        return call(Call.ARM_TIMERFD, fd, () -> kernel.armTimerfd(fd, delayNanos));
    }

    @Override
    public int expireTimerfd(int fd) {
        return call(Call.EXPIRE_TIMERFD, fd, () -> kernel.expireTimerfd(fd));
    }

    @Override
    public int drainCounter(int fd) {
        return call(Call.DRAIN_COUNTER, fd, () -> kernel.drainCounter(fd));
    }

    @Override
    public int openAt(int directory, MemorySegment path, int flags) {
        return call(Call.OPEN_AT, directory, () -> kernel.openAt(directory, path, flags));
    }

    @Override
    public int openBeneath(int directory, MemorySegment path, int flags) {
        return call(Call.OPEN_BENEATH, directory, () -> kernel.openBeneath(directory, path, flags));
    }

    @Override
    public int status(int directory, MemorySegment path, FileStatus status) {
        return call(Call.STATUS, directory, () -> kernel.status(directory, path, status));
    }

    @Override
    public int readLink(
            int directory, MemorySegment path, MemorySegment buffer, int offset, int length) {
        return call(
                Call.READ_LINK,
                directory,
                () -> kernel.readLink(directory, path, buffer, offset, length));
    }

    @Override
    public int read(int file, long position, MemorySegment buffer, int offset, int length) {
        int most = Math.min(length, longestTransfer);
        return call(Call.READ_FILE, file, () -> kernel.read(file, position, buffer, offset, most));
    }

    @Override
    public int directoryEntries(int directory, MemorySegment buffer) {
        return call(
                Call.DIRECTORY_ENTRIES,
                directory,
                () -> kernel.directoryEntries(directory, buffer));
    }
}
