package edgeloop.tls.hello;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import edgeloop.layer.Flow;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What a client says first, until it is there whole: so long it costs a server a few bytes, where a
 * TLS object would cost tens of thousands. What is short is kept here, what is longer with the
 * connection's other input, where memory is counted.
 *
 * <p>RFC 8446 sections 4 and 5.1: records of a type, a version of two bytes and a length of two,
 * and in them, perhaps in pieces, a message of a type and a length of three.
 */
public final class ClientHello {
    /** What came so far. */
    public enum State {
        /** The beginning of a hello. */
        INCOMPLETE,
        /** A hello. */
        COMPLETE,
        /** HTTP without TLS. */
        PLAIN_HTTP,
        /** Neither. */
        OTHER
    }

    /** The longest that is taken, records and all: one of today has some 300 to 1,900 bytes. */
    public static final int MAX_BYTES = 16 * 1024 + 5;

    /** The longest that is kept here. */
    private static final int MAX_KEPT_BYTES = 1_536;

    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int RECORD_HEADER = 5;
    private static final int MESSAGE_HEADER = 4;
    private static final byte[] NONE = {};

    private byte[] kept = NONE;
    private int length;

    /** Of a whole one. */
    private int helloBytes;

    /** Nothing has come. */
    public ClientHello() {}

    /**
     * Looks at what has come, and takes some of it to be kept.
     *
     * @return what it is, with that before it
     */
    public State look(Flow flow) {
        State state = state(flow);
        if (state == State.INCOMPLETE) {
            keep(flow);
        }
        return state;
    }

    /**
     * Copies a whole one to {@code target}, and takes it off what has come: what follows it stays.
     *
     * @param target of {@value #MAX_BYTES} bytes or more
     * @return its length
     */
    public int moveTo(MemorySegment target, Flow flow) {
        int rest = helloBytes - length;
        MemorySegment.copy(kept, 0, target, JAVA_BYTE, 0, length);
        MemorySegment.copy(flow.input, flow.inputAt, target, length, rest);
        flow.inputAt += rest;
        kept = NONE;
        length = 0;
        return helloBytes;
    }

    private void keep(Flow flow) {
        int taken = Math.min(flow.inputLength(), MAX_KEPT_BYTES - length);
        if (taken <= 0) {
            return;
        }
        if (length + taken > kept.length) {
            int size = Math.max(64, Integer.highestOneBit(length + taken - 1) << 1);
            kept = Arrays.copyOf(kept, Math.min(size, MAX_KEPT_BYTES));
        }
        MemorySegment.copy(flow.input, JAVA_BYTE, flow.inputAt, kept, length, taken);
        length += taken;
        flow.inputAt += taken;
    }

    private State state(Flow flow) {
        int size = length + flow.inputLength();
        if (size == 0) {
            return State.INCOMPLETE;
        }
        if (at(flow, 0) != HANDSHAKE) {
            return looksLikeHttp(flow, size);
        }
        if (size > 1 && at(flow, 1) != 3) {
            return State.OTHER;
        }
        int message = -1; // its length, once that is known
        int of = 0; // bytes of the message so far
        int headerByte = 0;
        int record = 0;
        while (size - record >= RECORD_HEADER) {
            int body = at(flow, record + 3) << 8 | at(flow, record + 4);
            if (at(flow, record) != HANDSHAKE
                    || body == 0
                    || record + RECORD_HEADER + body > MAX_BYTES) {
                return State.OTHER;
            }
            int there = Math.min(body, size - record - RECORD_HEADER);
            for (int i = 0; i < there && headerByte < MESSAGE_HEADER; i++, headerByte++) {
                int value = at(flow, record + RECORD_HEADER + i);
                if (headerByte == 0 && value != CLIENT_HELLO) {
                    return State.OTHER;
                }
                message = headerByte == 0 ? 0 : message << 8 | value;
            }
            of += there;
            if (headerByte == MESSAGE_HEADER) {
                if (message > MAX_BYTES) {
                    return State.OTHER;
                }
                if (there == body && of >= MESSAGE_HEADER + message) {
                    helloBytes = record + RECORD_HEADER + body;
                    return State.COMPLETE;
                }
            }
            if (there < body) {
                break;
            }
            record += RECORD_HEADER + body;
        }
        return State.INCOMPLETE;
    }

    /** A method of HTTP is of capital letters, and behind it there is a space. */
    private State looksLikeHttp(Flow flow, int size) {
        for (int i = 0; i < Math.min(size, 8); i++) {
            int c = at(flow, i);
            if (c == ' ' && i >= 3) {
                return State.PLAIN_HTTP;
            }
            if (c < 'A' || c > 'Z') {
                return State.OTHER;
            }
        }
        return size < 8 ? State.INCOMPLETE : State.OTHER;
    }

    private int at(Flow flow, int index) {
        byte b =
                index < length
                        ? kept[index]
                        : flow.input.get(JAVA_BYTE, flow.inputAt + index - length);
        return Byte.toUnsignedInt(b);
    }
}
