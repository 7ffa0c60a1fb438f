package edgeloop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.http.AccessLogEntry;
import edgeloop.http.BodyReceiver;
import edgeloop.http.Http;
import edgeloop.http.HttpHandler;
import edgeloop.http.HttpOptions;
import edgeloop.http.Request;
import edgeloop.http.RequestBody;
import edgeloop.http.Response;
import edgeloop.http.ResponseStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** HTTP requests whose handlers take their time, and clients who do not wait for them. */
class UnansweredRequestTest {
    private static final String GET = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    private static final Response OK = Response.text(200, "ok");

    private static final Duration ANSWER_TIMEOUT = HttpOptions.defaults().answerTimeout();
    private static final Duration HALF_CLOSE_TIMEOUT =
            ConnectionOptions.defaults().halfCloseTimeout();

    private final List<CompletableFuture<Response>> asked = new ArrayList<>();

    private Response later(Request request) {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        asked.add(answer);
        return Response.later(answer);
    }

    private static TurnedServer serve(HandlerFactory http) {
        return serve(Defaults.server(), http);
    }

    private static TurnedServer serve(ServerOptions options, HandlerFactory http) {
        TurnedServer server = new TurnedServer(options, http);
        server.kernel.stopClock(server.kernel.nanoTime());
        return server;
    }

    /** A timeout may run out an eighth late. */
    private static Duration latest(Duration timeout) {
        return timeout.plus(timeout.dividedBy(8));
    }

    private static void pass(TurnedServer server, Duration time) {
        server.kernel.passTime(time);
        server.turn(3);
    }

    private void awaitQuestions(TurnedServer server, int count) {
        server.turnUntil(() -> asked.size() == count);
        server.turnUntilAsleep();
    }

    // ---- Clients who go -----------------------------------------------------------------------

    @Test
    @DisplayName("E62 ten long polls whose clients close hold ten places for 10 s and no longer")
    void longPollsOfClientsThatClose() {
        int limit = 10;
        Http http = Http.serve(request -> request.path().equals("/slow") ? later(request) : OK);
        try (TurnedServer server = serve(Defaults.server().withMaxConnections(limit), http)) {
            List<Peer> clients =
                    IntStream.range(0, limit).mapToObj(_ -> server.accepted().send(GET)).toList();
            awaitQuestions(server, limit);
            clients.forEach(Peer::close);
            server.turnUntilAsleep();
            Peer early = server.peer().send("GET / HTTP/1.0\r\n\r\n");
            server.turnUntil(early::isEnded);
            assertThat(early.text()).as("there is no place for it yet").isEmpty();

            pass(server, latest(HALF_CLOSE_TIMEOUT));
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(asked).allMatch(CompletableFuture::isCancelled);
            assertThat(server.stats().timeouts()).isEqualTo(limit);

            Peer next = server.peer().send("GET / HTTP/1.0\r\n\r\n");
            server.turnUntil(next::isEnded);
            assertThat(next.text()).endsWith("ok");
        }
    }

