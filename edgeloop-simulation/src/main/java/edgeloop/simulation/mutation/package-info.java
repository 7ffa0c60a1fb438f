/**
 * Programs that are wrong in one place, for tests of tests: what a simulation must find. Of no use
 * to users, and not exported.
 */
@NullMarked
package edgeloop.simulation.mutation;

import org.jspecify.annotations.NullMarked;
