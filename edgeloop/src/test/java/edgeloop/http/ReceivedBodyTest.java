package edgeloop.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.IoBuffer;
import edgeloop.http.TestServer.Client;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Handlers that want the body: whole, or piece by piece. */
class ReceivedBodyTest {
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    /** Answers with the body. */
    private static Response echo(Request request) {
        return request.collect(body -> Response.text(200, "<" + new String(body, UTF_8) + ">"));
    }

    @Test
    void wholeBodyIsCollectedHoweverItComes() {
        try (TestServer server = new TestServer(ReceivedBodyTest::echo)) {
            Client client = server.connect();
            client.send(POST + "Content-Length: 5\r\n\r\nhello");
            assertThat(client.readAnswer()).endsWith("<hello>");
            client.send(POST + "Content-Length: 5\r\n\r\n");
            client.send("he");
            client.send("llo" + POST + "Transfer-Encoding: chunked\r\n\r\n3\r");
            assertThat(client.readAnswer()).endsWith("<hello>");
            client.send("\nabc\r\n1\r\nd\r\n0\r\n");
            client.send("\r\n");
            assertThat(client.readAnswer()).endsWith("<abcd>");
            client.send(GET);
            assertThat(client.readAnswer()).endsWith("<>");
        }
    }

    @Test
    @DisplayName("RFC 9110 10.1.1: 100 Continue is sent to one that waits, when the body is wanted")
    void continueIsSent() {
        try (TestServer server = new TestServer(ReceivedBodyTest::echo)) {
            Client client = server.connect();
            client.send(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("hello");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("<hello>");
        }
    }

    @Test
    @DisplayName("RFC 9110 10.1.1: no 100 to one that has begun its body, sends none or is 1.0")
    void continueIsNotSent() {
        try (TestServer server = new TestServer(ReceivedBodyTest::echo)) {
            String expect = "Expect: 100-continue\r\n";
            Client client = server.connect();
            client.send(POST + expect + "Content-Length: 5\r\n\r\nh");
            client.send("ello");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n");
            client.send(POST + expect + "\r\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n");
            client.send("POST / HTTP/1.0\r\n" + expect + "Content-Length: 5\r\n\r\n");
            client.send("hello");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    @DisplayName("E62 a receiver that pauses and then throws does not leave its client unheard")
    void aReceiverThatPausesAndThrowsIsAnsweredFor() {
        BodyReceiver receiver =
                new BodyReceiver() {
                    @Override
                    public void onData(RequestBody body, IoBuffer data) {
                        body.pause();
                        throw new IllegalStateException("on purpose");
                    }

                    @Override
                    public Response onEnd(RequestBody body) {
                        return Response.empty(204);
                    }
                };
        try (TestServer server = new TestServer(r -> r.hasBody() ? r.receive(receiver) : echo(r))) {
            Client client = server.connect();
            client.send(POST + "Content-Length: 10\r\n\r\nhello");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 500 ");
            client.send("world" + GET);
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    @DisplayName("RFC 9110 10.1.1: an answer in the place of 100 ends the connection")
    void answerInPlaceOfContinue() {
        try (TestServer server = new TestServer(_ -> Response.empty(403))) {
            Client client = server.connect();
            client.send(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 403 Forbidden\r\n")
                    .contains("\r\nConnection: close\r\n");
        }
    }

    @Test
    @DisplayName("RFC 9110 15.5.14: 413 comes before any 100, and its receiver is told")
    void tooLargeBeforeContinue() throws Exception {
        Recorder recorder = new Recorder();
        try (TestServer server = new TestServer(r -> r.receive(recorder))) {
            Client client = server.connect();
            client.send(POST + "Expect: 100-continue\r\nContent-Length: 1048577\r\n\r\n");
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 413 ")
                    .contains("\r\nConnection: close\r\n")
                    .endsWith("\r\n\r\na body longer than 1048576 bytes\n");
            recorder.aborted.get(10, SECONDS);
            assertThat(recorder.received.toString()).isEmpty();
        }
    }

    @Test
    @DisplayName("RFC 9110 15.5.14: who doesn't want a body that is too large answers as ever")
    void tooLargeAndNotWanted() {
        String next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
        String length = "Content-Length: " + (2 << 20) + "\r\n\r\n";
        try (TestServer server = new TestServer(_ -> Response.methodNotAllowed(Method.GET))) {
            for (String expect : new String[] {"", "Expect: 100-continue\r\n"}) {
                Client client = server.connect().send(POST + expect + length);
                client.send(next.repeat((2 << 20) / next.length() + 1));
                assertThat(client.readToEnd())
                        .startsWith("HTTP/1.1 405 ")
                        .contains("\r\nConnection: close\r\n")
                        .endsWith("\r\n\r\nmethod not allowed\n");
            }
            assertThat(server.http.stats().answers()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("RFC 9112 9.2: a request that has its answer gets no second one for its body")
    void brokenRestOfAnAnsweredBodyHasNoAnswer() {
        try (TestServer server = new TestServer(_ -> Response.methodNotAllowed(Method.GET))) {
            Client client = server.connect();
            client.send(POST + "Transfer-Encoding: chunked\r\n\r\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 405 ");
            client.send("zz\r\n");
            assertThat(client.readToEnd()).isEmpty();
            assertThat(server.http.stats().answers()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("RFC 9110 15.5.14: a late answer that wants a body that is too large is 413")
    void tooLargeAndWantedLater() {
        try (TestServer server =
                new TestServer(r -> Response.later(CompletableFuture.completedFuture(echo(r))))) {
            Client client = server.connect();
            client.send(POST + "Content-Length: 1048577\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 413 ");
        }
    }

    @Test
    @DisplayName("RFC 9110 15.5.14: a chunked body over the limit is 413, and its receiver is told")
    void chunkedTooLarge() throws Exception {
        Recorder recorder = new Recorder();
        HttpOptions options = HttpOptions.defaults().withMaxBodyBytes(8);
        try (TestServer server = new TestServer(options, r -> r.receive(recorder))) {
            Client client = server.connect();
            client.send(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nhello\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 413 ");
            recorder.aborted.get(10, SECONDS);
            assertThat(recorder.received.toString()).isEqualTo("hello");
        }
    }

    @Test
    @DisplayName("RFC 9110 6.5: a receiver gets pieces, then the trailer fields")
    void trailers() {
        Recorder recorder = new Recorder();
        try (TestServer server = new TestServer(r -> r.receive(recorder))) {
            Client client = server.connect();
            client.send(
                    POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n");
            assertThat(client.readAnswer()).endsWith("hello {x-sum=1}");
            client.send(POST + "\r\n");
            assertThat(client.readAnswer()).endsWith("hello {}");
        }
    }

    @Test
    void pausedBodyWaitsInTheKernel() throws Exception {
        int length = 8 << 20;
        CompletableFuture<RequestBody> paused = new CompletableFuture<>();
        AtomicLong received = new AtomicLong();
        BodyReceiver receiver =
                new BodyReceiver() {
                    @Override
                    public void onData(RequestBody body, IoBuffer data) {
                        received.addAndGet(data.remaining());
                        if (paused.complete(body)) {
                            body.pause();
                        }
                    }

                    @Override
                    public Response onEnd(RequestBody body) {
                        return Response.text(200, received + " bytes");
                    }
                };
        HttpOptions options = HttpOptions.defaults().withMaxBodyBytes(length);
        try (TestServer server = new TestServer(options, r -> r.receive(receiver))) {
            Client client = server.connect();
            client.send(POST + "Content-Length: " + length + "\r\n\r\n");
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(() -> client.send("x".repeat(length)));
            RequestBody body = paused.get(10, SECONDS);
            assertThat(server.stats().bytesRead()).isLessThan(200_000);
            assertThat(received.get()).isLessThan(200_000);
            server.server.reactors().getFirst().execute(body::resume);
            sending.get(10, SECONDS);
            assertThat(client.readAnswer()).endsWith(length + " bytes");
        }
    }

    @Test
    void receiverThatPausesAtTheLastPieceHearsOfTheEndAfterwards() throws Exception {
        CompletableFuture<RequestBody> paused = new CompletableFuture<>();
        BodyReceiver receiver =
                new BodyReceiver() {
                    @Override
                    public void onData(RequestBody body, IoBuffer data) {
                        body.pause();
                        paused.complete(body);
                    }

                    @Override
                    public Response onEnd(RequestBody body) {
                        return Response.text(200, "all");
                    }
                };
        try (TestServer server = new TestServer(r -> r.receive(receiver))) {
            Client client = server.connect().send(POST + "Content-Length: 5\r\n\r\nhello");
            RequestBody body = paused.get(10, SECONDS);
            server.server.reactors().getFirst().execute(body::resume);
            assertThat(client.readAnswer()).endsWith("all");
            client.send(GET);
            assertThat(client.readAnswer()).endsWith("all");
        }
    }

    @Test
    void receiverIsToldWhenTheClientGoes() throws Exception {
        Recorder recorder = new Recorder();
        try (TestServer server = new TestServer(r -> r.receive(recorder))) {
            Client client = server.connect();
            client.send(POST + "Content-Length: 50\r\n\r\nhello").sendFin();
            recorder.aborted.get(10, SECONDS);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void receiverThatFailsIsAnsweredWith500AndTheRestPassedOver() {
        BodyReceiver receiver =
                new BodyReceiver() {
                    @Override
                    public void onData(RequestBody body, IoBuffer data) {
                        throw new IllegalStateException("secret");
                    }

                    @Override
                    public Response onEnd(RequestBody body) {
                        return Response.empty(200);
                    }
                };
        try (TestServer server = new TestServer(r -> r.receive(receiver))) {
            Client client = server.connect();
            client.send(POST + "Content-Length: 10\r\n\r\nhello");
            assertThat(client.readAnswer())
                    .startsWith("HTTP/1.1 500 Internal Server Error\r\n")
                    .doesNotContain("secret");
            client.send("world" + POST + "Content-Length: 0\r\n\r\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(server.http.stats().handlerFailures()).isEqualTo(1);
        }
    }

    @Test
    void receiverThatFailsWhenToldOfTheEndChangesNothing() {
        BodyReceiver receiver =
                new Recorder() {
                    @Override
                    public void onAbort() {
                        super.onAbort();
                        throw new IllegalStateException("secret");
                    }
                };
        try (TestServer server = new TestServer(r -> r.receive(receiver))) {
            Client client = server.connect();
            client.send(POST + "Transfer-Encoding: chunked\r\n\r\nno length\r\n");
            assertThat(client.readAnswer())
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .doesNotContain("secret");
            assertThat(((Recorder) receiver).aborted).isCompleted();
        }
    }

    private static class Recorder implements BodyReceiver {
        final StringBuilder received = new StringBuilder();
        final CompletableFuture<Void> aborted = new CompletableFuture<>();

        @Override
        public void onData(RequestBody body, IoBuffer data) {
            received.append(data.readString(data.remaining(), UTF_8));
        }

        @Override
        public Response onEnd(RequestBody body) {
            return Response.text(200, received + " " + body.trailers());
        }

        @Override
        public void onAbort() {
            aborted.complete(null);
        }
    }
}
