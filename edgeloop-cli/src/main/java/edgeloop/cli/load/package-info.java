/**
 * The load tester. {@link edgeloop.cli.load.LoadEngine} does the work on the reactor's thread and
 * hands intervals of what it saw to the program's main thread, which makes {@link
 * edgeloop.cli.load.Results} of them; every output is a view of those.
 */
@NullMarked
package edgeloop.cli.load;

import org.jspecify.annotations.NullMarked;
