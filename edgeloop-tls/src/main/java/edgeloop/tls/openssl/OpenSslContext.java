package edgeloop.tls.openssl;

import edgeloop.TlsException;
import edgeloop.layer.Layer;
import edgeloop.layer.LayerContext;
import edgeloop.layer.LayerSource.Side;
import edgeloop.layer.Layers;
import edgeloop.layer.Sink;
import edgeloop.tls.ClientAuthentication;
import edgeloop.tls.config.PeerName;
import edgeloop.tls.config.Settings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** OpenSSL for a server, or for a client: what all reactors share, and is loaded anew. */
public final class OpenSslContext implements LayerContext {
    // SSL_ctrl(3), openssl/ssl.h.
    private static final int SET_HOST_NAME = 55;

    private static final AtomicLong NEXT_ID = new AtomicLong(1);
    private static final Map<Long, OpenSslContext> CONTEXTS = new ConcurrentHashMap<>();
    private static final Map<Long, Certificates> CERTIFICATES = new ConcurrentHashMap<>();

    private final long id = NEXT_ID.getAndIncrement();
    private final Settings settings;
    private final TicketKeys ticketKeys;
    private final @Nullable FileChannel keyLog;
    private final ContextMaker maker;

    /** How many reactors use this. */
    private int open;

    /** None does any more, or ever has. */
    private boolean isClosed;

    private volatile Certificates certificates;

    private OpenSslContext(Settings settings, Side side) {
        this.settings = settings;
        this.ticketKeys =
                new TicketKeys(settings.clientAuthentication() == ClientAuthentication.NONE);
        this.keyLog = openKeyLog(settings.keyLog());
        this.maker = new ContextMaker(settings, side, id);
        this.certificates = loadCertificates();
    }

    /**
     * Loads what is needed.
     *
     * @throws TlsException if a file, or OpenSSL, is against it
     */
    public static OpenSslContext load(Settings settings, Side side) {
        return new OpenSslContext(settings, side);
    }

    /** Why a configuration of OpenSSL's keeps it from what is needed, in one line; null if not. */
    public static @Nullable String refusal(Settings settings, Side side) {
        try {
            new ContextMaker(settings, side, 0).probe();
            return null;
        } catch (TlsException e) {
            return e.getMessage();
        }
    }

    private static @Nullable FileChannel openKeyLog(@Nullable Path file) {
        if (file == null) {
            return null;
        }
        try {
            return FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            throw new TlsException("cannot write the key log " + file + ": " + e, e);
        }
    }

    private Certificates loadCertificates() {
        Certificates loaded = Certificates.load(settings, maker, NEXT_ID.getAndIncrement());
        CERTIFICATES.put(loaded.id, loaded);
        return loaded;
    }

    @Override
    public synchronized Layers open(Sink sink) {
        CONTEXTS.put(id, this);
        open++;
        return new OpenSslLayers(this, sink);
    }

    /** A reactor uses this no more; the last one ends it. */
    synchronized void closed() {
        open--;
        close();
    }

    @Override
    public synchronized void close() {
        if (open == 0 && !isClosed) {
            isClosed = true;
            CONTEXTS.remove(id);
            release(certificates);
            closeKeyLog();
        }
    }

    private void closeKeyLog() {
        if (keyLog != null) {
            try {
                keyLog.close();
            } catch (IOException e) {
                // it was written, or nothing can be done about it
            }
        }
    }

    @Override
    public synchronized void reload() {
        if (isClosed) {
            return;
        }
        Certificates before = certificates;
        certificates = loadCertificates();
        release(before);
    }

    @Override
    public int handshakeTimeoutMillis() {
        return (int) settings.handshakeTimeout().toMillis();
    }

    // ---- Certificates -------------------------------------------------------------------------

    boolean isNewer(Certificates than) {
        return certificates != than;
    }

    synchronized Certificates retain() {
        certificates.retain();
        return certificates;
    }

    void release(Certificates used) {
        if (used.release()) {
            CERTIFICATES.remove(used.id);
        }
    }

    /** A server is about to make tickets, if it makes any. */
    void renewTicketKeys(long nowNanos) {
        if (settings.resumed()) {
            ticketKeys.rotate(nowNanos);
        }
    }

    TicketKeys ticketKeys() {
        return ticketKeys;
    }

    // ---- Clients ------------------------------------------------------------------------------

    Layer begin(OpenSslLayers layers, InetSocketAddress remote) {
        PeerName peer = PeerName.of(settings, remote);
        long ssl = layers.newSsl();
        try {
            name(ssl, peer);
        } catch (TlsException e) {
            OpenSsl.free(ssl);
            throw e;
        }
        if (settings.resumed()) {
            layers.sessions.resume(peer, ssl);
        }
        return new ClientLayer(layers, ssl, peer, settings);
    }

    /**
     * Says whom a client is about to speak with. All is looked at: where OpenSSL is not told of a
     * name, every certificate is one for it.
     */
    private void name(long ssl, PeerName peer) {
        long _ = Native.call("SSL_set_connect_state", ssl);
        try (Arena arena = Arena.ofConfined()) {
            long host = arena.allocateFrom(peer.host()).address();
            boolean isNamed =
                    peer.serverName() == null
                            || (int) Native.call("SSL_ctrl", ssl, SET_HOST_NAME, 0, host) == 1;
            if (!isNamed || (settings.verified() && !verifies(ssl, peer, host))) {
                throw new TlsException(
                        "cannot ask for '" + peer.host() + "': " + OpenSsl.takeError("no name"),
                        null);
            }
        }
    }

    /** What looks like an address and is none is a name, which no certificate is for. */
    private static boolean verifies(long ssl, PeerName peer, long host) {
        long parameters = Native.call("SSL_get0_param", ssl);
        boolean isAddress =
                peer.serverName() == null
                        && (int) Native.call("X509_VERIFY_PARAM_set1_ip_asc", parameters, host)
                                == 1;
        return isAddress
                || (!peer.host().isEmpty()
                        && (int) Native.call("X509_VERIFY_PARAM_set1_host", parameters, host, 0)
                                == 1);
    }

    // ---- What callbacks ask -------------------------------------------------------------------

    static @Nullable Certificates certificates(long id) {
        return CERTIFICATES.get(id);
    }

    /** Whose connection it is; null if it is gone. */
    static @Nullable OpenSslContext of(long ssl) {
        return CONTEXTS.get(OpenSsl.owner(ssl));
    }

    /** Not on the loop's time: whoever asks for this wants to see what is secret, not to serve. */
    void logKey(String line) throws IOException {
        if (keyLog != null) {
            byte[] bytes = (line + "\n").getBytes(StandardCharsets.US_ASCII);
            int _ = keyLog.write(ByteBuffer.wrap(bytes));
        }
    }
}
