package edgeloop.simulation;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import edgeloop.CloseReason;
import edgeloop.layer.Flow;
import edgeloop.layer.Layer;
import edgeloop.layer.Layers;
import edgeloop.tls.openssl.Native;
import edgeloop.tls.openssl.OpenSslLayer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A peer of a {@link TlsScenario}, and how it speaks TLS or breaks it. */
final class TlsPeer {
    /** What it begins with. */
    private enum Beginning {
        HELLO,
        HALF_A_HELLO,
        SILENCE,
        HTTP,
        NOISE,
        /** A hello, and then what is no record. */
        BROKEN_HELLO
    }

    /** How it ends. */
    private enum Ending {
        /** Says that it ends, and reads what it gets for it. */
        NOTIFY,
        /** Once it has got all back: says that it ends, and closes. */
        NOTIFY_WHEN_SERVED,
        /** Sends its FIN in the middle, and has not said that it ends. */
        TRUNCATE,
        RESET,
        /** Sends what is no record, once the handshake is over. */
        BREAK
    }

    private static final int[] PACES_NANOS = {1, 10_000, 200_000, 5_000_000, 100_000_000};
    private static final int LATER_NANOS = 20_000_000;
    private static final int MAX_VERSION = 124; // SSL_ctrl(3)
    private static final int TLS_1_2 = 0x303;
    private static final int KEY_UPDATE_REQUESTED = 1;
    private static final int PIECE_BYTES = 1 << 16;

