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
    private static final int MAX = 16 * 1024;

    /** How layers behave, and what became of them. */
    static final class Toy extends TransportSecurity {
        boolean isCostly;
        boolean hasTasks;
        int timeoutMillis = 10_000;
        int living;
        int turns;
        int reloads;
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
        if (mustSpeak) {
            mustSpeak = false;
            put(HELLO, new byte[0]);
        }
        if (greeted && !established) {
            return greet(flow);
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
        return switch (flow.input.get(JAVA_BYTE, at)) {
            case HELLO -> {
                flow.inputAt += 3 + length;
                greeted = true;
                yield greet(flow);
            }
            case DATA -> {
                take(flow, at + 3, length);
                yield Step.GOES_ON;
            }
            case END -> {
                flow.inputAt += 3;
                yield Step.ENDED;
            }
            default -> {
                put(ALERT, new byte[0]);
                yield Step.FAILED;
            }
        };
    }

    private static void take(Flow flow, int from, int length) {
        if (flow.outputSpace() >= length) {
            for (int i = 0; i < length; i++) {
                byte b = (byte) ~flow.input.get(JAVA_BYTE, from + i);
                flow.output.set(JAVA_BYTE, flow.outputAt++, b);
            }
            flow.inputAt += 3 + length;
        }
    }

    private Step greet(Flow flow) {
        if (toy.isCostly && !flow.hasTurn) {
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
        put(END, new byte[0]);
    }

    @Override
    public String failure() {
        return "no record";
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
