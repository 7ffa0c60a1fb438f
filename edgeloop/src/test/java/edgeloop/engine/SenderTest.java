package edgeloop.engine;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.buffer.MemoryBudget;
import edgeloop.buffer.QueuedBytes;
import edgeloop.buffer.Segment;
import edgeloop.buffer.SegmentPool;
import edgeloop.buffer.SegmentQueue;
import edgeloop.buffer.SharedDescriptor;
import edgeloop.sys.Errno;
import edgeloop.sys.IoVector;
import edgeloop.sys.ScriptedSyscalls;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes out, in which calls, and what stays. */
@Timeout(30)
final class SenderTest {
    private final ScriptedSyscalls syscalls = new ScriptedSyscalls();
    private final SegmentPool pool =
            new SegmentPool(syscalls, new MemoryBudget(Long.MAX_VALUE), _ -> {});
    private final SegmentQueue queue = pool.takeQueue();
    private final Arena arena = Arena.ofConfined();
    private final IoVector vector = new IoVector(arena.allocate(IoVector.BYTES, 8));
    private final Sender sender = new Sender(syscalls, pool, vector);

    private int socket;
    private Socket peer;

    @BeforeEach
    void connect() throws IOException {
        int listener = syscalls.socket(2);
        syscalls.bind(listener, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        syscalls.listen(listener, 1);
        InetSocketAddress address = syscalls.localAddress(listener);
        peer = new Socket(address.getAddress(), address.getPort());
        peer.setSoTimeout(10_000);
        socket = syscalls.accept(listener);
        syscalls.close(listener);
        syscalls.forgetCounts();
    }

    @AfterEach
    void nothingIsKept() throws IOException {
        pool.give(queue);
        assertThat(pool.taken()).isZero();
        pool.close();
        syscalls.close(socket);
        peer.close();
        arena.close();
    }

    @Test
    @DisplayName("E15 one piece goes out with send, several with one sendmsg")
    void onePieceGoesOutWithSend() throws IOException {
        append(QueuedBytes.random(10), 0, 10);
        assertThat(sendOnce()).isEqualTo(10);
        assertThat(syscalls.count(Call.SEND)).isEqualTo(1);
        assertThat(syscalls.count(Call.SENDMSG)).isZero();

        byte[] bytes = QueuedBytes.random(3 * Segment.BYTES);
        append(bytes, 0, bytes.length);
        assertThat(sendOnce()).isEqualTo(bytes.length);
        assertThat(syscalls.count(Call.SENDMSG)).isEqualTo(1);
        assertThat(queue.isEmpty()).isTrue();
        peer.getInputStream().skipNBytes(10);
        assertThat(peer.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
    }

    @Test
    @DisplayName("E15 more pieces than a vector holds go out in several calls")
    void longChainGoesOutInParts() {
        int length = (IoVector.CAPACITY + 10) * Segment.BYTES;
        append(new byte[length], 0, length);
        int sent = sendOnce();
        assertThat(sent).isPositive().isLessThanOrEqualTo(IoVector.CAPACITY * Segment.BYTES);
        assertThat(queue.size()).isEqualTo(length - sent);
    }

    @Test
    @DisplayName("E13 what a short send did not take stays, in order")
    void restOfAShortSendStays() {
        byte[] bytes = QueuedBytes.random(3 * Segment.BYTES);
        append(bytes, 0, bytes.length);
        syscalls.limitTransfers(1000);
        assertThat(sendOnce()).isEqualTo(1000);
        assertThat(QueuedBytes.of(queue)).isEqualTo(Arrays.copyOfRange(bytes, 1000, bytes.length));
        assertThat(pool.taken()).isEqualTo(3);
        syscalls.limitTransfers(Segment.BYTES);
        assertThat(sendOnce()).isEqualTo(Segment.BYTES - 1000);
        assertThat(pool.taken()).isEqualTo(2);
    }

    @Test
    void failedSendKeepsEverything() {
        byte[] bytes = QueuedBytes.random(100);
        append(bytes, 0, 100);
        syscalls.answerNext(Call.SEND, -Errno.EAGAIN);
        assertThat(sendOnce()).isEqualTo(-Errno.EAGAIN);
        assertThat(QueuedBytes.of(queue)).isEqualTo(bytes);
    }

    @Test
    void emptyQueueSendsNothing() {
        assertThat(sendOnce()).isZero();
        assertThat(syscalls.made()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
    @DisplayName("E13 any mix of appends and short sends keeps every byte in order")
    void anyMixOfAppendsAndSendsKeepsTheOrder(long seed) throws IOException {
        Random random = new Random(seed);
        var appended = new ByteArrayOutputStream();
        var received = new ByteArrayOutputStream();
        for (int i = 0; i < 300; i++) {
            byte[] bytes = new byte[random.nextInt(3 * Segment.BYTES)];
            random.nextBytes(bytes);
            append(bytes, 0, bytes.length);
            appended.write(bytes);
            for (int sends = random.nextInt(4); sends > 0; sends--) {
                syscalls.limitTransfers(1 + random.nextInt(2 * Segment.BYTES));
                int sent = sendOnce();
                received.write(peer.getInputStream().readNBytes(Math.max(0, sent)));
            }
            assertThat(queue.size()).isEqualTo(appended.size() - received.size());
        }
        received.write(QueuedBytes.of(queue));
        assertThat(received.toByteArray()).isEqualTo(appended.toByteArray());
    }

    /** Its descriptor would answer anything: it is the calls that are scripted. */
    private void appendFile(int length) {
        queue.append(pool, new SharedDescriptor(_ -> {}, 1_000), 0, length);
        syscalls.answerNext(Call.SEND_FILE, -Errno.EINVAL);
    }

    /** It would be taken for the socket's, and an edge be waited for that does not come. */
    @Test
    void aFileThatAnswersEagainFails() {
        appendFile(10);
        syscalls.answerNext(Call.READ_FILE, -Errno.EAGAIN);
        assertThat(sendOnce()).isEqualTo(-Errno.EIO);
    }

    @Test
    @DisplayName("E55 a file that became shorter is no end of what was promised")
    void aFileThatEndsTooEarlyFails() {
        appendFile(10);
        syscalls.answerNext(Call.READ_FILE, 0);
        assertThat(sendOnce()).isEqualTo(-Errno.ENODATA);
    }

    @Test
    void whereThereIsNoMemoryToReadAFileItFails() {
        SegmentPool none = new SegmentPool(syscalls, new MemoryBudget(0), _ -> {});
        appendFile(10);
        assertThat(new Sender(syscalls, none, vector).sendOnce(socket, queue))
                .isEqualTo(-Errno.ENOBUFS);
        none.close();
    }

    private void append(byte[] bytes, int offset, int length) {
        queue.append(pool, bytes, offset, length);
    }

    private int sendOnce() {
        return sender.sendOnce(socket, queue);
    }
}
