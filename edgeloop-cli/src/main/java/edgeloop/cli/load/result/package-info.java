/**
 * What a run says: {@link edgeloop.cli.load.result.Results} are made of what was measured, and
 * verdicts, conditions, comparisons and sums of results are made of them.
 */
@NullMarked
package edgeloop.cli.load.result;

import org.jspecify.annotations.NullMarked;
