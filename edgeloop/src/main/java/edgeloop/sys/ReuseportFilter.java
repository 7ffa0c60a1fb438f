package edgeloop.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A program in the classic BPF of linux/filter.h and linux/bpf_common.h, which says who of the
 * sockets that listen on one port gets a connection.
 */
final class ReuseportFilter {
    private static final int LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private static final int JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final int RETURN = 0x06; // BPF_RET | BPF_K

    /** Where a load finds the number of the processor: SKF_AD_OFF + SKF_AD_CPU. */
    private static final int PROCESSOR = -0x1000 + 36;

    /** Nobody: the kernel goes by its hash then, reuseport_select_sock of sock_reuseport.c. */
    private static final int NOBODY = -1;

    private static final int INSTRUCTION_BYTES = 8;
    private static final int PROGRAM_BYTES = 16;

    private ReuseportFilter() {}

    /** A struct sock_fprog whose program answers i on {@code processors[i]}. */
    static MemorySegment byProcessor(int[] processors, Arena arena) {
        int count = 2 + 2 * processors.length;
        MemorySegment code = arena.allocate((long) count * INSTRUCTION_BYTES, INSTRUCTION_BYTES);
        put(code, 0, LOAD_WORD, 0, PROCESSOR);
        for (int i = 0; i < processors.length; i++) {
            put(code, 1 + 2 * i, JUMP_IF_EQUAL, 1, processors[i]); // or past the answer
            put(code, 2 + 2 * i, RETURN, 0, i);
        }
        put(code, count - 1, RETURN, 0, NOBODY);
        MemorySegment program = arena.allocate(PROGRAM_BYTES, Long.BYTES);
        program.set(JAVA_SHORT, 0, (short) count);
        program.set(JAVA_LONG, 8, code.address());
        return program;
    }

    /** A struct sock_filter: code, how far to jump if true, and if false, and a value. */
    private static void put(MemorySegment code, int index, int opcode, int ifFalse, int value) {
        long at = (long) index * INSTRUCTION_BYTES;
        code.set(JAVA_SHORT, at, (short) opcode);
        code.set(JAVA_BYTE, at + 2, (byte) 0);
        code.set(JAVA_BYTE, at + 3, (byte) ifFalse);
        code.set(JAVA_INT, at + 4, value);
    }
}
