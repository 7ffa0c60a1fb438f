package edgeloop.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ZERO;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.IoBuffer;
import edgeloop.Reactor;
import edgeloop.http.TestServer.Client;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Answers that are given after the handler has returned, by any thread. */
class LateAnswerTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final LinkedBlockingQueue<CompletableFuture<Response>> asked =
            new LinkedBlockingQueue<>();

    private Response later(Request request) {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        asked.add(answer);
        return Response.later(answer);
    }

    @Test
    void anotherThreadAnswers() throws Exception {
        try (TestServer server = new TestServer(this::later)) {
            Client client = server.connect();
            for (int i = 0; i < 3; i++) {
                client.send(GET);
                asked.poll(10, SECONDS).complete(Response.text(200, "answer " + i));
                assertThat(client.readAnswer()).endsWith("answer " + i);
            }
        }
    }

    @Test
    void answerThatIsThereAlreadyIsGiven() {
        try (TestServer server =
                new TestServer(
                        _ ->
                                Response.later(
                                        CompletableFuture.completedFuture(
                                                Response.text(200, "at once"))))) {
            Client client = server.connect().send(GET + GET);
            assertThat(client.readAnswer()).endsWith("at once");
            assertThat(client.readAnswer()).endsWith("at once");
        }
    }

    @Test
    @DisplayName("E60 an answer that meets a full task queue is given when that has room")
    void answerWaitsForRoomInTheQueue() throws Exception {
        try (TestServer server = new TestServer(this::later)) {
            Client client = server.connect().send(GET);
            CompletableFuture<Response> answer = asked.poll(10, SECONDS);
            CountDownLatch blocked = new CountDownLatch(1);
            fill(server.server.reactors().getFirst(), blocked);
            answer.complete(Response.text(200, "late"));
            blocked.countDown();
            assertThat(client.readAnswer()).endsWith("late"); // within its patience, not in 60 s
        }
    }

    /** Gives the reactor tasks until it takes no more; the first waits for {@code release}. */
    private static void fill(Reactor reactor, CountDownLatch release) {
        try {
            reactor.execute(() -> awaitUninterruptibly(release));
            while (true) {
                reactor.execute(() -> {});
            }
        } catch (RejectedExecutionException e) {
            // Full.
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void failureIs500AndTheConnectionIsKept() throws Exception {
        try (TestServer server = new TestServer(this::later)) {
            Client client = server.connect().send(GET);
            asked.poll(10, SECONDS).completeExceptionally(new IllegalStateException("secret"));
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 500 ").doesNotContain("secret");
            client.send(GET);
            asked.poll(10, SECONDS).complete(null);
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 500 ");
            assertThat(server.http.stats().handlerFailures()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("an answer that is null, wherever it should be one, is 500")
    void nullIs500() {
        BodyReceiver receiver =
                new BodyReceiver() {
                    @Override
                    public void onData(RequestBody body, IoBuffer data) {}

                    @Override
                    public Response onEnd(RequestBody body) {
                        return null;
                    }
                };
        Map<String, HttpHandler> handlers = new LinkedHashMap<>();
        handlers.put("an answer", _ -> null);
        handlers.put("a stage", _ -> Response.later(null));
        handlers.put("what it gives", _ -> Response.later(completedFuture(null)));
        handlers.put("what its receiver gives", r -> r.receive(receiver));
        handlers.put("what it makes of the body", r -> r.collect(_ -> null));
        handlers.put("a receiver", r -> r.receive(null));
        handlers.put("what takes the body", r -> r.collect(null));
        handlers.put("a text", _ -> Response.text(200, null));
        handlers.put("content", _ -> Response.bytes(200, "a/b", null));
        handlers.put("a type", _ -> Response.bytes(200, null, new byte[1]));
        handlers.put("a header", _ -> Response.empty(200).withHeader("A", null));
        handlers.put("a producer", _ -> Response.stream(200, "a/b", null));
        handlers.put("written", _ -> Response.stream(200, "a/b", s -> s.write((byte[]) null)));
        handlers.put("trailers", _ -> Response.stream(200, "a/b", s -> s.end(null)));
        handlers.put("a task", _ -> Response.stream(200, "a/b", s -> s.execute(null)));
        handlers.put(
                "a delayed one", _ -> Response.stream(200, "a/b", s -> s.schedule(ZERO, null)));
        handlers.put("a stage that throws", _ -> Response.later(new ThrowingStage()));
        handlers.forEach(
                (name, handler) -> {
                    try (TestServer server = new TestServer(handler)) {
                        Client client = server.connect();
                        for (String length : new String[] {"0\r\n\r\n", "2\r\n\r\nhi"}) {
                            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length);
                            assertThat(client.readAnswer())
                                    .as(name)
                                    .startsWith("HTTP/1.1 500 ")
                                    .endsWith("\r\n\r\ninternal server error\n");
                        }
                        assertThat(server.http.stats().handlerFailures()).as(name).isEqualTo(2);
                    }
                });
    }

    /** A stage of an application's own, and a bad one. */
    private static final class ThrowingStage extends CompletableFuture<Response> {
        @Override
        public CompletableFuture<Response> whenComplete(
                BiConsumer<? super Response, ? super Throwable> action) {
            throw new IllegalStateException("on purpose");
        }
    }

    @Test
    @DisplayName("E24 an answer for a client that has gone reaches nobody else")
    void clientHasGone() throws Exception {
        try (TestServer server = new TestServer(this::later)) {
            Client gone = server.connect().send(GET);
            CompletableFuture<Response> late = asked.poll(10, SECONDS);
            gone.reset();
            Client next = server.connect().send(GET);
            CompletableFuture<Response> its = asked.poll(10, SECONDS);
            late.complete(Response.text(200, "for another"));
            its.complete(Response.text(200, "for it"));
            assertThat(next.readAnswer()).endsWith("for it");
        }
    }

    @Test
    void shutdownWaitsForAnAnswerThatIsUnderWay() throws Exception {
        try (TestServer server = new TestServer(this::later)) {
            Client client = server.connect().send(GET);
            CompletableFuture<Response> answer = asked.poll(10, SECONDS);
            Client idle = server.connect();
            server.await(() -> server.stats().activeConnections() == 2);
            server.server.shutdown();
            assertThat(idle.readToEnd()).isEmpty();
            answer.complete(Response.text(200, "the last"));
            assertThat(client.readToEnd())
                    .contains("\r\nConnection: close\r\n")
                    .endsWith("the last");
            server.server.join();
        }
    }

    @Test
    void bodyCanBeCollectedAndAnsweredLater() throws Exception {
        try (TestServer server = new TestServer(r -> r.collect(_ -> later(r)))) {
            Client client = server.connect();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
            asked.poll(10, SECONDS).complete(Response.text(200, "done"));
            assertThat(client.readAnswer()).endsWith("done");
        }
    }

    @Test
    void lateAnswerCanWantTheBodyFirst() throws Exception {
        try (TestServer server = new TestServer(this::later)) {
            Client client = server.connect();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
            asked.poll(10, SECONDS)
                    .complete(
                            Response.whenReceived(
                                    new BodyCollector(
                                            body ->
                                                    Response.text(
                                                            200, new String(body, US_ASCII)))));
            assertThat(client.readAnswer()).endsWith("hi");
        }
    }
}
