package edgeloop;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A client that never blocks, for tests that turn the server on their own thread. */
final class Peer implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    private boolean ended;
    private boolean reset;

    private Peer(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
    }

    /** The kernel completes the handshake, so the server need not have accepted. */
    static Peer connect(int port) {
        return connect(port, 0);
    }

    /** A peer whose receive buffer holds about {@code receiveBytes}, if that is not 0. */
    static Peer connect(int port, int receiveBytes) {
        try {
            SocketChannel channel = SocketChannel.open();
            if (receiveBytes > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBytes);
            }
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new Peer(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return channel.socket().getLocalPort();
    }

    Peer send(String text) {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends bytes that the kernel must take at once. */
    Peer send(byte[] bytes) {
        int sent = offer(bytes, 0, bytes.length);
        if (sent < bytes.length) {
            throw new AssertionError("the kernel took " + sent + " of " + bytes.length + " bytes");
        }
        return this;
    }

    /** Sends as much as the kernel takes, and answers how much that is. */
    int offer(byte[] bytes, int offset, int length) {
        try {
            ByteBuffer source = ByteBuffer.wrap(bytes, offset, length);
            int sent = 0;
            int n;
            do {
                n = channel.write(source);
                sent += n;
            } while (n > 0 && source.hasRemaining());
            return sent;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void sendUrgent(int data) {
        try {
            channel.socket().sendUrgentData(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void sendFin() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes with RST. */
    void reset() {
        try {
            channel.socket().setSoLinger(true, 0);
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Receives what has come, and at most {@code most} bytes. */
    int receive(int most) {
        int total = 0;
        while (!ended && total < most) {
            buffer.clear().limit(Math.min(buffer.capacity(), most - total));
            int n;
            try {
                n = channel.read(buffer);
            } catch (IOException e) {
                reset = true;
                n = -1;
            }
            if (n == 0) {
                break;
            }
            if (n < 0) {
                ended = true;
                break;
            }
            received.write(buffer.array(), 0, n);
            total += n;
        }
        return total;
    }

    /** All that has been received up to now. */
    byte[] bytes() {
        int _ = receive(Integer.MAX_VALUE);
        return received.toByteArray();
    }

    /** All that has been received up to now, as text. */
    String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    int size() {
        int _ = receive(Integer.MAX_VALUE);
        return received.size();
    }

    /** Whether the server has ended the connection, by FIN or by reset. */
    boolean isEnded() {
        int _ = receive(Integer.MAX_VALUE);
        return ended;
    }

    boolean wasReset() {
        return isEnded() && reset;
    }

    boolean gotFin() {
        return isEnded() && !reset;
    }

    InetSocketAddress localAddress() {
        try {
            return (InetSocketAddress) channel.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
