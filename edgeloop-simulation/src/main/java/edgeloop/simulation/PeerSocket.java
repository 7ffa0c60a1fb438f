package edgeloop.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A peer's end of a connection with the program on the simulated kernel. Made by {@link
 * SimulatedKernel#connect} or {@link ConnectAttempt#accept}; no call blocks.
 */
public final class PeerSocket {
    private final TcpConnection connection;
    private final InetSocketAddress address;
    private @Nullable Runnable onChange;
    private @Nullable Object owner;
    private boolean finished;

    PeerSocket(SimulatedKernel kernel, InetSocketAddress address, ByteRing in, ByteRing out) {
        this.connection = new TcpConnection(kernel, this, in, out);
        this.address = address;
    }

    /** The address of the peer that is number {@code number}. */
    static InetSocketAddress address(int number) {
        byte[] bytes = {10, 0, (byte) (number >>> 8), (byte) number};
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), 10_000 + number % 50_000);
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    /** Whatever the one who drives this peer wants to find again. */
    @Nullable Object owner() {
        return owner;
    }

    void setOwner(Object newOwner) {
        owner = newOwner;
    }

    TcpConnection connection() {
        return connection;
    }

    /**
     * The address that the program sees: the one that it connected to, or one in 10.0.0.0/16 for
     * each peer, with port 10,000 + its number.
     */
    public InetSocketAddress address() {
        return address;
    }

    /** Runs {@code task} whenever there may be something new to do: bytes, space, FIN or RST. */
    public void onChange(Runnable task) {
        onChange = task;
    }

    void wake() {
        if (onChange != null) {
            onChange.run();
        }
    }

    /** Sends as much as the program's receive buffer takes; answers the bytes. */
    public int send(byte[] source, int offset, int length) {
        if (finished) {
            throw new IllegalStateException("this end has sent its FIN");
        }
        return connection.peerSend(source, offset, length);
    }

    /** Sends {@code text} in ISO-8859-1; answers the bytes taken. */
    public int send(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return send(bytes, 0, bytes.length);
    }

    /** Marks the bytes sent so far as urgent: a recv(2) ends before what is sent from now on. */
    public void markUrgent() {
        connection.urgentMark = connection.input.size();
        connection.urgent = true;
        connection.edge();
    }

    /** Reads what has come, at most {@code length} bytes; answers their number, perhaps 0. */
    public int receive(byte[] target, int offset, int length) {
        return connection.peerReceive(target, offset, length);
    }

    /** Reads all that has come. */
    public byte[] receive() {
        byte[] bytes = new byte[connection.output.size()];
        receive(bytes, 0, bytes.length);
        return bytes;
    }

    /** Reads all that has come, as text in ISO-8859-1. */
    public String receiveText() {
        return new String(receive(), StandardCharsets.ISO_8859_1);
    }

    /** The bytes that have come and were not read. */
    public int available() {
        return connection.output.size();
    }

    /** The bytes that the program's receive buffer would take now. */
    public int space() {
        return connection.input.space();
    }

    /** Whether the program's FIN has come, and all before it was read. */
    public boolean isAtEnd() {
        return connection.outputShut && !connection.reset && connection.output.size() == 0;
    }

    /** Whether the connection was reset by either side, and nothing is left to read. */
    public boolean isReset() {
        return connection.reset && connection.output.size() == 0;
    }

    /** Sends a FIN, and goes on reading. */
    public void finish() {
        finished = true;
        connection.peerFinish();
    }

    /** Closes for good: a FIN, or an RST if anything was left unread, or comes later. */
    public void close() {
        finished = true;
        connection.peerClose();
    }

    /** Sends an RST. */
    public void reset() {
        finished = true;
        connection.peerReset();
    }

    /**
     * Breaks the connection with an error of the network.
     *
     * @param errno the positive errno that the program gets
     */
    public void fail(int errno) {
        finished = true;
        connection.breakWith(errno);
    }
}
