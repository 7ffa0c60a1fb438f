/** What is said to people: numbers, advice, and why there is nothing to measure. */
@NullMarked
package edgeloop.cli.load.message;

import org.jspecify.annotations.NullMarked;
