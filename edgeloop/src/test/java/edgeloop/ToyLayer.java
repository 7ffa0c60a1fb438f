package edgeloop;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import edgeloop.layer.Agreement;
import edgeloop.layer.Flow;
import edgeloop.layer.Layer;
import edgeloop.layer.LayerContext;
import edgeloop.layer.Layers;
import edgeloop.layer.Sink;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A layer that shows what the core does with any: records of a type, a length of two bytes and
 * bytes that are turned around. The client begins with a hello, which the server answers; what a
 * handshake does at its turn, and what a task does, is to wait for that.
 */
final class ToyLayer extends Layer {
    static final int HELLO = 'H';
    static final int DATA = 'D';
    static final int END = 'E';
    static final int ALERT = 'A';

    /** Is answered by as much. */
    static final int PING = 'P';

    /** Makes the layer throw. */
    static final int BUG = 'B';

    private static final int MAX = 16 * 1024;

    /** Where a layer throws. */
    enum Breaks {
        ENCODE,
        FINISH
    }

    /** How layers behave, and what became of them. */
    static final class Toy extends TransportSecurity {
        boolean isCostly;
        boolean hasTasks;

        /** Whether it takes all that there is in one go. */
        boolean readsAhead;

        @Nullable Breaks breaks;
        int timeoutMillis = 10_000;
        int living;
        int turns;
        int reloads;
        final List<InetSocketAddress> remotes = new ArrayList<>();
        @Nullable Runnable continuation;

        @Override
        protected LayerContext load(Side side) {
            return new LayerContext() {
                @Override
                public Layers open(Sink sink) {
                    return new Layers() {
                        @Override
                        public Layer begin(@Nullable InetSocketAddress remote) {
                            living++;
                            if (remote != null) {
                                remotes.add(remote);
                            }
                            return new ToyLayer(Toy.this, sink, remote != null);
                        }

                        @Override
                        public void close() {}
                    };
                }

                @Override
                public void reload() {
                    reloads++;
                }

                @Override
                public void close() {}

                @Override
                public int handshakeTimeoutMillis() {
                    return timeoutMillis;
                }
            };
        }
    }

    private final Toy toy;
    private final Sink sink;
    private boolean mustSpeak;
    private final boolean isClient;
    private boolean greeted;
    private boolean established;
    private boolean asked;

    /** What is still to be shown of the record that is being taken. */
    private int left;

    /** The end, of which it goes on to tell. */
    private @Nullable Step last;

    private ToyLayer(Toy toy, Sink sink, boolean isClient) {
        this.toy = toy;
        this.sink = sink;
        this.isClient = isClient;
        this.mustSpeak = isClient;
    }

    /** What both begin with. */
    static final byte[] GREETING = record(HELLO, "");

    /** After which nothing follows. */
    static final byte[] FAREWELL = record(END, "");

    static byte[] record(int type, byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(type);
        out.write(bytes.length >> 8);
        out.write(bytes.length);
        for (byte b : bytes) {
            out.write(~b);
        }
        return out.toByteArray();
    }

    static byte[] record(int type, String text) {
        return record(type, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    static byte[] data(String text) {
        return record(DATA, text);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    /** The plaintext of whole data records. */
    static byte[] plain(byte[] records) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at + 3 <= records.length) {
            int length = (records[at + 1] & 0xff) << 8 | (records[at + 2] & 0xff);
            if (at + 3 + length > records.length) {
                break;
            }
            for (int i = 0; i < length; i++) {
                out.write(~records[at + 3 + i]);
            }
            at += 3 + length;
        }
        return out.toByteArray();
    }

    @Override
    public Step decode(Flow flow) {
        Step step = decodeOne(flow);
        while (toy.readsAhead && step == Step.GOES_ON && flow.outputSpace() > 0) {
            step = decodeOne(flow);
        }
        return step;
    }

    private Step decodeOne(Flow flow) {
        if (mustSpeak) {
            mustSpeak = false;
            put(HELLO, new byte[0]);
        }
        if (greeted && !established) {
            return greet(flow);
        }
        if (left > 0) {
            return take(flow);
        }
        if (last != null) {
            return last;
        }
        if (flow.inputLength() < 3) {
            return Step.WANTS_INPUT;
        }
        int at = flow.inputAt;
        int length =
                Byte.toUnsignedInt(flow.input.get(JAVA_BYTE, at + 1)) << 8
                        | Byte.toUnsignedInt(flow.input.get(JAVA_BYTE, at + 2));
        if (flow.inputLength() < 3 + length) {
            return Step.WANTS_INPUT;
        }
        int type = flow.input.get(JAVA_BYTE, at);
        flow.inputAt += 3;
        return begin(type, length, flow);
    }

    private Step begin(int type, int length, Flow flow) {
        return switch (type) {
            case HELLO -> {
                greeted = true;
                yield greet(flow);
            }
            case DATA -> {
                left = length;
                yield take(flow);
            }
            case PING -> {
                flow.inputAt += length;
                put(PING, new byte[length]);
                yield Step.GOES_ON;
            }
            case BUG -> throw new IllegalStateException("a layer's bug");
            case END -> {
                last = Step.ENDED;
                yield last;
            }
            default -> {
                put(ALERT, new byte[0]);
                last = Step.FAILED;
                yield last;
            }
        };
    }

    /** As much as there is room for. */
    private Step take(Flow flow) {
        for (int n = Math.min(left, flow.outputSpace()); n > 0; n--) {
            byte b = (byte) ~flow.input.get(JAVA_BYTE, flow.inputAt++);
            flow.output.set(JAVA_BYTE, flow.outputAt++, b);
            left--;
        }
        return Step.GOES_ON;
    }

    private Step greet(Flow flow) {
        if (toy.isCostly && !flow.takesTurn()) {
            return Step.WAITS_FOR_TURN;
        }
        toy.turns++;
        if (toy.hasTasks && !asked) {
            asked = true;
            toy.continuation = sink.continuation();
            return Step.WAITS_FOR_TASK;
        }
        established = true;
        if (!isClient) {
            put(HELLO, new byte[0]);
        }
        return Step.ESTABLISHED;
    }

    @Override
    public boolean encode(Flow flow) {
        if (toy.breaks == Breaks.ENCODE) {
            throw new IllegalStateException("a layer's bug");
        }
        while (flow.inputLength() > 0) {
            int length = Math.min(MAX, flow.inputLength());
            put(DATA, flow.input.asSlice(flow.inputAt, length).toArray(JAVA_BYTE));
            flow.inputAt += length;
        }
        return true;
    }

    private void put(int type, byte[] bytes) {
        byte[] record = record(type, bytes);
        MemorySegment memory = Arena.ofAuto().allocate(record.length);
        MemorySegment.copy(record, 0, memory, JAVA_BYTE, 0, record.length);
        sink.put(memory, 0, record.length);
    }

    @Override
    public void finish() {
        if (toy.breaks == Breaks.FINISH) {
            throw new IllegalStateException("a layer's bug");
        }
        put(END, new byte[0]);
    }

    @Override
    public String failure() {
        return "no record";
    }

    @Override
    public boolean isResumed() {
        return false;
    }

    @Override
    public Agreement agreement() {
        return new Agreement("Toy", "TURNED", null, null, List.of(), false);
    }

    @Override
    public void dispose() {
        toy.living--;
    }
}
