/**
 * What is measured: intervals of a stage and what they add up to, counts of errors and of
 * connections, the tester's own use of the machine. The floor of the house: knows no other room.
 */
@NullMarked
package edgeloop.cli.load.measure;

import org.jspecify.annotations.NullMarked;
