package edgeloop.simulation;

import java.net.InetSocketAddress;

/** The program's wish to connect to a {@link RemoteHost}, which can be answered once. */
public final class ConnectAttempt {
    private final TcpConnection connection;

    ConnectAttempt(TcpConnection connection) {
        this.connection = connection;
    }

    TcpConnection connection() {
        return connection;
    }

    /** The address that the program connects to. */
    public InetSocketAddress address() {
        return connection.peer.address();
    }

    /** Whether it has been answered, or the program has given it up. */
    public boolean isOver() {
        return !connection.connecting;
    }

    /**
     * The connection is established.
     *
     * @return this host's end of it
     * @throws IllegalStateException if the attempt is over
     */
    public PeerSocket accept() {
        checkPending();
        connection.established();
        return connection.peer;
    }

    /**
     * There is no connection, and the program is told why.
     *
     * @param errno a positive one, such as ECONNREFUSED
     * @throws IllegalStateException if the attempt is over
     */
    public void refuse(int errno) {
        checkPending();
        connection.connectFailed(errno);
    }

    private void checkPending() {
        if (isOver()) {
            throw new IllegalStateException("the attempt is over");
        }
    }
}
