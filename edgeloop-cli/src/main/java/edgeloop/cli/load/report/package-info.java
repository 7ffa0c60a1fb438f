/** Outputs, each of them a view of the results or of the run under way. */
@NullMarked
package edgeloop.cli.load.report;

import org.jspecify.annotations.NullMarked;
