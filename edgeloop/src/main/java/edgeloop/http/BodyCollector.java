package edgeloop.http;

import edgeloop.IoBuffer;
import java.io.ByteArrayOutputStream;

/** Keeps a whole body, which {@link HttpOptions#maxBodyBytes} bounds. */
final class BodyCollector implements BodyReceiver {
    private final BodyHandler handler;
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();

    BodyCollector(BodyHandler handler) {
        this.handler = handler;
    }

    @Override
    public void onData(RequestBody body, IoBuffer data) {
        collected.writeBytes(data.readBytes(data.remaining()));
    }

    @Override
    public Response onEnd(RequestBody body) throws Exception {
        return handler.handle(collected.toByteArray());
    }
}
