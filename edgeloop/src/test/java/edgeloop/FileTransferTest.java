package edgeloop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.sys.EpollEvents;
import edgeloop.sys.Errno;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of files among what a connection writes. */
class FileTransferTest {
    private static final int LARGE = 16 << 20; // more than the kernel holds for both ends together

    @TempDir Path folder;
    private final RecordingHandler handler = new RecordingHandler();

    private byte[] file(String name, int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        try {
            Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    private FileHandle open(TurnedServer server, String name) throws SyscallException {
        FileHandle file = Directory.open(server.reactor, folder).open(name.getBytes(UTF_8));
        server.reactor.atEnd(file::close);
        return file;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 8192, 300_000})
    @DisplayName("E13 bytes and parts of files go out in the order they were written")
    void filesGoOutInOrder(int length) throws Exception {
        byte[] bytes = file("file", length);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            try (FileHandle file = open(server, "file")) {
                handler.connection.write("head\n");
                handler.connection.transfer(file, 0, length);
                handler.connection.write("between\n");
                handler.connection.transfer(file, length / 2, length - length / 2);
            }
            handler.connection.write("end");
            byte[] expected =
                    concat(
                            "head\n".getBytes(UTF_8),
                            bytes,
                            "between\n".getBytes(UTF_8),
                            Arrays.copyOfRange(bytes, length / 2, length),
                            "end".getBytes(UTF_8));
            server.turnUntil(() -> peer.size() == expected.length);
            assertThat(peer.bytes()).isEqualTo(expected);
            assertThat(server.stats().bytesWritten()).isEqualTo(expected.length);
        }
    }

