package edgeloop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class IoBufferTest {
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void free() {
        arena.close();
    }

    /** A buffer of 64 bytes in which {@code text} is unread; behind it lies what is not its own. */
    private IoBuffer buffer(String text) {
        return buffer(text.getBytes(UTF_8));
    }

    private IoBuffer buffer(byte[] bytes) {
        MemorySegment memory = arena.allocate(64).fill((byte) 'x');
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        IoBuffer buffer = new IoBuffer();
        buffer.reset(memory, bytes.length);
        return buffer;
    }

    @Test
    void sliceIsReadAndEndsWhereItWasCut() {
        IoBuffer whole = IoBuffer.copyOf("hello world".getBytes(UTF_8));
        whole.skip(2);
        IoBuffer slice = whole.readSlice(4);
        assertThat(slice.remaining()).isEqualTo(4);
        assertThat(slice.getByte(0)).isEqualTo((byte) 'l');
        assertThat(slice.readString(4, UTF_8)).isEqualTo("llo ");
        assertThat(slice.hasRemaining()).isFalse();
        assertThat(whole.readString(5, UTF_8)).isEqualTo("world");
        assertThatThrownBy(() -> whole.readSlice(1)).isInstanceOf(BufferUnderflowException.class);
    }

    @Test
    void newBufferHasNothingUnread() {
        IoBuffer buffer = new IoBuffer();
        assertThat(buffer.remaining()).isZero();
        assertThat(buffer.hasRemaining()).isFalse();
    }

    @Test
    void numbersAreBigEndian() {
        byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, (byte) 0xff};
        IoBuffer in = buffer(bytes);
        assertThat(in.getByte(14)).isEqualTo((byte) -1);
        assertThat(in.getShort(0)).isEqualTo((short) 0x0102);
        assertThat(in.getInt(1)).isEqualTo(0x02030405);
        assertThat(in.getLong(7)).isEqualTo(0x08090a0b0c0d0effL);
        assertThat(in.remaining()).isEqualTo(15);

        assertThat(in.readByte()).isEqualTo((byte) 1);
        assertThat(in.readShort()).isEqualTo((short) 0x0203);
        assertThat(in.readInt()).isEqualTo(0x04050607);
        assertThat(in.readLong()).isEqualTo(0x08090a0b0c0d0effL);
        assertThat(in.hasRemaining()).isFalse();
    }

    @Test
    void getCountsFromTheFirstUnreadByte() {
        IoBuffer in = buffer("abcdef");
        in.skip(2);
        assertThat(in.getByte(0)).isEqualTo((byte) 'c');
        assertThat(in.getByte(3)).isEqualTo((byte) 'f');
        assertThatThrownBy(() -> in.getByte(4)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void getBeyondTheUnreadBytesIsRefused() {
        IoBuffer in = buffer("1234567");
        assertThatThrownBy(() -> in.getByte(7)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> in.getByte(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> in.getShort(6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> in.getInt(4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> in.getLong(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> in.getInt(Integer.MAX_VALUE))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(in.getShort(5)).isEqualTo((short) ('6' << 8 | '7'));
    }

    @Test
    void readingTooMuchIsRefusedAndReadsNothing() {
        IoBuffer in = buffer("123");
        assertThatThrownBy(in::readInt).isInstanceOf(BufferUnderflowException.class);
        assertThatThrownBy(in::readLong).isInstanceOf(BufferUnderflowException.class);
        assertThatThrownBy(() -> in.readBytes(4)).isInstanceOf(BufferUnderflowException.class);
        assertThatThrownBy(() -> in.skip(4)).isInstanceOf(BufferUnderflowException.class);
        assertThatThrownBy(() -> in.skip(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> in.readString(4, UTF_8))
                .isInstanceOf(BufferUnderflowException.class);
        assertThat(in.readString(3, UTF_8)).isEqualTo("123");
        assertThatThrownBy(in::readByte).isInstanceOf(BufferUnderflowException.class);
    }

    @Test
    void bytesAreReadIntoAnArray() {
        IoBuffer in = buffer("abcdef");
        byte[] target = new byte[5];
        in.readBytes(target, 1, 3);
        assertThat(target).isEqualTo(new byte[] {0, 'a', 'b', 'c', 0});
        assertThat(in.readBytes(2)).isEqualTo(new byte[] {'d', 'e'});
        assertThat(in.readBytes(0)).isEmpty();
        assertThat(in.remaining()).isEqualTo(1);
    }

    @Test
    void arrayThatIsTooSmallIsRefusedAndNothingIsRead() {
        IoBuffer in = buffer("abcdef");
        byte[] target = new byte[4];
        assertThatThrownBy(() -> in.readBytes(target, 2, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(in.remaining()).isEqualTo(6);
    }

    @Test
    void byteIsFoundByItsDistance() {
        IoBuffer in = buffer("one\ntwo\n");
        assertThat(in.indexOf((byte) '\n')).isEqualTo(3);
        assertThat(in.indexOf((byte) '\n', 3)).isEqualTo(3);
        assertThat(in.indexOf((byte) '\n', 4)).isEqualTo(7);
        in.skip(4);
        assertThat(in.indexOf((byte) '\n')).isEqualTo(3);
        assertThat(in.indexOf((byte) 'o', 0)).isEqualTo(2);
    }

    @Test
    void byteBehindTheUnreadOnesIsNotFound() {
        IoBuffer in = buffer("abc"); // and many an x
        assertThat(in.indexOf((byte) 'x')).isEqualTo(-1);
        in.skip(1);
        assertThat(in.indexOf((byte) 'a')).isEqualTo(-1);
        assertThat(in.indexOf((byte) 'b', 2)).isEqualTo(-1);
        assertThat(in.indexOf((byte) 'b', 100)).isEqualTo(-1);
        assertThat(in.indexOf((byte) 'b', Integer.MAX_VALUE)).isEqualTo(-1);
        assertThatThrownBy(() -> in.indexOf((byte) 'b', -1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void textIsReadInItsCharset() {
        IoBuffer in = buffer("grüß");
        assertThat(in.readString(6, UTF_8)).isEqualTo("grüß");
    }

    @Test
    void linesEndWithLfOrCrLf() {
        IoBuffer in = buffer("one\r\n\ntwo\rh\u00e4lf\n\r\nrest\r");
        assertThat(in.readLine()).isEqualTo("one");
        assertThat(in.readLine()).isEmpty();
        assertThat(in.readLine()).isEqualTo("two\rh\u00e4lf");
        assertThat(in.readLine()).isEmpty();
        assertThat(in.readLine()).isNull();
        assertThat(in.remaining()).isEqualTo(5);
    }
}
