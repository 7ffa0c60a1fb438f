package edgeloop.simulation;

import static edgeloop.sys.RingConstants.BUF_ADDR;
import static edgeloop.sys.RingConstants.BUF_BID;
import static edgeloop.sys.RingConstants.BUF_BYTES;
import static edgeloop.sys.RingConstants.BUF_LEN;
import static edgeloop.sys.RingConstants.BUF_RING_TAIL;
import static edgeloop.sys.RingConstants.CQE_BYTES;
import static edgeloop.sys.RingConstants.CQE_FLAGS;
import static edgeloop.sys.RingConstants.CQE_RES;
import static edgeloop.sys.RingConstants.CQE_USER_DATA;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An io_uring, io_uring(7): what is under way, and the memory that it shares with the program. Its
 * list is of the files at which something under way may have come to something; that is looked into
 * when the program enters the kernel, as {@code IORING_SETUP_DEFER_TASKRUN} has it.
 */
final class RingInstance extends ReadyList {
    // Where in the shared memory what lies, as this kernel has it.
    static final int SQ_TAIL = 4;
    static final int CQ_HEAD = 64;
    static final int CQ_TAIL = 68;
    static final int CQES = 128;

    /** Whoever does not show so much to anybody receives no more. */
    private static final int MOST_KEPT = 1 << 16;

    final int submissionEntries;
    final int completionEntries;

    /** Whether it may be entered. */
    boolean enabled;

    /** Completions that were written, so far. */
    long completions;

    private @Nullable MemorySegment rings;
    private @Nullable MemorySegment submissions;
    private int submitted;

    /** How many completions were written where the program sees them. */
    int completed;

    /** Those for which there is no room: user data, result and flags of each. */
    private final Deque<long[]> overflow = new ArrayDeque<>();

    /** Sends of which the program has yet to be told. */
    private final Deque<Sent> sends = new ArrayDeque<>();

    private final Deque<Sent> sendsTold = new ArrayDeque<>();

    private record Sent(long number, TcpConnection socket, int bytes) {}

    private @Nullable MemorySegment buffers;
    private int bufferEntries;
    private short bufferHead;
    private short bufferTail;
    private final BitSet free = new BitSet();

    /** Whether the program had seen all completions when it last asked for something. */
    private boolean seesAll;

    /** All that is under way. */
    private final List<RingOperation> underWay = new ArrayList<>();

    RingInstance(int submissionEntries, int completionEntries) {
        this.submissionEntries = submissionEntries;
        this.completionEntries = completionEntries;
    }

    int arrayOffset() {
        return CQES + completionEntries * CQE_BYTES;
    }

    // ---- Memory -------------------------------------------------------------------------------

    void mapRings(MemorySegment memory) {
        rings = memory;
        memory.asSlice(0, CQES).fill((byte) 0);
    }

    void mapSubmissions(MemorySegment memory) {
        submissions = memory;
    }

    /** Whether both parts are mapped. */
    boolean isMapped() {
        return rings != null && submissions != null;
    }

    private MemorySegment rings() {
        return Objects.requireNonNull(rings);
    }

    /** The submissions that the program has written and this has not taken. */
    int waiting() {
        return rings().get(JAVA_INT, SQ_TAIL) - submitted;
    }

    /** Takes the next submission: where it lies, in the order of the array. */
    long nextSubmission() {
        long slot = arrayOffset() + (submitted++ & submissionEntries - 1) * 4L;
        return rings().get(JAVA_INT, slot) * 64L;
    }

    MemorySegment submissions() {
        return Objects.requireNonNull(submissions);
    }

    // ---- Completions --------------------------------------------------------------------------

    /** The completions that the program has not taken note of. */
    int unseen() {
        return completed - rings().get(JAVA_INT, CQ_HEAD) + overflow.size();
    }

    /** Whether one more would have to wait for room. */
    boolean isFull() {
        return unseen() >= completionEntries;
    }

    void complete(long data, int result, int flags) {
        completions++;
        if (isFull() || !overflow.isEmpty()) {
            overflow.addLast(new long[] {data, result, flags});
        } else {
            write(data, result, flags);
        }
    }

    private void write(long data, int result, int flags) {
        long cqe = CQES + (completed & completionEntries - 1) * (long) CQE_BYTES;
        rings().set(JAVA_LONG, cqe + CQE_USER_DATA, data);
        rings().set(JAVA_INT, cqe + CQE_RES, result);
        rings().set(JAVA_INT, cqe + CQE_FLAGS, flags);
        rings().set(JAVA_INT, CQ_TAIL, ++completed);
    }

    /** Those that waited for room come in, as far as there is some now. */
    void flushOverflow() {
        while (!overflow.isEmpty()
                && completed - rings().get(JAVA_INT, CQ_HEAD) < completionEntries) {
            long[] next = overflow.removeFirst();
            write(next[0], (int) next[1], (int) next[2]);
        }
    }

