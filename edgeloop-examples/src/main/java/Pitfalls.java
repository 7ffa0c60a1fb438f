import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/*
 * The classical mistakes with epoll, each made on purpose on the real kernel, what is seen of it, and
 * the same without it: Pitfalls.java [MISTAKE]. Beside Edgeloop, which is not used here; docs/EPOLL.md
 * says what it does instead.
 */

static final int EPOLLIN = 0x1;
static final int EPOLLOUT = 0x4;
static final int EPOLLEXCLUSIVE = 1 << 28;
static final int EPOLLET = 1 << 31;
static final int ADD = 1;
static final int EAGAIN = 11;
static final int EBADF = 9;
static final int PATIENCE_MILLIS = 100;

/** How one of them is made, or not, and what is seen. */
interface Pitfall {
    String run(boolean mended) throws Exception;
}

void main(String... arguments) throws Exception {
    Map<String, Pitfall> all = new LinkedHashMap<>();
    all.put("drain", this::drain);
    all.put("epollout-forgotten", this::outForgotten);
    all.put("epollout-always", this::outAlways);
    all.put("double-close", this::doubleClose);
    all.put("leak", this::leak);
    all.put("reused", this::reused);
    all.put("herd", this::herd);
    for (var each : all.entrySet()) {
        if (arguments.length == 0 || arguments[0].equals(each.getKey())) {
            IO.println(each.getKey());
            IO.println("  mistake: " + each.getValue().run(false));
            IO.println("  mended:  " + each.getValue().run(true));
        }
    }
    if (arguments.length > 0 && !all.containsKey(arguments[0])) {
        System.err.println(
                "Pitfalls: no mistake '" + arguments[0] + "'; there are " + all.keySet());
        System.exit(2);
    }
}

/** By edges, one read for one event: what it leaves is told of by no other event. */
String drain(boolean mended) {
    try (var pair = new Pair();
            var epoll = new Epoll()) {
        epoll.add(pair.ours, EPOLLIN | EPOLLET, pair.ours);
        write(pair.theirs, 10);
        int read = 0;
        int events = 0;
        while (epoll.await() > 0) {
            events++;
            int n;
            do {
                n = read(pair.ours, 4);
                read += Math.max(0, n);
            } while (mended && n > 0);
        }
        return read
                + " of 10 bytes read, after "
                + events
                + " event; then none for "
                + PATIENCE_MILLIS
                + " ms";
    }
}

/** The socket is full, and nobody asks for the event that says that it no longer is. */
String outForgotten(boolean mended) {
    try (var pair = new Pair();
            var epoll = new Epoll()) {
        epoll.add(pair.ours, (mended ? EPOLLIN | EPOLLOUT : EPOLLIN) | EPOLLET, pair.ours);
        int total = 1 << 20;
        int sent = 0;
        int received = 0;
        boolean writable = true;
        while (true) {
            while (writable && sent < total) {
                int n = write(pair.ours, Math.min(4096, total - sent));
                writable = n > 0;
                sent += Math.max(0, n);
            }
            for (int n = read(pair.theirs, 65536); n > 0; n = read(pair.theirs, 65536)) {
                received += n; // the peer takes all there is
            }
            if (received == total || epoll.await() == 0) {
                return received + " of " + total + " bytes have come";
            }
            writable = true;
        }
    }
}

/** By level, an event that is always true: the loop spins, and does nothing. */
String outAlways(boolean mended) {
    try (var pair = new Pair();
            var epoll = new Epoll()) {
        epoll.add(pair.ours, mended ? EPOLLIN : EPOLLIN | EPOLLOUT, pair.ours);
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        int wakeups = 0;
        while (System.nanoTime() < end) {
            wakeups += epoll.await();
        }
        return wakeups + " wakeups in " + PATIENCE_MILLIS + " ms, with nothing to do";
    }
}

/** Between the two closes the number is given to somebody else. */
String doubleClose(boolean mended) {
    var gone = new Pair();
    int fd = gone.ours;
    close(fd);
    try (var stranger = new Pair()) { // gets the lowest number that is free
        if (!mended) {
            close(fd); // "to be sure"
        }
        int n = write(stranger.ours, 1);
        return "a stranger's write answers " + (n == -EBADF ? "EBADF" : "" + n);
    } finally {
        close(gone.theirs);
    }
}

/** The peer has gone, and the end is read, and that is all. */
String leak(boolean mended) {
    int before = openDescriptors();
    List<Integer> forgotten = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
        var pair = new Pair();
        close(pair.theirs);
        if (read(pair.ours, 1) == 0 && mended) {
            close(pair.ours);
        } else {
            forgotten.add(pair.ours);
        }
    }
    int left = openDescriptors() - before;
    forgotten.forEach(fd -> close(fd));
    return left + " descriptors left of 100 connections that came and went";
}

/**
 * A batch has events of two; the first one's handler closes the other, and one comes with its
 * number.
 */
