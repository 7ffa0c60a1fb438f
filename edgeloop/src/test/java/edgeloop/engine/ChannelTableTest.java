package edgeloop.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ChannelTableTest {
    private final ChannelTable<TestStream> table = new ChannelTable<>(true);

    private static final class TestListener extends Listener {
        TestListener(int slot) {
            super(slot, false);
        }

        @Override
        protected boolean wantsMore() {
            return false;
        }

        @Override
        protected void accepted(int socket) {}

        @Override
        protected void drained() {}

        @Override
        protected void failed(int errno, int failures) {}

        @Override
        protected void releaseFailed(Engine.Release step, int errno) {}
    }

    private Channel add() {
        return table.add(TestListener::new);
    }

    private TestStream addStream() {
        return table.add(TestStream::new);
    }

    @Test
    void channelIsFoundByItsKey() {
        List<Channel> channels = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            channels.add(add());
        }
        assertThat(table.size()).isEqualTo(1000);
        for (Channel channel : channels) {
            assertThat(table.find(channel.key())).isSameAs(channel);
            assertThat(table.at(channel.slot)).isSameAs(channel);
        }
    }

    @Test
    void keysOfTheReactorsOwnDescriptorsFindNothing() {
        add();
        assertThat(table.find(-1)).isNull();
        assertThat(table.find(-2)).isNull();
        assertThat(table.find(1L << 32 | 1)).isNull();
        assertThat(table.find(1L << 32 | Integer.MAX_VALUE)).isNull();
    }

    @Test
    @DisplayName(
            "E24 the key of a connection that has closed finds nothing, though its slot serves")
    void keyOfAClosedConnectionFindsNothing() {
        TestStream connection = addStream();
        long key = connection.key();
        table.recycle(connection);
        assertThat(table.find(key)).isNull();
        assertThat(table.takeIdle()).isSameAs(connection);
        assertThat(connection.key()).isNotEqualTo(key);
        assertThat(table.find(connection.key())).isSameAs(connection);
        assertThat(table.find(key)).isNull();
    }

    @Test
    @DisplayName("E24 a generation that wraps around makes no key of the reactor's own")
    void generationThatWrapsAroundIsHarmless() {
        TestStream connection = addStream();
        connection.generation = -2;
        table.recycle(connection);
        assertThat(connection.generation).isEqualTo(-1);
        assertThat(connection.key()).isNotIn(-1L, -2L);
        assertThat(table.find(connection.key())).isSameAs(connection);
    }

    @Test
    void connectionClosedLastIsUsedFirst() {
        TestStream first = addStream();
        TestStream second = addStream();
        table.recycle(first);
        table.recycle(second);
        assertThat(table.takeIdle()).isSameAs(second);
        assertThat(table.takeIdle()).isSameAs(first);
        assertThat(table.takeIdle()).isNull();
    }

    @Test
    void freedSlotIsUsedAgain() {
        add();
        Channel freed = add();
        add();
        table.remove(freed);
        assertThat(table.at(freed.slot)).isNull();
        assertThat(table.find(freed.key())).isNull();
        assertThat(add().slot).isEqualTo(freed.slot);
        assertThat(table.size()).isEqualTo(3);
    }

    @Test
    @DisplayName("E58 where connections are not reused, a closed one is not given out again")
    void closedConnectionIsNotGivenOutAgain() {
        ChannelTable<TestStream> once = new ChannelTable<>(false);
        TestStream connection = once.add(TestStream::new);
        long key = connection.key();
        once.recycle(connection);
        assertThat(once.takeIdle()).isNull();
        assertThat(once.find(key)).isNull();
        assertThat(once.find(connection.key())).isNull();
        assertThat(once.add(TestStream::new).slot).as("the slot").isEqualTo(connection.slot);
    }
}
