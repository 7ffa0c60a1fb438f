package edgeloop.tls.openssl;

import edgeloop.layer.Agreement;
import edgeloop.layer.Flow;
import edgeloop.layer.Layer;

/** TLS by OpenSSL, from the first flight on. */
public abstract class OpenSslLayer extends Layer {
    final OpenSslLayers layers;

    /** The SSL, or 0. */
    long ssl;

    boolean established;
    private String failure = "";

    OpenSslLayer(OpenSslLayers layers) {
        this.layers = layers;
    }

    /** Goes on with the handshake, with what was pointed at. */
    final Step handshake() {
        int result = OpenSsl.handshake(ssl);
        if (result == 1) {
            layers.drain();
            established = true;
            return Step.ESTABLISHED;
        }
        int error = OpenSsl.error(ssl, result);
        if (error == OpenSsl.ERROR_WANT_READ) {
            layers.drain();
            return Step.WANTS_INPUT;
        }
        return failed(handshakeFailure());
    }

    /** Why the handshake failed, where OpenSSL says more than that it did. */
    String handshakeFailure() {
        return OpenSsl.takeError("the handshake failed");
    }

    /** {@return the SSL, for those who know what they do} 0 where there is none yet. */
    public final long ssl() {
        return ssl;
    }

    final Step handshake(Flow flow) {
        layers.point(flow);
        Step step = handshake();
        layers.taken(flow);
        return step;
    }

    final Step read(Flow flow) {
        layers.point(flow);
        Step step = Step.GOES_ON;
        while (flow.outputSpace() > 0) {
            int n = OpenSsl.read(ssl, flow.output.address() + flow.outputAt, flow.outputSpace());
            if (n <= 0) {
                step = stepAfter(n);
                break;
            }
            flow.outputAt += n;
            if (layers.isDrained() && !OpenSsl.hasPending(ssl)) {
                step = Step.WANTS_INPUT; // as one more read would find out
                break;
            }
        }
        layers.taken(flow);
        layers.drain();
        return step;
    }

    private Step stepAfter(int result) {
        return switch (OpenSsl.error(ssl, result)) {
            case OpenSsl.ERROR_WANT_READ -> Step.WANTS_INPUT;
            case OpenSsl.ERROR_ZERO_RETURN -> Step.ENDED;
            default -> failed(OpenSsl.takeError("the peer broke the protocol"));
        };
    }

    /** What OpenSSL has to say of it, an alert, goes out. */
    final Step failed(String why) {
        failure = why;
        layers.drain();
        return Step.FAILED;
    }

    @Override
    public final boolean encode(Flow flow) {
        while (flow.inputLength() > 0) {
            int n = OpenSsl.write(ssl, flow.input.address() + flow.inputAt, flow.inputLength());
            if (n <= 0) {
                Step _ = failed(OpenSsl.takeError("SSL_write failed"));
                return false;
            }
            flow.inputAt += n;
        }
        layers.drain();
        return true;
    }

    @Override
    public final void finish() {
        if (established) {
            OpenSsl.shutDown(ssl);
            layers.drain();
        }
    }

    @Override
    public final String failure() {
        return failure;
    }

    @Override
    public final boolean isResumed() {
        return OpenSsl.isResumed(ssl);
    }

    @Override
    public final Agreement agreement() {
        return Agreements.of(ssl, isResumed());
    }

    @Override
    public void dispose() {
        if (ssl != 0) {
            OpenSsl.passForEnded(ssl);
            OpenSsl.free(ssl);
            ssl = 0;
        }
    }
}
