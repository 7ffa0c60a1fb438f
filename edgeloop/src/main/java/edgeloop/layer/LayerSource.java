package edgeloop.layer;

/**
 * What a user chooses a layer by. No member is public: those of a subclass are all that they see.
 */
public abstract class LayerSource {
    protected LayerSource() {}

    /**
     * Loads what is needed.
     *
     * @throws RuntimeException if that can't be
     */
    protected abstract LayerContext load(Side side);

    /** Who it is for. */
    public enum Side {
        /** Who connects, and speaks first. */
        CLIENT,
        /** Who is connected to. */
        SERVER
    }
}