String reused(boolean mended) {
    try (var first = new Pair();
            var epoll = new Epoll()) {
        var second = new Pair();
        long generation = mended ? 1L << 32 : 0; // told apart from who had the number before
        epoll.add(first.ours, EPOLLIN | EPOLLET, first.ours);
        epoll.add(second.ours, EPOLLIN | EPOLLET, second.ours | generation);
        write(first.theirs, 1);
        write(second.theirs, 1);
        int count = epoll.await();
        close(second.ours);
        close(second.theirs);
        try (var stranger = new Pair()) {
            long now = stranger.ours | (mended ? 2L << 32 : 0);
            int wrong = 0;
            for (int i = 0; i < count; i++) {
                wrong += epoll.data(i) == now ? 1 : 0;
            }
            return wrong + " event of the one that has gone taken for one of the stranger's";
        }
    }
}

/** Eight threads sleep on one descriptor, and one thing happens to it. */
String herd(boolean mended) throws Exception {
    int threads = 8;
    int event = call("eventfd", 0, 0x800);
    var numbers = new LinkedBlockingQueue<Integer>();
    var woken = new AtomicInteger();
    var sleepers = new ArrayList<Thread>();
    for (int i = 0; i < threads; i++) {
        sleepers.add(
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try (var epoll = new Epoll()) {
                                        epoll.add(
                                                event, EPOLLIN | (mended ? EPOLLEXCLUSIVE : 0), 0);
                                        numbers.add(call("gettid"));
                                        woken.addAndGet(epoll.await(5 * PATIENCE_MILLIS));
                                    }
                                }));
    }
    for (int i = 0; i < threads; i++) {
        Path state = Path.of("/proc/self/task/" + numbers.take() + "/stat");
        while (!Files.readString(state).contains(") S ")) { // in epoll_wait
            Thread.onSpinWait();
        }
    }
    BUFFER.set(ValueLayout.JAVA_LONG, 8, 1); // which the eventfd is to count
    write(event, 8);
    for (Thread sleeper : sleepers) {
        sleeper.join();
    }
    close(event);
    return woken + " of " + threads + " threads woken by one event";
}

// ---- The kernel, by way of libc -----------------------------------------------------------------

static final Linker LINKER = Linker.nativeLinker();
static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
static final MemorySegment BUFFER = Arena.global().allocate(65536);

/**
 * Calls a function of up to four arguments; answers what it does, or the errno as a negative
 * number.
 */
static int call(String name, long... arguments) {
    long[] four = Arrays.copyOf(arguments, 4);
    try (var arena = Arena.ofConfined()) {
        var errno = arena.allocate(Linker.Option.captureStateLayout());
        int result =
                (int)
                        HANDLES.computeIfAbsent(name, Functions::find)
                                .invokeExact(errno, four[0], four[1], four[2], four[3]);
        return result < 0 ? -errno.get(ValueLayout.JAVA_INT, 0) : result;
    } catch (Throwable e) {
        throw new AssertionError(name, e);
    }
}

static final Map<String, MethodHandle> HANDLES = new ConcurrentHashMap<>();

static class Functions {
    @SuppressWarnings("restricted") // as --enable-native-access says
    static MethodHandle find(String name) {
        var shape =
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape, ERRNO);
    }
}

static int read(int fd, int length) {
    return call("read", fd, BUFFER.address(), length);
}

static int write(int fd, int length) {
    return call("write", fd, BUFFER.address() + 8, length);
}

static int close(int fd) {
    return call("close", fd);
}

static int openDescriptors() {
    return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
}

/** Two ends of a connection, non-blocking: AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK. */
static class Pair implements AutoCloseable {
    final int ours;
    final int theirs;

    Pair() {
        try (var arena = Arena.ofConfined()) {
            var both = arena.allocate(ValueLayout.JAVA_INT, 2);
            if (call("socketpair", 1, 1 | 0x800, 0, both.address()) < 0) {
                throw new AssertionError("socketpair");
            }
            ours = both.getAtIndex(ValueLayout.JAVA_INT, 0);
            theirs = both.getAtIndex(ValueLayout.JAVA_INT, 1);
        }
    }

    @Override
    public void close() {
        call("close", ours);
        call("close", theirs);
    }
}

/** An epoll instance. Its events are packed on x86-64, epoll_event(3type). */
static class Epoll implements AutoCloseable {
    static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    static final long STRIDE = PACKED ? 12 : 16;

    final int fd = call("epoll_create1", 0);
    final Arena arena = Arena.ofConfined();
    final MemorySegment events = arena.allocate(8 * STRIDE, 8);

    void add(int other, int mask, long data) {
        events.set(ValueLayout.JAVA_INT, 0, mask);
        events.set(ValueLayout.JAVA_LONG_UNALIGNED, STRIDE - 8, data);
        if (call("epoll_ctl", fd, ADD, other, events.address()) < 0) {
            throw new AssertionError("epoll_ctl");
        }
    }

    int await() {
        return await(PATIENCE_MILLIS);
    }

    int await(int millis) {
        return call("epoll_wait", fd, events.address(), 8, millis);
    }

    long data(int index) {
        return events.get(ValueLayout.JAVA_LONG_UNALIGNED, index * STRIDE + STRIDE - 8);
    }

    @Override
    public void close() {
        call("close", fd);
        arena.close();
    }
}
