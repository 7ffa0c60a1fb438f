package edgeloop;

import static edgeloop.DeadBuffers.assertDead;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A view of the input is dead when its callback has returned. */
final class DeadViewTest {
    private final List<IoBuffer> kept = new ArrayList<>();

    private static IoBuffer buffer(int length) {
        IoBuffer buffer = new IoBuffer();
        buffer.reset(Arena.ofAuto().allocate(length), length);
        return buffer;
    }

    /** Keeps what it is given, a slice of that, and a slice of the slice. */
    private void keep(IoBuffer in) {
        kept.add(in);
        if (in.hasRemaining()) {
            IoBuffer slice = in.readSlice(in.remaining());
            kept.add(slice);
            kept.add(slice.readSlice(1));
        }
    }

    // ---- In callbacks --------------------------------------------------------------------------

    @Test
    @DisplayName("E57 the buffer of onRead, its slices and theirs are dead in the next callback")
    void keptFromOnRead() {
        try (TurnedServer server =
                new TurnedServer(
                        _ ->
                                (connection, in) -> {
                                    kept.forEach(DeadBuffers::assertDead);
                                    keep(in);
                                    connection.write("ok");
                                })) {
            Peer first = server.accepted().send("secret of the first");
            server.turnUntil(() -> first.text().equals("ok"));
            assertThat(kept).hasSize(3).allSatisfy(DeadBuffers::assertDead);

            Peer second = server.accepted().send("secret of the second");
            server.turnUntil(() -> second.text().equals("ok"));
            assertThat(kept).hasSize(6).allSatisfy(DeadBuffers::assertDead);
        }
        assertThat(kept).allSatisfy(DeadBuffers::assertDead); // and the memory is unmapped
    }

    @Test
    @DisplayName("E57 the buffer of onEnd is dead when that has returned")
    void keptFromOnEnd() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {}

