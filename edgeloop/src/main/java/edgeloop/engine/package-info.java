/**
 * How bytes move between the kernel and a reactor's channels: edges and completions, the budgets of
 * a turn, and what is submitted when. Who has them, and what they mean, is the business of {@code
 * edgeloop}.
 */
@NullMarked
package edgeloop.engine;

import org.jspecify.annotations.NullMarked;
