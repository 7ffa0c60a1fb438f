package edgeloop.tls.openssl;

import edgeloop.layer.Flow;
import edgeloop.tls.config.PeerName;
import edgeloop.tls.config.Settings;

/** A client's side, which speaks first. */
final class ClientLayer extends OpenSslLayer {
    /**
     * Where a ticket is looked for: those that a server sends come with the first of its answers,
     * and a look costs more than it takes to read one.
     */
    private static final int READS_WITH_TICKETS = 4;

    private final PeerName peer;

    /** If not, OpenSSL tells what it thinks of the certificate all the same. */
    private final boolean isVerified;

    /** In how many reads a ticket may yet come. */
    private int looksLeft;

    /**
     * @param ssl prepared for this peer
     * @param settings whether it is verified, and sessions are to be kept for the next one
     */
    ClientLayer(OpenSslLayers layers, long ssl, PeerName peer, Settings settings) {
        super(layers);
        this.ssl = ssl;
        this.peer = peer;
        this.isVerified = settings.verified();
        this.looksLeft = settings.resumed() ? READS_WITH_TICKETS : 0;
    }

    @Override
    public Step decode(Flow flow) {
        if (!established) {
            return handshake(flow);
        }
        Step step = read(flow);
        if (looksLeft > 0 && step != Step.FAILED) {
            looksLeft = layers.sessions.save(peer, ssl) ? 0 : looksLeft - 1;
        }
        return step;
    }

    @Override
    String handshakeFailure() {
        long verified = isVerified ? Native.call("SSL_get_verify_result", ssl) : 0;
        if (verified == 0) {
            return super.handshakeFailure();
        }
        String _ = OpenSsl.takeError("");
        String why = Native.string(Native.call("X509_verify_cert_error_string", verified));
        return "the certificate of " + peer.host() + " is refused: " + why;
    }

    @Override
    public void dispose() {
        if (looksLeft > 0 && established) {
            boolean _ = layers.sessions.save(peer, ssl);
        }
        super.dispose();
    }
}
