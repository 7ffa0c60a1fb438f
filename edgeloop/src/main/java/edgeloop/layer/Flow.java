package edgeloop.layer;

import java.lang.foreign.MemorySegment;

/**
 * What goes into a {@link Layer} and what comes out of it; one for each reactor. The layer moves
 * the two positions forward, by what it has read and by what it has written.
 */
public final class Flow {
    /** Where input lies. */
    public MemorySegment input = MemorySegment.NULL;

    /** Where the input begins that has yet to be taken. */
    public int inputAt;

    /** Where it ends. */
    public int inputEnd;

    /** Where plaintext goes. */
    public MemorySegment output = MemorySegment.NULL;

    /** Where the next plaintext goes. */
    public int outputAt;

    /** Where there is no more room. */
    public int outputEnd;

    /** How often what takes long may be done before others have their turn. */
    public int turns;

    /** Creates one without bytes. */
    public Flow() {}

    /** Says what to read. */
    public void setInput(MemorySegment memory, int from, int to) {
        input = memory;
        inputAt = from;
        inputEnd = to;
    }

    /** Says where to write. */
    public void setOutput(MemorySegment memory, int from, int to) {
        output = memory;
        outputAt = from;
        outputEnd = to;
    }

    /** {@return whether what takes long may be done now}, which counts as done then. */
    public boolean takesTurn() {
        boolean taken = turns > 0;
        turns -= taken ? 1 : 0;
        return taken;
    }

    /** {@return the bytes that have yet to be read} */
    public int inputLength() {
        return inputEnd - inputAt;
    }

    /** {@return the bytes that there is room for} */
    public int outputSpace() {
        return outputEnd - outputAt;
    }
}
