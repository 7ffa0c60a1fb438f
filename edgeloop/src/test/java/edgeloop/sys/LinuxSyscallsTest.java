package edgeloop.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LinuxSyscallsTest {
    private static final int CLOSE_ON_EXEC = 02000000;
    private static final int NON_BLOCKING = 04000;

    private final LinuxSyscalls syscalls = new LinuxSyscalls();
    private final Arena arena = Arena.ofConfined();
    private final Deque<Integer> descriptors = new ArrayDeque<>();
    private final List<Socket> peers = new ArrayList<>();

    @AfterEach
    void closeAll() throws IOException {
        descriptors.forEach(syscalls::close);
        for (Socket peer : peers) {
            peer.close();
        }
        arena.close();
    }

    @Test
    @DisplayName("E46 every kind of descriptor is close-on-exec and non-blocking")
    void descriptorsAreCloseOnExec() throws Exception {
        assertThat(flags(keep(syscalls.epollCreate()))).isEqualTo(CLOSE_ON_EXEC);
        assertThat(flags(keep(syscalls.eventfd()))).isEqualTo(CLOSE_ON_EXEC | NON_BLOCKING);
        assertThat(flags(keep(syscalls.timerfd()))).isEqualTo(CLOSE_ON_EXEC | NON_BLOCKING);
        int listener = listener();
        assertThat(flags(listener)).isEqualTo(CLOSE_ON_EXEC | NON_BLOCKING);
        assertThat(flags(accepted(listener))).isEqualTo(CLOSE_ON_EXEC | NON_BLOCKING);
        int socket = keep(syscalls.socket(SocketConstants.AF_INET6));
        assertThat(flags(socket)).isEqualTo(CLOSE_ON_EXEC | NON_BLOCKING);
        int duplicate = keep(syscalls.duplicate(socket));
        assertThat(flags(duplicate)).isEqualTo(CLOSE_ON_EXEC | NON_BLOCKING);
    }

    @Test
    @DisplayName("E68 the limit on descriptors is that of the process")
    void limitOnDescriptorsIsThatOfTheProcess() throws Exception {
        String limits = Files.readString(Path.of("/proc/self/limits"));
        Matcher line = Pattern.compile("Max open files +(\\d+)").matcher(limits);
        assertThat(line.find()).isTrue();
        assertThat(syscalls.descriptorLimit()).isEqualTo(Integer.parseInt(line.group(1)));
    }

    private static int flags(int fd) throws IOException {
        return Integer.parseInt(fdinfo(fd, "flags:"), 8) & (CLOSE_ON_EXEC | NON_BLOCKING);
    }

    private static String fdinfo(int fd, String key) throws IOException {
        return valueOf("/proc/self/fdinfo/" + fd, key);
    }

    /** What a file of lines such as {@code key: value} says of a key. */
    private static String valueOf(String file, String key) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(key))
                .findFirst()
                .orElseThrow()
                .substring(key.length())
                .strip();
    }

    @Test
    @DisplayName("E38 the timerfd runs on the monotonic clock")
    void timerfdIsMonotonic() throws Exception {
        int timerfd = keep(syscalls.timerfd());
        assertThat(fdinfo(timerfd, "clockid:")).isEqualTo("1");
    }

    @Test
    @DisplayName("E35 a timerfd takes delays from 1 ns to those beyond a second, split rightly")
    void timerfdTakesAnyDelay() throws Exception {
        int timerfd = keep(syscalls.timerfd());
        for (long nanos :
                new long[] {
                    1,
                    999_999_999,
                    1_000_000_000,
                    1_000_000_001,
                    Duration.ofDays(3650).toNanos(),
                    Long.MAX_VALUE
                }) {
            assertThat(syscalls.armTimerfd(timerfd, nanos)).as("%d ns", nanos).isZero();
        }
        syscalls.armTimerfd(timerfd, Duration.ofSeconds(1234).plusNanos(999_999_999).toNanos());
        assertThat(fdinfo(timerfd, "it_value:")).startsWith("(1234, ");
    }

    @Test
    @DisplayName("E35 a delay of 0, which would disarm the timerfd, is refused")
    void delayOfZeroIsRefused() {
        int timerfd = keep(syscalls.timerfd());
        assertThatThrownBy(() -> syscalls.armTimerfd(timerfd, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> syscalls.armTimerfd(timerfd, -1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("E43 each failed call answers its own errno, whatever other threads do")
    void errnoIsTheCallsOwn() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                results.add(threads.submit(() -> alwaysFailsWith(Errno.EBADF)));
                results.add(threads.submit(() -> alwaysFailsWith(Errno.EAGAIN)));
            }
            for (Future<?> result : results) {
                result.get();
            }
        }
    }

    private static void alwaysFailsWith(int errno) {
        var own = new LinuxSyscalls();
        int eventfd = own.eventfd();
        byte[][] garbage = new byte[64][];
        for (int i = 0; i < 20_000; i++) {
            garbage[i % garbage.length] = new byte[1024]; // so that the JVM collects meanwhile
            int outcome = own.drainCounter(errno == Errno.EBADF ? -1 : eventfd);
            if (outcome != -errno) {
                throw new AssertionError(outcome + " instead of -" + Errno.name(errno));
            }
        }
        own.close(eventfd);
    }

    @Test
    @DisplayName("E43 a call that succeeds does not answer an errno of before")
    void successIsNotAnErrno() {
        assertThat(syscalls.close(-1)).isEqualTo(-Errno.EBADF);
        int eventfd = keep(syscalls.eventfd());
        assertThat(syscalls.signalEventfd(eventfd)).isEqualTo(8);
        assertThat(syscalls.drainCounter(eventfd)).isEqualTo(8);
    }

    @Test
    @DisplayName("E44 no variadic function is linked, so none needs firstVariadicArg")
    void noVariadicFunctionIsLinked() throws Exception {
        try (InputStream in = LinuxSyscalls.class.getResourceAsStream("SystemCall.class")) {
            assertThat(in).isNotNull();
            var pool = ClassFile.of().parse(in.readAllBytes()).constantPool();
            List<String> strings =
                    StreamSupport.stream(pool.spliterator(), false)
                            .filter(StringEntry.class::isInstance)
                            .map(entry -> ((StringEntry) entry).stringValue())
                            .toList();
            assertThat(strings)
                    .contains("mmap", "mprotect")
                    .doesNotContain(
                            "fcntl", "ioctl", "syscall", "open", "openat", "prctl", "mremap");
        }
    }

    @Test
    void connectionCarriesBytesBothWays() throws Exception {
        int fd = accepted(listener());
        Socket peer = peers.getLast();
        MemorySegment buffer = arena.allocate(64);

        assertThat(syscalls.recv(fd, buffer, 0, 64)).isEqualTo(-Errno.EAGAIN);
        buffer.setString(8, "hello");
        assertThat(syscalls.send(fd, buffer, 8, 5)).isEqualTo(5);
        assertThat(peer.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(US_ASCII));

        peer.getOutputStream().write("answer".getBytes(US_ASCII));
        awaitInput(fd);
        assertThat(syscalls.recv(fd, buffer, 16, 48)).isEqualTo(6);
        assertThat(buffer.asSlice(16, 6).toArray(JAVA_BYTE)).isEqualTo("answer".getBytes(US_ASCII));

        peer.shutdownOutput();
        awaitInput(fd);
        assertThat(syscalls.recv(fd, buffer, 0, 64)).isZero();
    }

    @Test
    void vectorGoesOutInOrder() throws Exception {
        int fd = accepted(listener());
        IoVector vector = new IoVector(arena.allocate(IoVector.BYTES, 8));
        MemorySegment text = arena.allocateFrom("one two three");
        vector.add(text, 4, 4);
        vector.add(text, 0, 4);
        vector.add(text, 8, 5);
        assertThat(syscalls.send(fd, vector)).isEqualTo(13);
        assertThat(peers.getLast().getInputStream().readNBytes(13))
                .isEqualTo("two one three".getBytes(US_ASCII));
    }

    @Test
    void bufferBoundsAreChecked() {
        MemorySegment buffer = arena.allocate(16);
        assertThatThrownBy(() -> syscalls.recv(-1, buffer, 10, 7))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> syscalls.send(-1, buffer, -1, 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void acceptQueueLengthCountsWhoWaits() throws Exception {
        int listener = listener();
        assertThat(syscalls.acceptQueueLength(listener)).isZero();
        connect(listener);
        connect(listener);
        assertThat(syscalls.acceptQueueLength(listener)).isEqualTo(2);
        keep(syscalls.accept(listener));
        assertThat(syscalls.acceptQueueLength(listener)).isEqualTo(1);
        assertThat(syscalls.acceptQueueLength(-1)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void addressesOfBothEndsAreTold() throws Exception {
        int listener = listener();
        int fd = accepted(listener);
        assertThat(syscalls.localAddress(fd)).isEqualTo(syscalls.localAddress(listener));
        assertThat(syscalls.remoteAddress(fd)).isEqualTo(peers.getLast().getLocalSocketAddress());
        assertThat(syscalls.remoteAddress(listener)).isNull();
        assertThat(syscalls.localAddress(-1)).isNull();
    }

    @Test
    void takenErrorIsGone() throws Exception {
        int fd = accepted(listener());
        assertThat(syscalls.takeError(fd)).isZero();
        peers.getLast().setSoLinger(true, 0);
        peers.getLast().close();
        awaitInput(fd);
        assertThat(syscalls.takeError(fd)).isEqualTo(Errno.ECONNRESET);
        assertThat(syscalls.takeError(fd)).isZero();
        assertThat(syscalls.takeError(-1)).isEqualTo(Errno.EBADF);
    }

    @Test
    void mappedMemoryIsZeroedAndWritable() {
        MemorySegment memory = syscalls.map(10_000);
        assertThat(memory.byteSize()).isEqualTo(10_000);
        assertThat(memory.toArray(JAVA_BYTE)).containsOnly(0);
        memory.fill((byte) 1);
        syscalls.unmap(memory);
    }

    @Test
    void mappingTooMuchIsAnOutOfMemoryError() {
        assertThatThrownBy(() -> syscalls.map(1L << 62))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("ENOMEM");
    }

    @Test
    void portTakenIsAnOutcome() throws Exception {
        InetSocketAddress taken = syscalls.localAddress(listener());
        assertThat(taken).isNotNull();
        int socket = keep(syscalls.socket(SocketConstants.AF_INET));
        assertThat(syscalls.bind(socket, taken)).isEqualTo(-Errno.EADDRINUSE);
    }

    @Test
    void processorsAreThoseThatTheThreadMayRunOn() throws Exception {
        String allowed = valueOf("/proc/thread-self/status", "Cpus_allowed_list:");
        List<Integer> expected = new ArrayList<>();
        for (String range : allowed.split(",", -1)) {
            String[] ends = range.split("-", -1);
            for (int i = Integer.parseInt(ends[0]);
                    i <= Integer.parseInt(ends[ends.length - 1]);
                    i++) {
                expected.add(i);
            }
        }
        assertThat(syscalls.processors())
                .containsExactly(expected.stream().mapToInt(each -> each).toArray());
    }

    @Test
    void pinnedThreadRunsOnOneProcessorAlone() throws Exception {
        int last = Arrays.stream(syscalls.processors()).max().orElseThrow();
        List<Integer> results = new ArrayList<>();
        Thread thread =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    results.add(syscalls.pinThread(last));
                                    for (int processor : syscalls.processors()) {
                                        results.add(processor);
                                    }
                                });
        thread.join();
        assertThat(results).containsExactly(0, last);
        assertThat(syscalls.pinThread(8_191)).isEqualTo(-Errno.EINVAL);
    }

    /** Over the loopback interface a connection is received where it is sent. */
    @Test
    void connectionsAreSteeredByTheProcessorThatReceivesThem() throws Exception {
        int[] processors = syscalls.processors();
        int[] listeners = new int[processors.length];
        int port = 0;
        for (int i = 0; i < listeners.length; i++) {
            listeners[i] = keep(syscalls.socket(SocketConstants.AF_INET));
            assertThat(
                            syscalls.setOption(
                                    listeners[i],
                                    SocketConstants.SOL_SOCKET,
                                    SocketConstants.SO_REUSEPORT,
                                    1))
                    .isZero();
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            assertThat(syscalls.bind(listeners[i], address)).isZero();
            assertThat(syscalls.listen(listeners[i], 16)).isZero();
            port = Objects.requireNonNull(syscalls.localAddress(listeners[i])).getPort();
        }
        assertThat(syscalls.steerByProcessor(listeners[0], processors)).isZero();
        for (int i = 0; i < processors.length; i++) {
            connectFrom(processors[i], port);
            assertThat(keep(syscalls.accept(listeners[i]))).as("processor %d", i).isPositive();
        }
        int alone = listener();
        assertThat(syscalls.steerByProcessor(alone, processors)).isEqualTo(-Errno.EINVAL);
    }

    private void connectFrom(int processor, int port) throws Exception {
        List<Exception> failures = new ArrayList<>();
        Thread thread =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    var own = new LinuxSyscalls();
                                    if (own.pinThread(processor) < 0) {
                                        failures.add(new IllegalStateException("not pinned"));
                                    }
                                    try {
                                        new Socket(InetAddress.getLoopbackAddress(), port).close();
                                    } catch (IOException e) {
                                        failures.add(e);
                                    }
                                });
        thread.join();
        assertThat(failures).isEmpty();
    }

    private int listener() {
        int listener = keep(syscalls.socket(SocketConstants.AF_INET));
        var any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
        assertThat(syscalls.bind(listener, any)).isZero();
        assertThat(syscalls.listen(listener, 10)).isZero();
        return listener;
    }

    private void connect(int listener) throws IOException {
        InetSocketAddress address = syscalls.localAddress(listener);
        assertThat(address).isNotNull();
        Socket peer = new Socket(address.getAddress(), address.getPort());
        peer.setSoTimeout(10_000);
        peers.add(peer);
    }

    private int accepted(int listener) throws IOException {
        connect(listener);
        return keep(syscalls.accept(listener));
    }

    /** Until {@code fd} is readable, or failed. */
    private void awaitInput(int fd) {
        int epoll = syscalls.epollCreate();
        var events = new EpollEvents(arena.allocate(EpollEvents.bytesFor(1), 8), 1);
        syscalls.epollAdd(epoll, fd, EpollEvents.EPOLLIN, 0);
        assertThat(syscalls.epollWait(epoll, events, 10_000)).isEqualTo(1);
        syscalls.close(epoll);
    }

    private int keep(int descriptor) {
        assertThat(descriptor).isNotNegative();
        descriptors.push(descriptor);
        return descriptor;
    }
}
