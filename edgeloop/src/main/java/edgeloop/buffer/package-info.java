/**
 * Pooled native memory: the segments in which a reactor keeps what a handler has not read yet or a
 * peer will not take yet.
 */
@NullMarked
package edgeloop.buffer;

import org.jspecify.annotations.NullMarked;