    /** The last completion is of a send of {@code bytes}. */
    void noteSent(TcpConnection socket, int bytes) {
        sends.addLast(new Sent(completions, socket, bytes));
    }

    /** The program sees all completions for which there is room. */
    void tellOfSends() {
        long visible = completions - overflow.size();
        while (!sends.isEmpty() && sends.getFirst().number <= visible) {
            Sent first = sends.removeFirst();
            first.socket.sendTold(first.bytes);
            sendsTold.addLast(first);
        }
    }

    /** What of those it has taken note of is settled. */
    void settleSends() {
        int seen = rings().get(JAVA_INT, CQ_HEAD);
        while (!sendsTold.isEmpty() && sendsTold.getFirst().number <= seen) {
            Sent first = sendsTold.removeFirst();
            first.socket.unsettled -= first.bytes;
        }
    }

    // ---- Buffers ------------------------------------------------------------------------------

    void registerBuffers(MemorySegment entries, int count) {
        buffers = entries;
        bufferEntries = count;
    }

    /** Looks for what was given back; answers a number that is no buffer's to give, or -1. */
    int lookForBuffers() {
        MemorySegment entries = buffers;
        if (entries == null) {
            return -1;
        }
        short tail = entries.get(JAVA_SHORT, BUF_RING_TAIL);
        for (; bufferTail != tail; bufferTail++) {
            int number = entries.get(JAVA_SHORT, entry(bufferTail) + BUF_BID);
            if (number < 0 || free.get(number)) {
                return number;
            }
            free.set(number);
        }
        return -1;
    }

    private long entry(int index) {
        return (index & bufferEntries - 1) * (long) BUF_BYTES;
    }

    boolean hasBuffer() {
        return bufferHead != bufferTail;
    }

    int freeBuffers() {
        return free.cardinality();
    }

    int buffers() {
        return bufferEntries;
    }

    /** Where the next buffer lies. */
    long bufferAddress() {
        return Objects.requireNonNull(buffers).get(JAVA_LONG, entry(bufferHead) + BUF_ADDR);
    }

    int bufferLength() {
        return Objects.requireNonNull(buffers).get(JAVA_INT, entry(bufferHead) + BUF_LEN);
    }

    /** Takes it; answers its number. */
    int takeBuffer() {
        int number = Objects.requireNonNull(buffers).get(JAVA_SHORT, entry(bufferHead++) + BUF_BID);
        free.clear(number);
        return number;
    }

    // ---- What is under way --------------------------------------------------------------------

    void begin(RingOperation operation) {
        OpenFile file = operation.file;
        operation.keeps = keepsEnough(operation);
        file.watcher = this;
        file.operations.add(operation);
        underWay.add(operation);
    }

    void end(RingOperation operation) {
        OpenFile file = operation.file;
        file.operations.remove(operation);
        underWay.remove(operation);
        if (file.operations.isEmpty()) {
            withdraw(file);
            file.watcher = null;
            if (file.isClosing) {
                file.isClosing = false;
                file.release();
            }
        }
    }

    /** The program asks for what it asks for knowing how much it keeps, if it has seen all. */
    void noteKept() {
        seesAll = unseen() == 0;
        for (RingOperation each : underWay) {
            each.keeps = keepsEnough(each);
        }
    }

    /** If all that it asked for is done or under way: what goes on, it lets go on. */
    void checkKept() {
        for (RingOperation each : underWay) {
            if (each.file instanceof TcpConnection socket && each.receives) {
                socket.receivesOn = each.keeps && !each.cancelled && waiting() == 0;
            }
        }
    }

    private boolean keepsEnough(RingOperation operation) {
        return seesAll
                && operation.file instanceof TcpConnection socket
                && socket.unshown >= MOST_KEPT;
    }

    /** What was begun with {@code data} and is not cancelled; null if it has ended. */
    @Nullable RingOperation find(long data) {
        for (RingOperation each : underWay) {
            if (each.data == data && !each.cancelled) {
                return each;
            }
        }
        return null;
    }

    /** What is under way ends with the ring. */
    @Override
    void release() {
        while (!underWay.isEmpty()) {
            end(underWay.getLast());
        }
    }

    @Override
    int reportable(OpenFile file) {
        int mask = 0;
        for (int i = 0; i < file.operations.size(); i++) {
            mask |= file.operations.get(i).reportable();
        }
        return mask;
    }

    @Override
    boolean isReady() {
        return unseen() > 0 || super.isReady();
    }

    /** What is under way holds the file: it goes only with the last of that. */
    @Override
    void forget(OpenFile file) {
        file.isClosing = true;
    }

    /** io_poll_wake of Linux's poll.c: it is, whether or not anybody sleeps here. */
    @Override
    boolean takesAlone(OpenFile file) {
        return false;
    }
}