    /** All peers of a thread use it in turn. */
    private static final ThreadLocal<MemorySegment> MEMORY =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(2 * PIECE_BYTES));

    final int index;

    private final TlsScenario scenario;
    private final Choices choices;
    private final Layers layers;
    private final TlsSink sink;
    private final Flow flow = new Flow();

    // The plan.
    private final Beginning beginning;
    private final Ending ending;
    private final int total;
    private final int chunk;
    private final int cut;
    private final int pace;
    private final int receiveBuffer;
    private final int sendBuffer;
    private final int endsAt;
    private final boolean oldVersion;
    private final boolean renewsKeys;

    // The progress.
    private @Nullable PeerSocket socket;
    private @Nullable Layer layer;
    private @Nullable TlsEcho handler;
    private byte[] coded = {};
    private int codedAt;
    private long nextNanos;
    private boolean established;
    private long lastSentNanos;
    private int said;
    private int received;
    private boolean notified;
    private boolean wasNotified;
    private boolean truncates;
    private boolean breaks;
    private boolean finished;
    private boolean over;
    private boolean served;

    TlsPeer(TlsScenario scenario, int index, Choices choices, Layers layers, TlsSink sink) {
        this.scenario = scenario;
        this.index = index;
        this.choices = choices;
        this.layers = layers;
        this.sink = sink;
        int begins = choices.below(16);
        this.beginning = begins < 11 ? Beginning.HELLO : Beginning.values()[begins - 10];
        this.ending = Ending.values()[choices.below(Ending.values().length)];
        this.total =
                choices.below(8) == 0 ? choices.magnitude(0, 200_000) : choices.magnitude(0, 3_000);
        this.chunk = choices.magnitude(1, Math.max(1, total));
        this.cut = choices.magnitude(1, 1 << 15);
        this.pace = PACES_NANOS[choices.below(PACES_NANOS.length)];
        int least = Math.max(1, total / 100); // byte by byte much would take for ever
        this.receiveBuffer = choices.magnitude(least, 1 << 17);
        this.sendBuffer = choices.magnitude(least, 1 << 15);
        this.endsAt = choices.below(2 * total + 1);
        this.oldVersion = choices.below(4) == 0;
        this.renewsKeys = choices.below(4) == 0;
        this.nextNanos = choices.below(2) == 0 ? 0 : choices.magnitude(0, 200_000_000);
    }

    // ---- What others ask ----------------------------------------------------------------------

    @Nullable PeerSocket socket() {
        return socket;
    }

    long nextNanos() {
        return nextNanos;
    }

    boolean isOver() {
        return over;
    }

    /** The bytes that it has encoded. */
    int said() {
        return said;
    }

    boolean hasNotified() {
        return notified;
    }

    boolean hasTruncated() {
        return truncates;
    }

    boolean hasBrokenTls() {
        return breaks;
    }

    void welcomed(TlsEcho own) {
        if (handler != null || beginning != Beginning.HELLO) {
            throw scenario.kernel.violation("peer %d was welcomed, and why?", index);
        }
        handler = own;
    }

    void wake() {
        if (!over) {
            int think = 1 + choices.below(scenario.isCalm() ? 10_000 : pace);
            nextNanos = Math.min(nextNanos, scenario.kernel.elapsedNanos() + think);
        }
    }

    void dispose() {
        if (layer != null) {
            layer.dispose();
            layer = null;
        }
    }

    // ---- What it does -------------------------------------------------------------------------

    void act() {
        nextNanos = World.NEVER;
        if (over) {
            return;
        }
        PeerSocket own = socket;
        if (own == null) {
            connect();
            return;
        }
        boolean moved = read(own);
        moved |= !over && say();
        moved |= !over && send(own);
        if (!over) {
            conclude(own);
        }
        if (moved) {
            wake();
        }
    }

    private void connect() {
        SimulatedKernel kernel = scenario.kernel;
        if (!kernel.isListening()) {
            end("was refused");
        } else if (kernel.canConnect()) {
            PeerSocket fresh = kernel.connect(receiveBuffer, sendBuffer);
            socket = fresh;
            fresh.onChange(this::wake);
            begin();
            note("connects");
            wake();
        } else {
            nextNanos = kernel.elapsedNanos() + LATER_NANOS;
        }
    }

    private void begin() {
        switch (beginning) {
            case HELLO, HALF_A_HELLO, BROKEN_HELLO -> {
                OpenSslLayer made =
                        (OpenSslLayer)
                                layers.begin(InetSocketAddress.createUnresolved("simulated", 443));
                layer = made;
                if (oldVersion) {
                    long _ = Native.call("SSL_ctrl", made.ssl(), MAX_VERSION, TLS_1_2, 0);
                }
                decode(0);
                if (beginning == Beginning.HALF_A_HELLO) {
                    coded = Arrays.copyOf(coded, choices.below(coded.length));
                } else if (beginning == Beginning.BROKEN_HELLO) {
                    addNoRecord();
                }
            }
            case SILENCE -> {}
            case HTTP -> add("GET / HTTP/1.1\r\n\r\n".getBytes(ISO_8859_1));
            case NOISE -> add(Pattern.copy(index, 0, choices.between(1, 100)));
        }
    }

    private void add(byte[] bytes) {
        byte[] all = Arrays.copyOf(coded, coded.length + bytes.length);
        System.arraycopy(bytes, 0, all, coded.length, bytes.length);
        coded = all;
    }

    private boolean read(PeerSocket own) {
        int available = Math.min(own.available(), PIECE_BYTES);
        if (available == 0) {
            return false;
        }
        int n = scenario.isCalm() ? available : 1 + choices.below(available);
        byte[] bytes = new byte[n];
        own.receive(bytes, 0, n);
        if (layer == null || beginning != Beginning.HELLO || wasNotified) {
            return true;
        }
        MemorySegment.copy(bytes, 0, MEMORY.get(), JAVA_BYTE, 0, n);
        decode(n);
        return true;
    }

    /** Decodes what lies at the beginning of the memory. */
    private void decode(int length) {
        MemorySegment memory = MEMORY.get();
        flow.setInput(memory, 0, length);
        Layer own = Objects.requireNonNull(layer);
        while (true) {
            flow.setOutput(memory, PIECE_BYTES, 2 * PIECE_BYTES);
            Layer.Step step = own.decode(flow);
            add(sink.take());
            check(memory, flow.outputAt - PIECE_BYTES);
            switch (step) {
                case ESTABLISHED -> established = true;
                case GOES_ON -> {}
                case ENDED -> {
                    wasNotified = true;
                    note("is told of the end");
                    return;
                }
                case FAILED -> {
                    if (!breaks) {
                        throw scenario.kernel.violation(
                                "peer %d does not understand: %s", index, own.failure());
                    }
                    return;
                }
                default -> {
                    return;
                }
            }
        }
    }

    private void check(MemorySegment memory, int length) {
        byte[] bytes = memory.asSlice(PIECE_BYTES, length).toArray(JAVA_BYTE);
        if (!Pattern.matches(bytes, length, index, received)) {
            throw scenario.kernel.violation("peer %d got wrong bytes from %d", index, received);
        }
        received += length;
        if (received > said) {
            throw scenario.kernel.violation("peer %d got more than it has said", index);
        }
    }

    /** Encodes some of what it has to say, once the last of it has gone out. */
    private boolean say() {
        if (!established || finished || notified || breaks || codedAt < coded.length) {
            return false;
        }
        if (said == total) {
            return false;
        }
        int n = Math.min(total - said, scenario.isCalm() ? total : 1 + choices.below(chunk));
        n = Math.min(n, PIECE_BYTES);
        if (renewsKeys && !oldVersion && choices.below(2) == 0) {
            long ssl = ((OpenSslLayer) Objects.requireNonNull(layer)).ssl();
            long _ = Native.call("SSL_key_update", ssl, KEY_UPDATE_REQUESTED);
        }
        MemorySegment memory = MEMORY.get();
        MemorySegment.copy(Pattern.copy(index, said, n), 0, memory, JAVA_BYTE, 0, n);
        flow.setInput(memory, 0, n);
        if (!Objects.requireNonNull(layer).encode(flow)) {
            throw scenario.kernel.violation("peer %d can't encode", index);
        }
        said += n;
        add(sink.take());
        return true;
    }

    private boolean send(PeerSocket own) {
        if (finished || codedAt == coded.length || own.isReset()) {
            return false;
        }
        int left = coded.length - codedAt;
        int wanted = Math.min(left, scenario.isCalm() ? left : 1 + choices.below(cut));
        int n = own.send(coded, codedAt, wanted);
        codedAt += n;
        lastSentNanos = n > 0 ? scenario.kernel.elapsedNanos() : lastSentNanos;
        if (codedAt == coded.length) {
            coded = new byte[0];
            codedAt = 0;
        }
        return n > 0;
    }

    private void conclude(PeerSocket own) {
        if (own.isReset()) {
            end("got a reset");
        } else if (own.isAtEnd()) {
            served = true;
            checkAnswered();
            own.close();
            end("got the end");
        } else if (!finished && coded.length == 0) {
            if (beginning != Beginning.HELLO) {
                if (!scenario.isCalm() && choices.below(64) == 0) {
                    own.close();
                    end("goes without a handshake");
                }
            } else if (established) {
                conclude(own, scenario.isCalm() ? Ending.NOTIFY : ending);
            }
        }
    }

    private void conclude(PeerSocket own, Ending how) {
        switch (how) {
            case NOTIFY -> {
                if (notified || breaks) {
                    return;
                }
                if (said == total) {
                    sayEnd();
                    wake();
                }
            }
            case NOTIFY_WHEN_SERVED -> {
                if (received == total && !notified && !breaks) {
                    sayEnd();
                    wake();
                }
            }
            case TRUNCATE -> {
                if (said + received >= endsAt && !notified && !breaks) {
                    truncates = true;
                    finished = true;
                    own.finish();
                    note("sends FIN, and has not said that it ends");
                }
            }
            case RESET -> {
                if (said + received >= endsAt) {
                    finished = true;
                    own.reset();
                    end("sends RST");
                }
            }
            case BREAK -> {
                if (said + received >= endsAt && !notified && !breaks) {
                    breaks = true;
                    addNoRecord();
                    wake();
                }
            }
        }
    }

    /** What looks like a record and is none. */
    private void addNoRecord() {
        byte[] record = Pattern.copy(index, 0, 5 + choices.below(100));
        record[0] = (byte) choices.between(20, 24);
        record[1] = 3;
        record[2] = 3;
        record[3] = 0;
        record[4] = (byte) (record.length - 5);
        add(record);
    }

    private void sayEnd() {
        notified = true;
        Objects.requireNonNull(layer).finish();
        add(sink.take());
        note("says that it ends");
    }

    private void end(String how) {
        over = true;
        nextNanos = World.NEVER;
        note(how);
    }

    private void note(String what) {
        if (scenario.kernel.isTraced()) {
            scenario.kernel.note("    peer %d %s", index, what);
        }
    }

    /** A server that has all of a hello, and time, answers it. */
    private void checkAnswered() {
        boolean hasAsked = beginning == Beginning.HELLO && !established && codedAt == coded.length;
        long since = Math.max(lastSentNanos, scenario.calmNanos()); // a fault may stop all time
        long waited = scenario.kernel.elapsedNanos() - since;
        if (hasAsked
                && scenario.isCalm()
                && waited > TlsScenario.LIMIT.toNanos() / 2
                && !scenario.isShuttingDown()) {
            throw scenario.kernel.violation(
                    "peer %d has waited %d ns for the handshake, and got a FIN", index, waited);
        }
    }

    /** Who said that it ends, and got an end, got all back first, and was told that it was all. */
    void check() {
        TlsEcho own = handler;
        CloseReason why = own == null ? null : own.reason;
        if (why == null || !served) {
            return;
        }
        boolean orderly =
                why instanceof CloseReason.PeerClosed || why instanceof CloseReason.LocallyClosed;
        if (orderly && !wasNotified) {
            throw scenario.kernel.violation("peer %d got a FIN, and was not told: %s", index, why);
        }
        if (why instanceof CloseReason.PeerClosed && received != said) {
            throw scenario.kernel.violation(
                    "peer %d got %d bytes back of %d", index, received, said);
        }
    }

    @Override
    public String toString() {
        return String.format(
                "peer %d (%s, %s, %s%s): said %d of %d, received %d%s%s",
                index,
                oldVersion ? "TLS 1.2" : "TLS 1.3",
                beginning,
                ending,
                renewsKeys ? ", new keys" : "",
                said,
                total,
                received,
                established ? ", established" : "",
                over ? ", over" : "");
    }
}
