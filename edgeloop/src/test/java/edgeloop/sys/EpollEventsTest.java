package edgeloop.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class EpollEventsTest {

    @Test
    @DisplayName("E42 the struct is packed on x86-64 and on no other architecture")
    void structIsPackedOnX86Alone() {
        assertThat(EpollEvents.isPacked("amd64")).isTrue();
        assertThat(EpollEvents.isPacked("x86_64")).isTrue();
        assertThat(EpollEvents.isPacked("aarch64")).isFalse();
        assertThat(EpollEvents.isPacked("riscv64")).isFalse();
        assertThat(EpollEvents.stride(true)).isEqualTo(12);
        assertThat(EpollEvents.dataOffset(true)).isEqualTo(4);
        assertThat(EpollEvents.stride(false)).isEqualTo(16);
        assertThat(EpollEvents.dataOffset(false)).isEqualTo(8);
    }

    @Test
    void eventsAreReadBackAsTheyWereSet() {
        try (Arena arena = Arena.ofConfined()) {
            var events = new EpollEvents(arena.allocate(EpollEvents.bytesFor(3)), 3);
            for (int i = 0; i < 3; i++) {
                events.set(i, EpollEvents.EPOLLET | i, 0x8000_0001_0000_0000L + i);
            }
            for (int i = 0; i < 3; i++) {
                assertThat(events.events(i)).isEqualTo(EpollEvents.EPOLLET | i);
                assertThat(events.data(i)).isEqualTo(0x8000_0001_0000_0000L + i);
            }
            assertThat(events.capacity()).isEqualTo(3);
        }
    }

    @Test
    void memoryThatIsTooSmallIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(EpollEvents.bytesFor(3) - 1);
            assertThatThrownBy(() -> new EpollEvents(memory, 3))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void anEventBeyondTheArrayIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            var events = new EpollEvents(arena.allocate(EpollEvents.bytesFor(4)), 3);
            assertThatThrownBy(() -> events.data(3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> events.events(-1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void kernelFillsTheArray() {
        var syscalls = new LinuxSyscalls();
        int epoll = syscalls.epollCreate();
        int first = syscalls.eventfd();
        int second = syscalls.eventfd();
        try (Arena arena = Arena.ofConfined()) {
            var events = new EpollEvents(arena.allocate(EpollEvents.bytesFor(2), 8), 2);
            syscalls.epollAdd(epoll, first, EpollEvents.EPOLLIN, 0x1111_2222_3333_4444L);
            syscalls.epollAdd(epoll, second, EpollEvents.EPOLLOUT, -2);
            syscalls.signalEventfd(first);
            assertThat(syscalls.epollWait(epoll, events, 0)).isEqualTo(2);
            int ofFirst = events.data(0) == -2 ? 1 : 0;
            assertThat(events.data(ofFirst)).isEqualTo(0x1111_2222_3333_4444L);
            assertThat(events.events(ofFirst)).isEqualTo(EpollEvents.EPOLLIN);
            assertThat(events.data(1 - ofFirst)).isEqualTo(-2);
            assertThat(events.events(1 - ofFirst)).isEqualTo(EpollEvents.EPOLLOUT);
        } finally {
            syscalls.close(epoll);
            syscalls.close(first);
            syscalls.close(second);
        }
    }

    @Test
    void masksAreDescribedByTheNamesOfTheirBits() {
        assertThat(EpollEvents.describe(0)).isEqualTo("0");
        assertThat(EpollEvents.describe(EpollEvents.EPOLLIN)).isEqualTo("EPOLLIN");
        assertThat(EpollEvents.describe(EpollEvents.EPOLLIN | EpollEvents.EPOLLRDHUP))
                .isEqualTo("EPOLLIN|EPOLLRDHUP");
        assertThat(EpollEvents.describe(0x1f | EpollEvents.EPOLLET))
                .isEqualTo("EPOLLIN|EPOLLPRI|EPOLLOUT|EPOLLERR|EPOLLHUP|EPOLLET");
        assertThat(EpollEvents.describe(EpollEvents.EPOLLHUP | 0x4000))
                .isEqualTo("EPOLLHUP|0x4000");
    }
}