    @Test
    @DisplayName("E62 a client's RST ends its long poll at once")
    void longPollOfAClientThatResets() {
        try (TurnedServer server = serve(Http.serve(this::later))) {
            Peer client = server.accepted().send(GET);
            awaitQuestions(server, 1);
            client.reset();
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(asked.getFirst()).isCancelled();
            assertThat(server.stats().resets()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E62 E20 a client that half-closes and is answered sooner gets all of it")
    void answerInTimeForAClientThatHasFinished() {
        String large = "x".repeat(4 << 20);
        try (TurnedServer server = serve(Http.serve(this::later))) {
            Peer client = server.accepted(4096).send(GET);
            client.sendFin();
            awaitQuestions(server, 1);
            pass(server, HALF_CLOSE_TIMEOUT.minusSeconds(1));
            assertThat(asked.getFirst().complete(Response.text(200, large))).isTrue();
            server.turnUntilAsleep();
            pass(server, latest(HALF_CLOSE_TIMEOUT).multipliedBy(2)); // it reads nothing for long
            server.turnUntil(client::isEnded);
            assertThat(client.text().endsWith(large)).isTrue();
            assertThat(client.gotFin()).isTrue();
            server.turnUntil(() -> server.stats().peerClosed() == 1);
        }
    }

    @Test
    @DisplayName("E62 a stream that writes nothing hears that its client has closed, once")
    void silentStreamOfAClientThatCloses() {
        int[] closes = {0};
        Http http =
                Http.serve(
                        _ ->
                                Response.stream(
                                        200, "text/plain", out -> out.onClose(() -> closes[0]++)));
        try (TurnedServer server = serve(http)) {
            Peer client = server.accepted().send(GET);
            server.turnUntil(() -> client.text().endsWith("\r\n\r\n"));
            pass(server, Duration.ofDays(1)); // as long as it is there, it may wait
            assertThat(closes[0]).isZero();
            client.close();
            server.turnUntilAsleep();
            pass(server, latest(HALF_CLOSE_TIMEOUT));
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(closes[0]).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E62 a stream that makes progress has no limit, to one that has finished too")
    void streamThatGoesOn() {
        List<ResponseStream> streams = new ArrayList<>();
        Http http = Http.serve(_ -> Response.stream(200, "text/plain", streams::add));
        try (TurnedServer server = serve(http)) {
            Peer client = server.accepted().send(GET);
            client.sendFin();
            server.turnUntil(() -> streams.size() == 1);
            for (int i = 0; i < 30; i++) {
                pass(server, HALF_CLOSE_TIMEOUT.minusSeconds(1));
                streams.getFirst().write("+");
                server.turn();
            }
            streams.getFirst().end();
            server.turnUntil(client::isEnded);
            assertThat(client.text().chars().filter(c -> c == '+')).hasSize(30);
            assertThat(client.text()).endsWith("0\r\n\r\n");
        }
    }

    @Test
    @DisplayName("E62 a receiver that has paused its body hears that its client has closed")
    void pausedBodyOfAClientThatCloses() {
        var receiver = new Pausing();
        try (TurnedServer server = serve(Http.serve(request -> request.receive(receiver)))) {
            server.accepted().send(POST.substring(0, POST.length() - 1)).close();
            server.turnUntil(() -> receiver.body != null);
            server.turnUntilAsleep();
            pass(server, latest(HALF_CLOSE_TIMEOUT));
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(receiver.aborts).isEqualTo(1);
        }
    }

    // ---- Handlers who do not answer -----------------------------------------------------------

    @Test
    @DisplayName("E62 no answer in 60 s is 503, logged and counted, and the future is cancelled")
    void noAnswerInTime() {
        List<AccessLogEntry> log = new ArrayList<>();
        Http http = Http.serve(this::later).withAccessLog(log::add);
        try (TurnedServer server = serve(http)) {
            Peer client = server.accepted().send(GET + GET);
            awaitQuestions(server, 1);
            pass(server, ANSWER_TIMEOUT.minusMillis(1));
            assertThat(client.size()).isZero();
            pass(server, latest(ANSWER_TIMEOUT).minus(ANSWER_TIMEOUT));
            server.turnUntil(client::isEnded);
            assertThat(client.text())
                    .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                    .contains("\r\nConnection: close\r\n");
            assertThat(asked).hasSize(1).allMatch(CompletableFuture::isCancelled);
            assertThat(http.stats().serverErrors()).isEqualTo(1);
            assertThat(http.stats().handlerFailures()).isZero();
            assertThat(log).extracting(AccessLogEntry::status).containsExactly(503);
            assertThat(log.getFirst().requestLine()).isEqualTo("GET /slow HTTP/1.1");
        }
    }

    @Test
    @DisplayName("E62 the time is each request's own, and what is answered in it is kept alive")
    void eachRequestHasItsOwnTime() {
        try (TurnedServer server = serve(Http.serve(this::later))) {
            Peer client = server.accepted();
            for (int i = 1; i <= 5; i++) {
                int answers = i;
                client.send(GET);
                awaitQuestions(server, i);
                pass(server, ANSWER_TIMEOUT.minusSeconds(5));
                asked.getLast().complete(OK);
                server.turnUntil(() -> client.text().split("200 OK", -1).length == answers + 1);
            }
            assertThat(client.isEnded()).isFalse();
        }
    }

    @Test
    @DisplayName("E62 an answer that becomes another one later does not begin its time anew")
    void answerThatBecomesAnother() {
        try (TurnedServer server = serve(Http.serve(this::later))) {
            Peer client = server.accepted().send(GET);
            awaitQuestions(server, 1);
            pass(server, ANSWER_TIMEOUT.minusSeconds(5));
            CompletableFuture<Response> second = new CompletableFuture<>();
            asked.getFirst().complete(Response.later(second));
            server.turn(3);
            pass(server, latest(ANSWER_TIMEOUT).minus(ANSWER_TIMEOUT).plusSeconds(5));
            server.turnUntil(client::isEnded);
            assertThat(client.text()).startsWith("HTTP/1.1 503 ");
            assertThat(second).isCancelled();
        }
    }

    @Test
    @DisplayName("E62 with the timeout off an answer may take for ever")
    void timeoutOff() {
        HttpOptions options = HttpOptions.defaults().withAnswerTimeout(Duration.ZERO);
        try (TurnedServer server = serve(Http.serve(options, this::later))) {
            Peer client = server.accepted().send(GET);
            awaitQuestions(server, 1);
            pass(server, Duration.ofDays(7));
            asked.getFirst().complete(OK);
            server.turnUntil(() -> client.text().endsWith("ok"));
        }
    }

    @Test
    @DisplayName("E62 a body's time is not the answer's: that begins with the body's end")
    void timeBeginsWithTheEndOfTheBody() {
        HttpHandler handler = request -> request.collect(_ -> later(request));
        HttpOptions options = HttpOptions.defaults().withMinBodyRate(0);
        try (TurnedServer server = serve(Http.serve(options, handler))) {
            Peer client = server.accepted().send(POST.substring(0, POST.length() - 1));
            pass(server, ANSWER_TIMEOUT.multipliedBy(3));
            client.send(POST.substring(POST.length() - 1));
            awaitQuestions(server, 1);
            pass(server, ANSWER_TIMEOUT.minusMillis(1));
            assertThat(client.size()).isZero();
            pass(server, latest(ANSWER_TIMEOUT));
            server.turnUntil(client::isEnded);
            assertThat(client.text()).startsWith("HTTP/1.1 503 ");
        }
    }

    @Test
    @DisplayName("E62 a receiver that pauses its body and forgets it is 503, and is told")
    void bodyThatStaysPaused() {
        var receiver = new Pausing();
        try (TurnedServer server = serve(Http.serve(request -> request.receive(receiver)))) {
            Peer client = server.accepted().send(POST);
            server.turnUntil(() -> receiver.body != null);
            receiver.body.pause(); // again, which does not begin the time anew
            for (int i = 0; i < 6; i++) { // past the times of the body's rate
                pass(server, ANSWER_TIMEOUT.dividedBy(6).minusMillis(1));
                receiver.body.pause();
            }
            assertThat(client.size()).isZero();
            pass(server, latest(ANSWER_TIMEOUT).minus(ANSWER_TIMEOUT));
            server.turnUntil(client::isEnded);
            assertThat(client.text()).startsWith("HTTP/1.1 503 ");
            assertThat(receiver.aborts).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E62 a receiver that pauses again and again, and goes on, has no total limit")
    void bodyThatGoesOn() {
        var receiver = new Pausing();
        try (TurnedServer server = serve(Http.serve(request -> request.receive(receiver)))) {
            server.kernel.limitTransfers(64); // so that the body comes in pieces
            String post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
            Peer client = server.accepted().send(post + "x".repeat(1000));
            server.turnUntil(
                    () -> {
                        if (receiver.paused) {
                            pass(server, ANSWER_TIMEOUT.minusSeconds(5));
                            receiver.paused = false;
                            receiver.body.resume();
                        }
                        return client.size() > 0;
                    });
            assertThat(client.text()).startsWith("HTTP/1.1 200 ");
        }
    }

    // ---- The application's side ---------------------------------------------------------------

    @Test
    @DisplayName("E62 E24 what completes for a client that has gone does not reach the next one")
    void answerForOneThatHasGone() {
        try (TurnedServer server = serve(Http.serve(_ -> laterUncancelled()))) {
            Peer gone = server.accepted().send(GET);
            awaitQuestions(server, 1);
            gone.reset();
            server.turnUntil(() -> server.kernelConnections() == 0);
            Peer next = server.accepted().send(GET);
            awaitQuestions(server, 2);
            asked.getFirst().complete(Response.text(200, "for another"));
            server.turn(3);
            assertThat(next.size()).isZero();
            asked.getLast().complete(Response.text(200, "for it"));
            server.turnUntil(() -> next.text().endsWith("for it"));
        }
    }

    /** An answer whose end the application alone decides. */
    private Response laterUncancelled() {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        asked.add(answer);
        return Response.later(answer.minimalCompletionStage());
    }

    @Test
    @DisplayName("E62 what depends on a cancelled answer runs once, and may fail")
    void whatDependsOnTheAnswerIsTold() {
        List<Throwable> told = new ArrayList<>();
        HttpHandler handler =
                _ -> {
                    CompletableFuture<Response> answer =
                            new CompletableFuture<>() {
                                @Override
                                public boolean cancel(boolean mayInterrupt) {
                                    super.cancel(mayInterrupt);
                                    throw new IllegalStateException("secret");
                                }
                            };
                    BiConsumer<Response, Throwable> note = (_, failure) -> told.add(failure);
                    CompletionStage<Response> _ = answer.whenComplete(note);
                    asked.add(answer);
                    return Response.later(answer);
                };
        Http http = Http.serve(handler);
        try (TurnedServer server = serve(http)) {
            Peer client = server.accepted().send(GET);
            awaitQuestions(server, 1);
            pass(server, latest(ANSWER_TIMEOUT));
            server.turnUntil(client::isEnded);
            assertThat(client.text()).startsWith("HTTP/1.1 503 ");
            assertThat(told).hasSize(1).hasOnlyElementsOfType(CancellationException.class);
        }
    }

    @Test
    @DisplayName("E62 a stage without a future is left to itself")
    void stageWithoutAFuture() {
        CompletableFuture<Response> stage =
                new CompletableFuture<>() {
                    @Override
                    public CompletableFuture<Response> toCompletableFuture() {
                        throw new UnsupportedOperationException();
                    }
                };
        try (TurnedServer server = serve(Http.serve(_ -> Response.later(stage)))) {
            Peer client = server.accepted().send(GET);
            server.turnUntilAsleep();
            pass(server, latest(ANSWER_TIMEOUT));
            server.turnUntil(client::isEnded);
            assertThat(client.text()).startsWith("HTTP/1.1 503 ");
            assertThat(stage.isDone()).isFalse();
        }
    }

    @Test
    @DisplayName("E62 an answer that is there is not cancelled when its client goes")
    void answerThatIsThereIsNotCancelled() {
        try (TurnedServer server = serve(Http.serve(this::later))) {
            Peer client = server.accepted().send(GET);
            awaitQuestions(server, 1);
            server.reactor.execute(() -> asked.getFirst().complete(OK));
            client.reset();
            server.turnUntil(() -> server.kernelConnections() == 0);
            assertThat(asked.getFirst()).isCompletedWithValue(OK);
        }
    }

    @Test
    @DisplayName("E62 what the drain timeout cuts off is cancelled")
    void drainTimeoutCancels() {
        try (TurnedServer server = serve(Http.serve(this::later))) {
            Peer client = server.accepted().send(GET);
            awaitQuestions(server, 1);
            server.server.shutdown();
            server.turn(3);
            assertThat(asked.getFirst().isDone()).isFalse();
            server.kernel.passTime(Defaults.server().drainTimeout().plusSeconds(1));
            server.runToEnd();
            assertThat(client.wasReset()).isTrue();
            assertThat(asked.getFirst()).isCancelled();
        }
    }

    /** Pauses after each piece. */
    private static final class Pausing implements BodyReceiver {
        RequestBody body;
        boolean paused;
        int aborts;

        @Override
        public void onData(RequestBody from, IoBuffer data) {
            body = from;
            paused = true;
            from.pause();
        }

        @Override
        public Response onEnd(RequestBody from) {
            return Response.bytes(200, "text/plain", "done".getBytes(UTF_8));
        }

        @Override
        public void onAbort() {
            aborts++;
        }
    }
}
