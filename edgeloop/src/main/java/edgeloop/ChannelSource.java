package edgeloop;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A channel as a reactor's listener sees it. One object serves all of a reactor's channels. */
final class ChannelSource implements EventSource {
    private @Nullable Channel channel;

    /** From now on this is {@code of}. */
    ChannelSource of(Channel of) {
        channel = of;
        return this;
    }

    private Channel channel() {
        Channel now = channel;
        if (now == null) {
            throw new IllegalStateException("there has been no event");
        }
        return now;
    }

    @Override
    public int fd() {
        return channel().fd;
    }

    @Override
    public boolean isListener() {
        return channel() instanceof Acceptor;
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
        return channel().reactor.syscalls().localAddress(fd());
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress() {
        return channel() instanceof Connection connection ? connection.peer() : null;
    }
}
