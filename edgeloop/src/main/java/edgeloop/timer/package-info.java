/** What is due when: timers, and the wheel that a reactor's hang on. Knows no clock. */
@NullMarked
package edgeloop.timer;

import org.jspecify.annotations.NullMarked;
