/**
 * The seam to the kernel: every system call and all time pass through {@link
 * edgeloop.sys.Syscalls}, and native code is linked nowhere else.
 */
@NullMarked
package edgeloop.sys;

import org.jspecify.annotations.NullMarked;
