package edgeloop.bench.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Echo on {@link Selector}: one thread, one direct buffer for all, and a copy kept only of what a
 * slow reader hasn't taken. The selector is level-triggered, so one read per event is enough.
 */
public final class NioSelectorEcho {
    private static final int BUFFER_SIZE = 64 * 1024;
    private static final int BACKLOG = 4096;

    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE);

    private NioSelectorEcho() throws IOException {}

    public static void main(String[] args) throws IOException {
        new NioSelectorEcho().run();
    }

    private void run() throws IOException {
        var listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        System.out.println("Listening on port " + listener.socket().getLocalPort());
        while (true) {
            selector.select(this::onReady);
        }
    }

    private void onReady(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                acceptAll((ServerSocketChannel) key.channel());
            } else if (key.isWritable()) {
                sendRest(key);
            } else {
                echo(key);
            }
        } catch (IOException peerIsGone) {
            close(key);
        }
    }

    private void acceptAll(ServerSocketChannel listener) throws IOException {
        for (SocketChannel c = listener.accept(); c != null; c = listener.accept()) {
            c.configureBlocking(false);
            c.setOption(StandardSocketOptions.TCP_NODELAY, true);
            c.register(selector, SelectionKey.OP_READ);
        }
    }

    private void echo(SelectionKey key) throws IOException {
        var channel = (SocketChannel) key.channel();
        buffer.clear();
        if (channel.read(buffer) < 0) {
            close(key);
            return;
        }
        buffer.flip();
        channel.write(buffer);
        if (buffer.hasRemaining()) {
            key.attach(ByteBuffer.allocate(buffer.remaining()).put(buffer).flip());
            key.interestOps(SelectionKey.OP_WRITE);
        }
    }

    private static void sendRest(SelectionKey key) throws IOException {
        var rest = (ByteBuffer) key.attachment();
        ((SocketChannel) key.channel()).write(rest);
        if (!rest.hasRemaining()) {
            key.attach(null);
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException alreadyGone) {
            key.cancel();
        }
    }
}