    private static byte[] concat(byte[]... parts) {
        byte[] all = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 8193})
    @DisplayName("E13 what a short sendfile did not take goes out later")
    void shortSendfileLosesNothing(int most) throws Exception {
        byte[] bytes = file("file", most == 1 ? 2000 : 100_000);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.limitTransfers(most);
            server.kernel.answerNext(Call.SEND_FILE, -Errno.EINTR);
            handler.connection.transfer(open(server, "file"), 0, bytes.length);
            server.turnUntil(() -> peer.size() == bytes.length);
            assertThat(peer.bytes()).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINVAL, Errno.ENOSYS, Errno.EOPNOTSUPP})
    @DisplayName(
            "E13 E75 a file of a system without sendfile is read and sent, and the next one is not")
    void fileWithoutSendfileIsRead(int errno) throws Exception {
        byte[] bytes = file("file", 300_000);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted(4096);
            server.kernel.answerNext(Call.SEND_FILE, -errno);
            server.kernel.answerNext(Call.READ_FILE, -Errno.EINTR);
            try (FileHandle file = open(server, "file")) {
                handler.connection.write("head");
                handler.connection.transfer(file, 0, bytes.length);
                handler.connection.write("between");
                handler.connection.transfer(file, 0, 10);
            }
            byte[] expected =
                    concat(
                            "head".getBytes(UTF_8),
                            bytes,
                            "between".getBytes(UTF_8),
                            Arrays.copyOf(bytes, 10));
            server.turnUntil(() -> peer.receive(1 << 20) == 0 && peer.size() == expected.length);
            assertThat(peer.bytes()).isEqualTo(expected);
            assertThat(server.kernel.count(Call.SEND_FILE)).isEqualTo(2);
            assertThat(server.stats().bytesWritten()).isEqualTo(expected.length);
        }
    }

    @Test
    @DisplayName("E7 a large file that is read has a budget too")
    void readFileHasABudget() throws Exception {
        byte[] bytes = file("file", 4 << 20);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.answerAlways(Call.SEND_FILE, -Errno.EINVAL);
            handler.connection.transfer(open(server, "file"), 0, bytes.length);
            while (peer.size() < bytes.length) {
                server.kernel.forgetCounts();
                server.turn();
                peer.receive(8 << 20);
                assertThat(server.kernel.count(Call.READ_FILE)).isLessThanOrEqualTo(64);
            }
            assertThat(peer.bytes()).isEqualTo(bytes);
        }
    }

    @Test
    @DisplayName("E55 a file that became shorter resets the connection, also where it is read")
    void shorterFileThatIsReadResets() throws Exception {
        file("file", 10_000);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            server.kernel.answerAlways(Call.SEND_FILE, -Errno.EINVAL);
            handler.connection.transfer(open(server, "file"), 0, 10_001);
            server.turnUntil(peer::wasReset);
            assertThat(handler.reason).isEqualTo(new CloseReason.Failed(Errno.ENODATA));
        }
    }

    @Test
    @DisplayName("E7 one large file does not hold up another connection")
    void largeFileHasABudget() throws Exception {
        file("file", LARGE);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted();
            handler.connection.transfer(open(server, "file"), 0, LARGE);
            while (peer.size() < LARGE) {
                server.kernel.forgetCounts();
                server.turn();
                assertThat(server.kernel.count(Call.SEND_FILE)).isLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    @DisplayName("E14 E16 a peer that does not read stops the sending, and EPOLLOUT resumes it")
    void slowReaderStopsTheSending() throws Exception {
        byte[] bytes = file("file", LARGE);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted(4096);
            handler.connection.transfer(open(server, "file"), 0, LARGE);
            assertThat(handler.connection.isCongested()).isTrue();
            server.turnUntilAsleep();
            server.kernel.forgetCounts();
            server.turn(5);
            assertThat(server.kernel.count(Call.SEND_FILE)).isZero();
            assertThat(handler.connection.pendingOutput()).isPositive().isLessThan(LARGE);

            server.turnUntil(() -> peer.receive(1 << 20) == 0 && peer.size() == LARGE);
            assertThat(peer.bytes()).isEqualTo(bytes);
            assertThat(handler.connection.isCongested()).isFalse();
        }
    }

    @Test
    @DisplayName("E39 a large file to a slow reader is no idleness; one who stops times out")
    void peerThatTakesNothingTimesOut() throws Exception {
        file("file", LARGE);
        var options = ConnectionOptions.defaults().withWriteTimeout(Duration.ofSeconds(5));
        try (TurnedServer server = new TurnedServer(options, handler::on)) {
            server.accepted(4096);
            handler.connection.transfer(open(server, "file"), 0, LARGE);
            server.turnUntilAsleep();
            server.kernel.passTime(Duration.ofSeconds(7));
            server.turnUntil(() -> handler.reason != null);
            assertThat(handler.reason)
                    .isEqualTo(new CloseReason.TimedOut(CloseReason.TimedOut.Limit.WRITE));
        }
    }

    @Test
    @DisplayName("E20 close() finishes the file first")
    void closeFinishesTheFile() throws Exception {
        byte[] bytes = file("file", LARGE);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted(4096);
            handler.connection.transfer(open(server, "file"), 0, LARGE);
            handler.connection.close();
            server.turnUntil(() -> peer.receive(1 << 20) == 0 && peer.gotFin());
            assertThat(peer.bytes()).isEqualTo(bytes);
        }
    }

    @Test
    @DisplayName("E22 abort() drops the rest of the file, and its descriptor")
    void abortDropsTheFile() throws Exception {
        file("file", LARGE);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted(4096);
            int before = server.kernel.openDescriptors().size();
            try (Directory directory = Directory.open(server.reactor, folder);
                    FileHandle file = directory.open("file".getBytes(UTF_8))) {
                handler.connection.transfer(file, 0, LARGE);
                handler.connection.transfer(file, 0, LARGE);
            }
            server.turnUntilAsleep();
            assertThat(server.kernel.openDescriptors()).hasSize(before + 1);
            handler.connection.abort();
            server.turnUntil(peer::wasReset);
            assertThat(server.kernel.openDescriptors()).hasSize(before - 1);
        }
    }

    @Test
    @DisplayName("E55 a file that is truncated meanwhile ends the connection, and is no spin")
    void truncatedFileEndsTheConnection() throws Exception {
        file("file", LARGE);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted(4096);
            handler.connection.transfer(open(server, "file"), 0, LARGE);
            server.turnUntilAsleep();
            try (var truncated = new RandomAccessFile(folder.resolve("file").toFile(), "rw")) {
                truncated.setLength(10);
            }
            server.turnUntil(() -> peer.receive(1 << 20) == 0 && handler.reason != null);
            assertThat(handler.reason).isEqualTo(new CloseReason.Failed(Errno.ENODATA));
            assertThat(server.stats().failures()).isEqualTo(1);
            server.turnUntil(peer::wasReset);
            assertThat(peer.size()).isLessThan(LARGE);
        }
    }

    @Test
    @DisplayName("E18 a peer that is gone is EPIPE or ECONNRESET, and no signal ends the process")
    void deadPeerIsNoSignal() throws Exception {
        file("file", LARGE);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted(4096);
            Connection connection = handler.connection;
            connection.transfer(open(server, "file"), 0, LARGE);
            server.turnUntilAsleep();
            int fd = server.lastAccepted();
            peer.reset();
            server.kernel.awaitReady(fd, EpollEvents.EPOLLERR);
            // Who takes the reset from the socket leaves a broken pipe to sendfile.
            assertThat(server.kernel.takeError(fd)).isEqualTo(Errno.ECONNRESET);
            server.turnUntil(() -> handler.reason != null);
            assertThat(handler.reason).isEqualTo(new CloseReason.Failed(Errno.EPIPE));
        }
    }

    @Test
    void oneDescriptorServesManyConnections() throws Exception {
        byte[] bytes = file("file", 100_000);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Directory directory = Directory.open(server.reactor, folder);
            Peer[] peers = new Peer[10];
            try (FileHandle file = directory.open("file".getBytes(UTF_8))) {
                for (int i = 0; i < peers.length; i++) {
                    peers[i] = server.accepted();
                    handler.connection.transfer(file, i, bytes.length - i);
                }
            }
            for (int i = 0; i < peers.length; i++) {
                Peer peer = peers[i];
                int expected = bytes.length - i;
                server.turnUntil(() -> peer.size() == expected);
                assertThat(peer.bytes()).isEqualTo(Arrays.copyOfRange(bytes, i, bytes.length));
            }
        }
    }

    @Test
    void closedFileIsRefused() throws Exception {
        file("file", 10);
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted();
            FileHandle file = open(server, "file");
            file.close();
            file.close();
            assertThatThrownBy(() -> handler.connection.transfer(file, 0, 10))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }
}
