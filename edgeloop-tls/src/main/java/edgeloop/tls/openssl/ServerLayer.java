package edgeloop.tls.openssl;

import edgeloop.layer.Flow;
import edgeloop.tls.hello.ClientHello;
import edgeloop.tls.hello.PlainHttp;
import org.jspecify.annotations.Nullable;

/** A server's side: nothing of OpenSSL is made before the client's first message is there. */
final class ServerLayer extends OpenSslLayer {
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
        return handshake(flow);
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
