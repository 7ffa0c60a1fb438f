/**
 * The side-by-side benchmark: the same load, in turn and repeatedly, against Edgeloop, a C floor
 * and other servers, measured from outside. {@link edgeloop.bench.SideBySide} is where it begins.
 */
@NullMarked
package edgeloop.bench;

import org.jspecify.annotations.NullMarked;
