/** The command-line programs: option parsing, output and process life, nothing of the loop. */
@NullMarked
package edgeloop.cli;

import org.jspecify.annotations.NullMarked;
