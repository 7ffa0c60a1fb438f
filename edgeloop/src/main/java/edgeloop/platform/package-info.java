/**
 * What a reactor runs on beside the kernel: who turns it, how tasks reach it, and where its log
 * goes. A simulation has one of its own.
 */
@NullMarked
package edgeloop.platform;

import org.jspecify.annotations.NullMarked;
