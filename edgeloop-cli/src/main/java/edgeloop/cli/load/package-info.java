/**
 * The load tester's commands, and its rooms: {@code measure} and {@code message} below, {@code
 * protocol}, {@code engine} and {@code result} on them, {@code report} above.
 */
@NullMarked
package edgeloop.cli.load;

import org.jspecify.annotations.NullMarked;
