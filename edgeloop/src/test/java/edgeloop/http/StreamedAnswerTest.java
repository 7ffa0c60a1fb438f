package edgeloop.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.Timeout;
import edgeloop.http.TestServer.Client;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Answers that are written over time. */
class StreamedAnswerTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static Response stream(StreamProducer producer) {
        return Response.stream(200, "text/plain", producer);
    }

    @Test
    @DisplayName("RFC 9112 7.1: a stream is chunked, and the connection is kept")
    void chunked() {
        try (TestServer server =
                new TestServer(
                        _ ->
                                stream(
                                        out -> {
                                            out.write("hello ");
                                            out.write("");
                                            out.write("x".repeat(26));
                                            out.end();
                                            out.write("too late");
                                        }))) {
            Client client = server.connect();
            for (int i = 0; i < 2; i++) {
                client.send(GET);
                assertThat(client.readHead())
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .contains("\r\nTransfer-Encoding: chunked\r\n")
                        .doesNotContain("Content-Length");
                assertThat(client.readHead())
                        .isEqualTo("6\r\nhello \r\n1a\r\n" + "x".repeat(26) + "\r\n0\r\n\r\n");
            }
        }
    }

    /** Timers of one reactor fire in order: by the second answer the first's would have. */
    @Test
    void whatWasScheduledDoesNotRunBehindTheEnd() {
        AtomicLong runs = new AtomicLong();
        try (TestServer server =
                new TestServer(
                        request -> {
                            boolean first = request.path().equals("/");
                            return stream(
                                    out -> {
                                        if (first) {
                                            Timeout _ =
                                                    out.schedule(
                                                            Duration.ofMillis(5),
                                                            runs::incrementAndGet);
                                            out.end();
                                        } else {
                                            Timeout _ =
                                                    out.schedule(Duration.ofMillis(20), out::end);
                                        }
                                    });
                        })) {
            Client client = server.connect().send(GET);
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(client.readHead()).isEqualTo("0\r\n\r\n");
            client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(client.readHead()).isEqualTo("0\r\n\r\n");
            assertThat(runs).hasValue(0);
        }
    }

    @Test
    @DisplayName("RFC 9112 7.1.2: a stream can end with trailer fields")
    void trailers() {
        try (TestServer server =
                new TestServer(
                        _ ->
                                stream(
                                        out -> {
                                            out.write("a");
                                            out.end(Map.of("X-Sum", "1"));
                                        }))) {
            Client client = server.connect().send(GET);
            client.readHead();
            assertThat(client.readHead()).isEqualTo("1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n");
        }
    }

    @Test
    @DisplayName(
            "RFC 9112 6.1: HTTP/1.0 gets no chunks; the end is the connection's, also kept ones'")
    void http10() {
        try (TestServer server =
                new TestServer(
                        _ ->
                                stream(
                                        out -> {
                                            out.write("hello");
                                            out.end(Map.of("X", "y"));
                                        }))) {
            assertThat(server.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
                    .contains("\r\nConnection: close\r\n")
                    .doesNotContain("Transfer-Encoding")
                    .endsWith("\r\n\r\nhello");
        }
    }

    @Test
    @DisplayName("RFC 9110 9.3.2: HEAD has the head of a stream, and its producer is not asked")
    void head() {
        try (TestServer server =
                new TestServer(
                        _ ->
                                stream(
                                        _ -> {
                                            throw new AssertionError("the producer was asked");
                                        }))) {
            Client client = server.connect();
            for (int i = 0; i < 2; i++) {
                client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readHead()).contains("\r\nTransfer-Encoding: chunked\r\n");
            }
            assertThat(server.http.stats().handlerFailures()).isZero();
        }
    }

    @Test
    void headGoesOutBeforeTheFirstByte() throws Exception {
        CompletableFuture<ResponseStream> started = new CompletableFuture<>();
        try (TestServer server = new TestServer(_ -> stream(started::complete))) {
            Client client = server.connect().send(GET);
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK\r\n");
            ResponseStream out = started.get(10, SECONDS);
            out.execute(stream -> stream.write("tick"));
            assertThat(client.readUntil("tick\r\n")).isEqualTo("4\r\ntick\r\n");
            out.execute(ResponseStream::end);
            assertThat(client.readHead()).isEqualTo("0\r\n\r\n");
        }
    }

    @Test
    @DisplayName(
            "E16 a producer that heeds congestion holds little memory, and the client gets all")
    void backpressure() {
        byte[] piece = new byte[10_000];
        int pieces = 2_000;
        AtomicLong drains = new AtomicLong();
        try (TestServer server =
                new TestServer(
                        _ ->
                                stream(
                                        out -> {
                                            int[] left = {pieces};
                                            Runnable produce =
                                                    () -> {
                                                        while (left[0] > 0 && !out.isCongested()) {
                                                            left[0]--;
                                                            out.write(piece);
                                                        }
                                                        if (left[0] == 0) {
                                                            out.end();
                                                        }
                                                    };
                                            out.onDrain(
                                                    () -> {
                                                        drains.incrementAndGet();
                                                        produce.run();
                                                    });
                                            produce.run();
                                        }))) {
            Client client = server.connect().send(GET);
            client.readHead();
            assertThat(server.stats().bufferBytes()).isLessThanOrEqualTo(2 << 20);
            int chunk = "2710\r\n".length() + piece.length + 2;
            assertThat(client.read(pieces * chunk)).hasSize(pieces * chunk);
            assertThat(client.readHead()).isEqualTo("0\r\n\r\n");
            assertThat(drains.get()).isPositive();
        }
    }

    @Test
    void producerThatFailsBeforeItWritesIsAnsweredWith500() {
        try (TestServer server =
                new TestServer(
                        _ ->
                                stream(
                                        _ -> {
                                            throw new IllegalStateException("secret");
                                        }))) {
            Client client = server.connect().send(GET);
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 500 ").doesNotContain("secret");
            assertThat(server.http.stats().handlerFailures()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("RFC 9112 8: a stream that fails midway is not taken for a whole one")
    void producerThatFailsMidway() {
        try (TestServer server =
                new TestServer(
                        _ ->
                                stream(
                                        out -> {
                                            out.write("part");
                                            throw new IllegalStateException("secret");
                                        }))) {
            Client client = server.connect().send(GET);
            assertThatThrownBy(client::readToEnd)
                    .isInstanceOfAny(AssertionError.class, UncheckedIOException.class);
            assertThat(server.http.stats().handlerFailures()).isEqualTo(1);
        }
    }

    @Test
    void producerIsToldWhenTheClientGoes() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        CompletableFuture<ResponseStream> started = new CompletableFuture<>();
        try (TestServer server =
                new TestServer(
                        _ ->
                                stream(
                                        out -> {
                                            out.onClose(() -> closed.complete(null));
                                            started.complete(out);
                                        }))) {
            Client client = server.connect().send(GET);
            client.readHead();
            client.reset();
            closed.get(10, SECONDS);
            started.get().execute(out -> out.write("to nobody"));
            assertThat(server.exchange("HEAD / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void producerThatWritesUntilCongestedEndsWhenTheClientGoes() throws Exception {
        CompletableFuture<ResponseStream> started = new CompletableFuture<>();
        CompletableFuture<Void> written = new CompletableFuture<>();
        try (TestServer server = new TestServer(_ -> stream(started::complete))) {
            Client client = server.connect().send(GET);
            client.readHead();
            client.reset();
            server.await(() -> server.stats().resets() == 1);
            server.server
                    .reactors()
                    .getFirst()
                    .execute(
                            () -> {
                                ResponseStream out = started.join();
                                while (!out.isCongested()) {
                                    out.write("more");
                                }
                                written.complete(null);
                            });
            written.get(10, SECONDS);
        }
    }

    @Test
    @DisplayName("E58 a timeout set on a stream whose client has gone does not hang on a stranger")
    void timeoutOfAStreamThatIsOver() throws Exception {
        CompletableFuture<ResponseStream> started = new CompletableFuture<>();
        CompletableFuture<Boolean> pending = new CompletableFuture<>();
        try (TestServer server = new TestServer(_ -> stream(started::complete))) {
            Client client = server.connect().send(GET);
            client.readHead();
            client.reset();
            server.await(() -> server.stats().resets() == 1);
            Runnable schedule =
                    () -> {
                        Timeout timeout = started.join().schedule(Duration.ofHours(1), () -> {});
                        pending.complete(timeout.isPending());
                    };
            server.server.reactors().getFirst().execute(schedule);
            assertThat(pending.get(10, SECONDS)).isFalse();
        }
    }

    @Test
    void requestBehindAStreamWaits() throws Exception {
        CompletableFuture<ResponseStream> started = new CompletableFuture<>();
        try (TestServer server =
                new TestServer(
                        r ->
                                r.path().equals("/")
                                        ? stream(started::complete)
                                        : Response.text(200, "second"))) {
            Client client = server.connect().send(GET + GET.replace("/ ", "/b "));
            client.readHead();
            started.get(10, SECONDS).execute(ResponseStream::end);
            assertThat(client.readHead()).isEqualTo("0\r\n\r\n");
            assertThat(client.readAnswer()).endsWith("second");
        }
    }
}
