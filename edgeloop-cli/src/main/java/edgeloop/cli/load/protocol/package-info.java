/**
 * What goes over the wire: what a request sends, and how its answers are cut out of the input and
 * judged. Knows nothing of time or load.
 */
@NullMarked
package edgeloop.cli.load.protocol;

import org.jspecify.annotations.NullMarked;
