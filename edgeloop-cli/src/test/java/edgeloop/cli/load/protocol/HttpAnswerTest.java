package edgeloop.cli.load.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.IoBuffer;
import edgeloop.Server;
import edgeloop.cli.load.Runs;
import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.measure.StageOutcome;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP answers are found in the stream however it is cut, and judged by their status. */
class HttpAnswerTest {
    private static final int REQUESTS = 60;
    private static final String OK = "HTTP/1.1 200 OK\\r\\n";
    private static final String CHUNKED = OK + "Transfer-Encoding: chunked\\r\\n\\r\\n";

    /** Answers each request with the same bytes, in pieces, and closes then if that is wanted. */
    private static final class Answering implements ConnectionHandler {
        private final byte[] answer;
        private final int piece;
        private final boolean closes;

        Answering(byte[] answer, int piece, boolean closes) {
            this.answer = answer;
            this.piece = piece;
            this.closes = closes;
        }

        @Override
        public void onRead(Connection connection, IoBuffer in) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    send(connection, 0);
                }
            }
        }

        /** Each piece in a turn of its own, so that each is a segment of its own. */
        private void send(Connection connection, int from) {
            int length = Math.min(piece, answer.length - from);
            connection.write(answer, from, length);
            if (from + length < answer.length) {
                connection.ref().execute(c -> c.reactor().execute(() -> send(c, from + length)));
            } else if (closes) {
                connection.close();
            }
        }
    }

    private static StageOutcome load(
            String method, String answer, int piece, boolean closes, int pipeline)
            throws Exception {
        Answering answering = new Answering(Escapes.bytes(answer), piece, closes);
        try (Server server = Server.start(0, _ -> answering)) {
            HttpRequest request =
                    new HttpRequest(method, "/", new Placeholders(null, 1)).header("Host", "x");
            BitSet bodiless = new BitSet();
            bodiless.set(0, method.equals("HEAD"));
            Exchange exchange =
                    new Exchange(
                            new Payload(request.with(null).bytes()),
                            new HttpAnswer(StatusSet.parse(StatusSet.DEFAULT), bodiless),
                            "status");
            EngineOptions options = Runs.exchanging(Runs.echoes(server.port(), 3), exchange);
            return Runs.run(Runs.withPipeline(options, pipeline), Runs.requests(REQUESTS))
                    .outcome();
        }
    }

    private static void assertRight(String method, String answer, boolean closes) throws Exception {
        for (int piece : new int[] {1, 2, 7, 1000}) {
            StageOutcome outcome = load(method, answer, piece, closes, 1);
            assertThat(outcome.errors()).as("in pieces of %d", piece).isEmpty();
            assertThat(outcome.answered()).isEqualTo(REQUESTS);
            assertThat(outcome.balances()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OK + "Content-Length: 5\\r\\n\\r\\nhello",
                OK + "content-length:5\\r\\nX: y\\r\\n\\r\\nhello",
                OK + "Content-Length: \\t5 \\r\\n\\r\\nhello",
                OK + "Content-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200 \\xc3\\xa4\\r\\nContent-Length: 0\\r\\n\\r\\n",
                CHUNKED + "5\\r\\nhello\\r\\n0\\r\\n\\r\\n",
                CHUNKED + "00a;x=\"y\"\\r\\n0123456789\\r\\n1 ;x\\r\\n\\n\\r\\n0\\r\\n\\r\\n",
                CHUNKED + "1\\r\\nx\\r\\n0\\r\\nTrailer: y\\r\\n\\r\\n",
                "HTTP/1.1 204 No Content\\r\\n\\r\\n",
                "HTTP/1.1 304 Not Modified\\r\\nContent-Length: 70\\r\\n\\r\\n",
                "HTTP/1.1 100 Continue\\r\\n\\r\\n" + OK + "Content-Length: 1\\r\\n\\r\\nx",
                "HTTP/1.1 103 Early Hints\\r\\nLink: x\\r\\n\\r\\n" + CHUNKED + "0\\r\\n\\r\\n",
                "HTTP/1.0 200 OK\\r\\nConnection: Keep-Alive\\r\\nContent-Length: 1\\r\\n\\r\\nx",
            })
    @DisplayName("RFC 9112 6.3: the end of an answer that leaves the connection open")
    void answersThatLeaveTheConnectionOpen(String answer) throws Exception {
        assertRight("GET", answer, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OK + "\\r\\nuntil the end",
                OK + "Connection: close\\r\\nContent-Length: 1\\r\\n\\r\\nx",
                OK
                        + "Connection: x , CLOSE\\r"
                        + "\\n"
                        + "Transfer-Encoding: Chunked\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n"
                        + "0\\r"
                        + "\\n"
                        + "\\r"
                        + "\\n",
                "HTTP/1.0 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\nx",
                "HTTP/1.0 200 OK\\r\\n\\r\\nuntil the end",
            })
    @DisplayName("RFC 9112 9.3: answers that end the connection")
    void answersThatEndTheConnection(String answer) throws Exception {
        assertRight("GET", answer, true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OK + "Content-Length: 500\\r\\n\\r\\n",
                OK + "Transfer-Encoding: chunked\\r\\n\\r\\n",
                OK + "\\r\\n",
            })
    @DisplayName("RFC 9110 9.3.2: an answer to HEAD has no body, whatever it says")
    void answersToHeadHaveNoBody(String answer) throws Exception {
        assertRight("HEAD", answer, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ICY 200 OK\\r\\n\\r\\n",
                "HTTP/2.0 200 OK\\r\\n\\r\\n",
                "HTTP/1.1 20 OK\\r\\n\\r\\n",
                "HTTP/1.1 600 OK\\r\\n\\r\\n",
                "HTTP/1.1  200 OK\\r\\n\\r\\n",
                "HTTP/1.1 2000\\r\\n\\r\\n",
                "HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\nContent-Length: 0\\n\\n",
                OK + "Content-Length: +5\\r\\n\\r\\nhello",
                OK + "Content-Length: 5, 5\\r\\n\\r\\nhello",
                OK + "Content-Length:\\r\\n\\r\\n",
                OK + "Content-Length: 5\\r\\nContent-Length: 5\\r\\n\\r\\nhello",
                OK + "Content-Length: 9999999999999999999\\r\\n\\r\\n",
                OK + "Content-Length : 0\\r\\n\\r\\n",
                OK + "X: y\\r\\n folded\\r\\n\\r\\n",
                OK + "no colon\\r\\n\\r\\n",
                OK + "X: \\0\\r\\n\\r\\n",
                OK + "X: a\\rb\\r\\n\\r\\n",
                OK + "Transfer-Encoding: gzip, chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                OK + "Transfer-Encoding: chunked\\r\\nContent-Length: 0\\r\\n\\r\\n0\\r\\n\\r\\n",
                "HTTP/1.0 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                CHUNKED + "g\\r\\n",
                CHUNKED + "\\r\\n",
                CHUNKED + "-1\\r\\n",
                CHUNKED + "5\\nhello",
                CHUNKED + "5\\r\\nhelloX0\\r\\n\\r\\n",
                CHUNKED + "1000000000000000\\r\\n",
                CHUNKED + "0\\r\\nX: \\n\\r\\n",
            })
    void whatTheRfcDoesNotAllowIsMalformed(String answer) throws Exception {
        StageOutcome outcome = load("GET", answer, 1000, false, 1);
        assertThat(outcome.errors()).isEqualTo(Map.of("malformed answer", (long) REQUESTS));
        assertThat(outcome.balances()).isTrue();
    }

    @Test
    void aHeadWithoutEndIsMalformed() throws Exception {
        String head = OK + "X: " + "x".repeat(HttpHead.MAX_BYTES);
        StageOutcome outcome = load("GET", head, 100_000, false, 1);
        assertThat(outcome.errors()).isEqualTo(Map.of("malformed answer", (long) REQUESTS));
    }

    @ParameterizedTest
    @CsvSource({"404, 4xx", "500, 5xx"})
    void anotherStatusIsAnErrorOfItsOwn(int status, String statusClass) throws Exception {
        String answer = "HTTP/1.1 " + status + " X\\r\\nContent-Length: 2\\r\\n\\r\\nno";
        StageOutcome outcome = load("GET", answer, 5, false, 1);
        assertThat(outcome.errors()).isEqualTo(Map.of("status " + status, (long) REQUESTS));
        assertThat(outcome.statuses()).isEqualTo(Map.of(statusClass, (long) REQUESTS));
        assertThat(outcome.balances()).isTrue();
    }

    @Test
    void pipelinedAnswersAreToldApart() throws Exception {
        String answer = OK + "Content-Length: 5\\r\\n\\r\\nhello";
        StageOutcome outcome = load("GET", answer, 1000, false, 8);
        assertThat(outcome.errors()).isEmpty();
        assertThat(outcome.statuses()).isEqualTo(Map.of("2xx", (long) REQUESTS));
    }

    /** What was pipelined behind it cannot be answered any more, and nobody else is to blame. */
    @Test
    void whatIsPipelinedBehindTheLastAnswerIsAbandoned() throws Exception {
        String answer = OK + "Connection: close\\r\\nContent-Length: 1\\r\\n\\r\\nx";
        StageOutcome outcome = load("GET", answer, 1000, true, 4);
        assertThat(outcome.errors()).containsOnlyKeys("abandoned");
        assertThat(outcome.answered()).isPositive();
        assertThat(outcome.balances()).isTrue();
    }

    @Test
    void anAnswerCutShortIsClosedEarly() throws Exception {
        StageOutcome outcome = load("GET", OK + "Content-Length: 9\\r\\n\\r\\nx", 1000, true, 1);
        assertThat(outcome.errors()).isEqualTo(Map.of("closed early", (long) REQUESTS));
    }

    @Test
    void everyHundredthStatusIsCountedExactly() throws Exception {
        AtomicLong requests = new AtomicLong();
        ConnectionHandler oftenRight =
                (connection, in) -> {
                    for (String line = in.readLine(); line != null; line = in.readLine()) {
                        if (line.isEmpty()) {
                            boolean wrong = requests.incrementAndGet() % 100 == 0;
                            connection.write(
                                    "HTTP/1.1 "
                                            + (wrong ? "503 X" : "200 OK")
                                            + "\r\nContent-Length: 0\r\n\r\n");
                        }
                    }
                };
        try (Server server = Server.start(0, _ -> oftenRight)) {
            Runs.Outcome run =
                    Runs.loadtest(
                            "-q", "-r", "5000", "http://127.0.0.1:" + server.port() + "/x?y=z");
            assertThat(run.out())
                    .contains(
                            "\n  Errors: 50\n",
                            "Answers by status: 2xx 4,950, 5xx 50\n",
                            "Errors, status 503: 50\n",
                            "Books: 5,000 scheduled = 4,950 answered + 50 failed");
        }
    }
}
