/**
 * Sends and receives. {@link edgeloop.cli.load.engine.LoadSession} is what the main thread sees of
 * it; all else runs on the reactor's thread and hands over intervals of what it saw. Time is read
 * from the reactor's clock alone.
 */
@NullMarked
package edgeloop.cli.load.engine;

import org.jspecify.annotations.NullMarked;
