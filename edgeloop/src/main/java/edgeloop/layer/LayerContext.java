package edgeloop.layer;

/** What the layers of a server, or of a client, have in common on all reactors. */
public interface LayerContext {
    /** Loads what {@code source} says, for the core, which is of another package. */
    static LayerContext of(LayerSource source, LayerSource.Side side) {
        return source.load(side);
    }

    /**
     * The layers of one reactor's connections.
     *
     * @param sink that reactor's
     */
    Layers open(Sink sink);

    /** Loads what it was made of anew, all or nothing. Any thread may call. */
    void reload();

    /** Gives back what it has loaded, unless there are layers, the last of which does that. */
    void close();

    /** {@return the time that a handshake may take, in milliseconds; 0 for ever} */
    int handshakeTimeoutMillis();
}
