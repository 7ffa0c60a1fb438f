package edgeloop;

import edgeloop.layer.LayerSource;

/**
 * What the connections of a server or client are secured by. {@code edgeloop.tls.Tls}, of the
 * module {@code edgeloop.tls}, is the only one; there is nothing to be implemented here.
 */
@SuppressWarnings("exports") // its superclass has no member that is public
public abstract class TransportSecurity extends LayerSource {
    /** For {@code edgeloop.tls.Tls} alone: what it has to do is not exported. */
    protected TransportSecurity() {}
}
