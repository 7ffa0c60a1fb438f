package edgeloop.engine;

/** A socket that listens, as an engine sees it: who comes is handed up. */
public abstract non-sealed class Listener extends Channel {
    private final boolean shared;

    /**
     * @param slot in the table that it is added to
     * @param shared whether other engines listen on the same socket
     */
    protected Listener(int slot, boolean shared) {
        super(slot);
        this.shared = shared;
    }

    /** Whether other engines listen on the same socket, and one is to be told of each who comes. */
    final boolean isShared() {
        return shared;
    }

    /** {@return whether one more is to be accepted} Asked before each. */
    protected abstract boolean wantsMore();

    /**
     * Somebody has come.
     *
     * @param socket the accepted socket, which is this one's business now
     */
    protected abstract void accepted(int socket);

    /** Nobody waits any more. */
    protected abstract void drained();

    /**
     * accept(2) failed.
     *
     * @param errno as a positive number; neither EAGAIN nor EINTR
     * @param failures how many times it has, this one included, since the engine began to accept
     */
    protected abstract void failed(int errno, int failures);
}
