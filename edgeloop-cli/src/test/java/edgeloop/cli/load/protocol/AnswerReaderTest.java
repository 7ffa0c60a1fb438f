package edgeloop.cli.load.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.Connection;
import edgeloop.Server;
import edgeloop.cli.load.Runs;
import edgeloop.cli.load.engine.EngineOptions;
import edgeloop.cli.load.measure.StageOutcome;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers are found in the stream however it is cut into pieces. */
class AnswerReaderTest {
    private static final int REQUESTS = 300;

    /** Answers each byte that comes with {@code answer}, in pieces of {@code piece} bytes. */
    private static StageOutcome load(String answer, int piece, String expect) throws Exception {
        byte[] bytes = Escapes.bytes(answer);
        try (Server server =
                Server.start(
                        0,
                        _ ->
                                (connection, in) -> {
                                    while (in.hasRemaining()) {
                                        in.skip(1);
                                        send(connection, bytes, 0, piece);
                                    }
                                })) {
            EngineOptions options = Runs.expecting(Runs.echoes(server.port(), 3), "x", expect);
            return Runs.run(options, Runs.requests(REQUESTS)).outcome();
        }
    }

    /** Each piece in a turn of its own, so that each is a segment of its own. */
    private static void send(Connection connection, byte[] bytes, int from, int piece) {
        int length = Math.min(piece, bytes.length - from);
        connection.write(bytes, from, length);
        if (from + length < bytes.length) {
            connection
                    .ref()
                    .execute(c -> c.reactor().execute(() -> send(c, bytes, from + length, piece)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hello|length:5",
                "hello|hello",
                "hello|exact:hello",
                "hello|hex:68 65 6c 6c 6f",
                "aab|until:aab",
                "xaaab|until:aab",
                "abcabcabd|until:abcabd",
                "one line\\r\\n|until:\\r\\n",
                "VERSION 1.6\\r\\n|pattern:VERSION .*\\r\\n",
                "\\xff\\x00z|pattern:\\xff\\x00z",
            })
    void rightAnswersAreRight(String answer, String expect) throws Exception {
        for (int piece : new int[] {1, 2, 1000}) {
            StageOutcome outcome = load(answer, piece, expect);
            assertThat(outcome.errors()).as("in pieces of %d", piece).isEmpty();
            assertThat(outcome.answered()).isEqualTo(REQUESTS);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hellO|hello",
                "hello|hex:68 65 6c 6c 70",
                "ERROR\\r\\n|pattern:VERSION .*\\r\\n",
            })
    void wrongAnswersAreMismatches(String answer, String expect) throws Exception {
        assertThat(load(answer, 1000, expect).errors())
                .isEqualTo(Map.of("mismatch", (long) REQUESTS));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"a\\r\\n\\t\\0\\\\b|610d0a09005c62", "\\x7fé|7fc3a9"})
    void escapesStandForBytes(String text, String hex) {
        assertThat(Escapes.bytes(text)).isEqualTo(Escapes.hex(hex));
    }
}
