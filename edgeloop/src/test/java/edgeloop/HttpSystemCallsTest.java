package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.http.Http;
import edgeloop.http.Response;
import edgeloop.sys.ScriptedSyscalls.Call;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a request costs in system calls. */
class HttpSystemCallsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final Http http = Http.serve(_ -> Response.text(200, "ok"));

    @CallsOfEpoll
    @Test
    void requestCostsOneRecvAndOneSend() {
        try (TurnedServer server = new TurnedServer(http)) {
            Peer peer = server.accepted();
            for (int i = 1; i <= 5; i++) {
                int answers = i;
                server.kernel.forgetCounts();
                peer.send(GET);
                server.turnUntil(() -> peer.text().split("HTTP/1.1 200 OK").length == answers + 1);
                server.turnUntilAsleep();
                assertThat(server.kernel.count(Call.RECV)).isEqualTo(1);
                assertThat(server.kernel.count(Call.SEND)).isEqualTo(1);
            }
        }
    }

    @CallsOfEpoll
    @Test
    void pipelinedRequestsShareThem() {
        try (TurnedServer server = new TurnedServer(http)) {
            Peer peer = server.accepted();
            server.kernel.forgetCounts();
            peer.send(GET.repeat(10));
            server.turnUntil(() -> peer.text().split("HTTP/1.1 200 OK").length == 11);
            server.turnUntilAsleep();
            assertThat(server.kernel.count(Call.RECV)).isEqualTo(1);
            assertThat(server.kernel.count(Call.SEND)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("E8 a request that came while another was answered later is not forgotten")
    void requestThatCameMeanwhile() {
        Queue<CompletableFuture<Response>> asked = new ArrayDeque<>();
        Http later =
                Http.serve(
                        _ -> {
                            CompletableFuture<Response> answer = new CompletableFuture<>();
                            asked.add(answer);
                            return Response.later(answer);
                        });
        try (TurnedServer server = new TurnedServer(later)) {
            Peer peer = server.accepted().send(GET + GET);
            server.turnUntil(() -> asked.size() == 1);
            server.turnUntilAsleep();
            peer.send(GET);
            server.turn(3); // its edge has been seen
            for (int answers = 1; answers <= 3; answers++) {
                int expected = answers;
                server.turnUntil(() -> asked.size() == 1);
                asked.remove().complete(Response.text(200, "ok"));
                server.turnUntil(() -> later.stats().answers() == expected);
            }
        }
    }

    @Test
    @DisplayName("E6 more than one read's worth of requests is read to its end")
    void moreThanOneRead() {
        int requests = 10_000; // 270 kB; a read takes 64 KiB
        try (TurnedServer server = new TurnedServer(http)) {
            Peer peer = server.accepted();
            byte[] bytes = GET.repeat(requests).getBytes(StandardCharsets.US_ASCII);
            int[] sent = {0};
            server.turnUntil(
                    () -> {
                        sent[0] += peer.offer(bytes, sent[0], bytes.length - sent[0]);
                        int _ = peer.size();
                        return sent[0] == bytes.length;
                    });
            server.turnUntil(() -> peer.size() >= 0 && http.stats().answers() == requests);
        }
    }
}
