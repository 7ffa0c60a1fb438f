/**
 * TLS for the connections of {@code edgeloop}, by the machine's OpenSSL 3 or by the JDK's own
 * engine.
 *
 * <p>Start at {@link edgeloop.tls.Tls}.
 */
@SuppressWarnings("module") // the simulation is built after this, and often not there at all
module edgeloop.tls {
    requires transitive edgeloop;
    requires static org.jspecify;

    exports edgeloop.tls;

    // To play the other side, and to make OpenSSL do the same each time.
    exports edgeloop.tls.openssl to
            edgeloop.simulation;
}