                    @Override
                    public void onEnd(Connection connection, IoBuffer in) {
                        keep(in);
                        connection.close();
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().send("rest").sendFin();
            server.turnUntil(handler::isClosed);
            assertThat(kept).hasSize(3).allSatisfy(DeadBuffers::assertDead);
        }
    }

    @Test
    @DisplayName("E57 a handler that fails leaves a dead buffer behind too")
    void keptByAHandlerThatFails() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {
                        keep(in);
                        throw new IllegalArgumentException("on purpose");
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().send("x");
            server.turnUntil(handler::isClosed);
            assertThat(kept).hasSize(3).allSatisfy(DeadBuffers::assertDead);
        }
    }

    @Test
    @DisplayName("E57 a dead buffer is not written: its connection is closed, with the reason")
    void deadBufferIsNotWritten() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {
                        if (kept.isEmpty()) {
                            keep(in);
                        } else {
                            connection.write(kept.get(1));
                        }
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            Peer peer = server.accepted().send("first");
            server.turnUntil(() -> !kept.isEmpty());
            peer.send("second");
            server.turnUntil(handler::isClosed);
            assertThat(peer.size()).isZero();
            assertThat(handler.reason)
                    .isInstanceOfSatisfying(
                            CloseReason.HandlerFailed.class,
                            failed ->
                                    assertThat(failed.cause())
                                            .isInstanceOf(IllegalStateException.class)
                                            .hasMessageStartingWith("the buffer is dead"));
        }
    }

    @Test
    @DisplayName("E57 a handler that ends its own buffer fails, and nothing is left of it")
    void handlerEndsItsOwnBuffer() {
        var handler =
                new RecordingHandler() {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {
                        in.invalidate();
                    }
                };
        try (TurnedServer server = new TurnedServer(handler::on)) {
            server.accepted().send("x");
            server.turnUntil(handler::isClosed);
            assertThat(handler.reason).isInstanceOf(CloseReason.HandlerFailed.class);
            assertThat(server.reactor.segments.taken()).isZero();
        }
    }

    @Test
    @DisplayName("E57 a kept buffer stays dead while 63 others have their turn")
    void buffersTakeTurns() {
        MemorySegment memory = Arena.ofAuto().allocate(8);
        var buffers = new InputBuffers(true);
        IoBuffer first = buffers.take(memory, 8);
        first.invalidate();
        for (int i = 1; i < InputBuffers.COUNT; i++) {
            IoBuffer other = buffers.take(memory, 8);
            assertThat(other).isNotSameAs(first);
            assertDead(first);
            other.invalidate();
        }
        assertThat(buffers.take(memory, 5)).isSameAs(first);
        assertThat(first.remaining()).isEqualTo(5);
    }

    @Test
    @DisplayName("E57 in debug mode each callback has a buffer of its own")
    void buffersOfDebugMode() {
        MemorySegment memory = Arena.ofAuto().allocate(8);
        var buffers = new InputBuffers(false);
        List<IoBuffer> all = new ArrayList<>();
        for (int i = 0; i < 3 * InputBuffers.COUNT; i++) {
            IoBuffer one = buffers.take(memory, 8);
            assertThat(one.remaining()).isEqualTo(8);
            one.invalidate();
            all.add(one);
        }
        assertThat(all).doesNotHaveDuplicates().allSatisfy(DeadBuffers::assertDead);
    }

    // ---- Slices --------------------------------------------------------------------------------

    @Test
    @DisplayName("E57 with a buffer die its slices and theirs, however many and however deep")
    void allSlicesDie() {
        IoBuffer root = buffer(200_000);
        List<IoBuffer> slices = new ArrayList<>();
        IoBuffer deep = root.readSlice(100_000);
        for (int i = 0; i < 90_000; i++) {
            deep.skip(1);
            slices.add(deep);
            deep = deep.readSlice(deep.remaining());
        }
        while (root.hasRemaining()) {
            IoBuffer slice = root.readSlice(10);
            slices.add(slice.readSlice(3));
            slices.add(slice.readSlice(7));
            slices.add(slice);
        }
        root.invalidate();
        assertDead(root);
        assertThat(slices).allMatch(slice -> slice.toString().equals("IoBuffer[dead]"));
        assertDead(slices.getFirst());
        assertDead(slices.getLast());
    }

    @Test
    @DisplayName("E57 a slice can end before its buffer, with its own slices and no others")
    void sliceEndsEarly() {
        IoBuffer root = IoBuffer.copyOf("abcdefgh".getBytes(UTF_8));
        IoBuffer before = root.readSlice(2);
        IoBuffer early = root.readSlice(2);
        IoBuffer ofEarly = early.readSlice(1);
        IoBuffer after = root.readSlice(2);
        early.invalidate();
        early.invalidate();
        assertDead(early);
        assertDead(ofEarly);
        assertThat(before.readString(2, UTF_8)).isEqualTo("ab");
        assertThat(after.readString(2, UTF_8)).isEqualTo("ef");
        assertThat(root.readString(2, UTF_8)).isEqualTo("gh");
        root.invalidate();
        assertDead(before);
        assertDead(after);
    }

    @Test
    @DisplayName("E57 slices that have ended are not kept by their buffer")
    void endedSlicesDoNotPileUp() throws ReflectiveOperationException {
        IoBuffer root = buffer(10_000);
        while (root.hasRemaining()) {
            root.readSlice(1).invalidate();
        }
        assertThat(slicesOf(root)).isEqualTo(1);
    }

    private static int slicesOf(IoBuffer buffer) throws ReflectiveOperationException {
        Field newest = IoBuffer.class.getDeclaredField("slices");
        Field older = IoBuffer.class.getDeclaredField("olderSlice");
        newest.setAccessible(true);
        older.setAccessible(true);
        int count = 0;
        for (Object slice = newest.get(buffer); slice != null; slice = older.get(slice)) {
            count++;
        }
        return count;
    }

    @Test
    void copyMayBeKept() {
        IoBuffer copy = IoBuffer.copyOf("abc".getBytes(UTF_8));
        IoBuffer slice = copy.readSlice(1);
        try (TurnedServer server =
                new TurnedServer(_ -> (connection, in) -> connection.write(copy))) {
            Peer peer = server.accepted().send("x");
            server.turnUntil(() -> peer.text().equals("bc"));
        }
        assertThat(copy.remaining()).isZero();
        assertThat(slice.readString(1, UTF_8)).isEqualTo("a");
        assertThatThrownBy(copy::readByte).isNotInstanceOf(IllegalStateException.class);
    }
}
