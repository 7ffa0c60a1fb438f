package edgeloop;

import edgeloop.engine.Channel;
import edgeloop.sys.Syscalls;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A channel as a reactor's listener sees it. One object serves all of a reactor's channels. */
final class ChannelSource implements EventSource {
    private final Syscalls syscalls;
    private @Nullable Channel channel;

    ChannelSource(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

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
        return switch (channel()) {
            case Connection connection -> connection.descriptor();
            case Acceptor acceptor -> acceptor.descriptor();
            default -> -1;
        };
    }

    @Override
    public boolean isListener() {
        return channel() instanceof Acceptor;
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
        return syscalls.localAddress(fd());
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress() {
        return channel() instanceof Connection connection ? connection.peer() : null;
    }
}
