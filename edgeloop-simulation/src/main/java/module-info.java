/**
 * Test fixtures: a simulated kernel for servers of the library.
 *
 * <p>Start at {@link edgeloop.simulation.SimulatedServer}. {@code edgeloop.simulation.swarm} runs
 * the library itself against it, millions of times.
 */
module edgeloop.simulation {
    requires transitive edgeloop;
    requires static org.jspecify;

    exports edgeloop.simulation;
}
