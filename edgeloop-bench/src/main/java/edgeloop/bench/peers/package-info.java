/**
 * Echo servers on other foundations, each set up as its own experts would, to be measured beside
 * Edgeloop. Each stands alone, prints {@code Listening on port N} once it listens on a free port of
 * 127.0.0.1, runs until it is killed, and is correct for slow readers and half-closing clients. The
 * JVM flags they are started with are in {@link edgeloop.bench.ServerCatalog}.
 */
@NullMarked
package edgeloop.bench.peers;

import org.jspecify.annotations.NullMarked;
