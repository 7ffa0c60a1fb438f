package edgeloop.tls.openssl;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import edgeloop.layer.Flow;
import edgeloop.layer.Layer;
import edgeloop.layer.Layers;
import edgeloop.layer.Sink;
import edgeloop.tls.hello.ClientHello;
import edgeloop.tls.hello.PlainHttp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one reactor share: a BIO to read from, which is pointed at where input
 * lies, and one to write to, whose memory is handed to the sink as it lies. So a connection that
 * waits has no buffer.
 */
final class OpenSslLayers extends Layers {
    /** What a write of 64 KiB makes. */
    private static final long OUTPUT_BYTES = 66 * 1024;

    // struct buf_mem_st, openssl/buffer.h.
    private static final long LENGTH = 0;
    private static final long DATA = 8;
    private static final long MAX = 16;
    private static final long BUF_MEM_BYTES = 32;

    final Sink sink;
    private final OpenSslContext context;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment inputMem = arena.allocate(BUF_MEM_BYTES, 8);
    private final MemorySegment hello = arena.allocate(ClientHello.MAX_BYTES);
    private final long input;
    private final long output;
    private final long outputMem;
    private MemorySegment outputMemory = MemorySegment.NULL;
    private Certificates certificates;
    final ClientSessions sessions = new ClientSessions();

    OpenSslLayers(OpenSslContext context, Sink sink) {
        this.context = context;
        this.sink = sink;
        this.certificates = context.retain();
        this.input = OpenSsl.newBio();
        this.output = OpenSsl.newBio();
        this.outputMem = Native.call("BUF_MEM_new");
        if (outputMem == 0 || Native.call("BUF_MEM_grow", outputMem, OUTPUT_BYTES) == 0) {
            throw new OutOfMemoryError("OpenSSL has no memory for output");
        }
        OpenSsl.setBuffer(input, inputMem.address());
        emptyOutput();
    }

    @Override
    public Layer begin(@Nullable InetSocketAddress remote) {
        if (remote != null) {
            return context.begin(this, remote);
        }
        context.renewTicketKeys(sink.nanoTime());
        return new ServerLayer(this);
    }

    /** A connection with the certificates of now. */
    long newSsl() {
        if (context.isNewer(certificates)) {
            Certificates before = certificates;
            certificates = context.retain();
            context.release(before);
        }
        long ssl = OpenSsl.newSsl(certificates.sslContext());
        if (ssl == 0) {
            throw new OutOfMemoryError("SSL_new: " + OpenSsl.takeError("no memory"));
        }
        OpenSsl.setBios(ssl, input, output);
        return ssl;
    }

    // ---- Input --------------------------------------------------------------------------------

    /** Has connections read what {@code flow} has. */
    void point(Flow flow) {
        point(flow.input, flow.inputAt, flow.inputLength());
    }

    private void point(MemorySegment memory, int offset, int length) {
        inputMem.set(JAVA_LONG, LENGTH, length);
        inputMem.set(JAVA_LONG, DATA, memory.address() + offset);
        inputMem.set(JAVA_LONG, MAX, length);
        OpenSsl.setBuffer(input, inputMem.address());
    }

    /** Whether all was read of what was pointed at. */
    boolean isDrained() {
        return OpenSsl.pending(input) == 0;
    }

    /** Takes off {@code flow} what was read of it. */
    void taken(Flow flow) {
        flow.inputAt = flow.inputEnd - OpenSsl.pending(input);
    }

    /** Has a connection read a whole hello, which is taken off {@code flow}. */
    void point(ClientHello first, Flow flow) {
        point(hello, 0, first.moveTo(hello, flow));
    }

    // ---- Output -------------------------------------------------------------------------------

    /** Hands what was written to the sink. */
    void drain() {
        long length = Native.readLong(outputMem + LENGTH);
        if (length > 0) {
            long data = Native.readLong(outputMem + DATA);
            if (outputMemory.address() != data || outputMemory.byteSize() < length) {
                outputMemory = Native.memory(data, Native.readLong(outputMem + MAX));
            }
            sink.put(outputMemory, 0, (int) length);
            emptyOutput();
        }
    }

    private void emptyOutput() {
        Native.writeLong(outputMem + LENGTH, 0);
        OpenSsl.setBuffer(output, outputMem);
    }

    /** Says by HTTP what it can't be asked by that here. */
    void refuseHttp() {
        MemorySegment.copy(PlainHttp.ANSWER, 0, hello, JAVA_BYTE, 0, PlainHttp.ANSWER.length);
        sink.put(hello, 0, PlainHttp.ANSWER.length);
    }

    @Override
    public void close() {
        sessions.clear();
        long _ = Native.call("BIO_free", input);
        long _ = Native.call("BIO_free", output);
        long _ = Native.call("BUF_MEM_free", outputMem);
        context.release(certificates);
        context.closed();
    }
}
