/**
 * Test fixtures: a simulated kernel for servers of the library.
 *
 * <p>Start at {@link edgeloop.simulation.SimulatedServer} for a server that a test turns by hand,
 * and at {@link edgeloop.simulation.Seeds} for runs that seeds draw.
 */
module edgeloop.simulation {
    requires transitive edgeloop;
    requires edgeloop.tls;
    requires static org.jspecify;

    exports edgeloop.simulation;
}
