package edgeloop.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Sends and never reads. */
final class FloodingClient implements AutoCloseable {
    /** As long as nothing has been taken for this long, nothing will be. */
    private static final long PATIENCE_MILLIS = 500;

    private final SocketChannel channel;
    private final Selector selector;

    FloodingClient(int port) {
        try {
            channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            selector = Selector.open();
            channel.register(selector, SelectionKey.OP_WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends {@code text} again and again, until nobody takes it; answers the bytes taken. */
    long flood(String text, long most) {
        byte[] block = text.repeat(1 + 65_536 / text.length()).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer source = ByteBuffer.wrap(block);
        long sent = 0;
        try {
            while (sent < most) {
                int n = channel.write(source);
                sent += n;
                if (!source.hasRemaining()) {
                    source.rewind();
                } else if (n == 0) {
                    selector.selectedKeys().clear();
                    if (selector.select(PATIENCE_MILLIS) == 0) {
                        return sent;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sent;
    }

    @Override
    public void close() {
        try {
            selector.close();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
