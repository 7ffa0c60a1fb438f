package edgeloop.http;

import static edgeloop.DeadBuffers.assertDead;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.DeadBuffers;
import edgeloop.IoBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A request is dead when its handler has returned, a body's piece when its receiver has. */
class DeadRequestTest {
    private static final String GET = "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n";

    private final List<Request> kept = new ArrayList<>();
    private final List<IoBuffer> pieces = new ArrayList<>();

    private Response keep(Request request) {
        kept.forEach(DeadBuffers::assertDead);
        assertThat(request.path()).isEqualTo("/a");
        kept.add(request);
        return Response.text(200, "ok");
    }

    @Test
    @DisplayName("E57 a kept request is dead: between requests, during others', after the end")
    void keptRequest() {
        try (TestServer server = new TestServer(this::keep)) {
            for (int i = 0; i < 3; i++) {
                assertThat(server.connect().send(GET).readAnswer()).startsWith("HTTP/1.1 200 ");
            }
            TestServer.Client pipelining = server.connect().send(GET + GET);
            assertThat(pipelining.readAnswer()).startsWith("HTTP/1.1 200 ");
            assertThat(pipelining.readAnswer()).startsWith("HTTP/1.1 200 ");
        }
        assertThat(kept).hasSize(5).allSatisfy(DeadBuffers::assertDead);
    }

    @Test
    @DisplayName("E57 the request of a handler that failed is dead too")
    void keptByAHandlerThatFails() {
        try (TestServer server =
                new TestServer(
                        request -> {
                            kept.add(request);
                            throw new IllegalArgumentException("on purpose");
                        })) {
            assertThat(server.connect().send(GET).readAnswer()).startsWith("HTTP/1.1 500 ");
        }
        assertDead(kept.getFirst());
    }

    @Test
    @DisplayName("E57 an answer that is given later can't ask the request any more: 500")
    void askedLater() throws InterruptedException {
        CompletableFuture<Response> later = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        try (TestServer server =
                new TestServer(
                        request -> {
                            asked.countDown();
                            return Response.later(
                                    later.thenApply(_ -> Response.text(200, request.path())));
                        })) {
            TestServer.Client client = server.connect().send(GET);
            asked.await();
            server.server.reactors().getFirst().execute(() -> later.complete(Response.empty(204)));
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 500 ");
        }
    }

    /** Keeps each piece of a body, a slice of that, and a slice of the slice. */
    private final class Keeper implements BodyReceiver {
        private int received;

        @Override
        public void onData(RequestBody body, IoBuffer data) {
            pieces.forEach(DeadBuffers::assertDead);
            received += data.remaining();
            IoBuffer slice = data.readSlice(data.remaining());
            pieces.addAll(List.of(data, slice, slice.readSlice(1)));
        }

        @Override
        public Response onEnd(RequestBody body) {
            pieces.forEach(DeadBuffers::assertDead);
            return Response.text(200, String.valueOf(received));
        }
    }

    @Test
    @DisplayName(
            "E57 a body's piece is dead when onData has returned, also between chunks of a read")
    void keptPieces() {
        try (TestServer server =
                new TestServer(
                        request -> {
                            kept.add(request);
                            return request.receive(new Keeper());
                        })) {
            var request =
                    new StringBuilder(
                            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 100; i++) {
                request.append("3\r\nabc\r\n");
            }
            request.append("0\r\n\r\n");
            String answer =
                    server.connect().send(request.toString().getBytes(US_ASCII)).readAnswer();
            assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("300");
        }
        assertThat(pieces).hasSizeGreaterThanOrEqualTo(300).allSatisfy(DeadBuffers::assertDead);
        assertThat(kept).hasSize(1).allSatisfy(DeadBuffers::assertDead);
    }
}
