package edgeloop.simulation;

/**
 * A host in the network of a {@link SimulatedKernel}, to which the program connects. Called in the
 * midst of the program's system calls.
 */
public interface RemoteHost {
    /** The most bytes of this host's that wait in the program's socket to be read. */
    default int receiveBuffer() {
        return 1 << 16;
    }

    /** The most bytes that the program's socket takes and this host has not read. */
    default int sendBuffer() {
        return 1 << 16;
    }

    /**
     * The program calls connect(2).
     *
     * @param attempt to be answered at once, or later, or never
     */
    void reached(ConnectAttempt attempt);
}
