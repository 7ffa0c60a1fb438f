package edgeloop.tls.openssl;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import edgeloop.layer.Flow;
import edgeloop.tls.hello.ClientHello;
import edgeloop.tls.hello.PlainHttp;
import org.jspecify.annotations.Nullable;

/** A server's side: nothing of OpenSSL is made before the client's first message is there. */
final class ServerLayer extends OpenSslLayer {
    // ContentType, RFC 8446 section 5.1.
    private static final byte CHANGE_CIPHER_SPEC = 20;
    private static final byte HANDSHAKE = 22;

    /** Its record, with the head. */
    private static final int CHANGE_CIPHER_SPEC_BYTES = 6;

    private @Nullable ClientHello hello = new ClientHello();
    private boolean stranger;

    ServerLayer(OpenSslLayers layers) {
        super(layers);
    }

    @Override
    public Step decode(Flow flow) {
        if (established) {
            return read(flow);
        }
        if (hello != null) {
            return greet(hello, flow);
        }
        if (isCostly(flow) && !flow.takesTurn()) {
            return Step.WAITS_FOR_TURN;
        }
        return handshake(flow);
    }

    /**
     * Whether the second flight brings what takes as long as a hello: another one, after a
     * HelloRetryRequest, or the keys of TLS 1.2. Those of TLS 1.3 that do not are encrypted, and
     * look like data; before either there may be a ChangeCipherSpec, RFC 8446 appendix D.4.
     */
    private static boolean isCostly(Flow flow) {
        int at = flow.inputAt;
        if (at < flow.inputEnd && type(flow, at) == CHANGE_CIPHER_SPEC) {
            at += CHANGE_CIPHER_SPEC_BYTES;
        }
        return at < flow.inputEnd && type(flow, at) == HANDSHAKE;
    }

    private static byte type(Flow flow, int at) {
        return flow.input.get(JAVA_BYTE, at);
    }

    private Step greet(ClientHello first, Flow flow) {
        return switch (first.look(flow)) {
            case INCOMPLETE -> Step.WANTS_INPUT;
            case OTHER -> failed("what came is no TLS");
            case PLAIN_HTTP -> {
                stranger = true;
                layers.refuseHttp();
                yield failed(PlainHttp.FAILURE);
            }
            case COMPLETE -> {
                if (!flow.takesTurn()) {
                    yield Step.WAITS_FOR_TURN;
                }
                hello = null;
                ssl = layers.newSsl();
                OpenSsl.accept(ssl);
                layers.point(first, flow);
                Step step = handshake();
                boolean more = step == Step.WANTS_INPUT && flow.inputLength() > 0;
                yield more ? Step.GOES_ON : step;
            }
        };
    }

    @Override
    public boolean isStranger() {
        return stranger;
    }
}
