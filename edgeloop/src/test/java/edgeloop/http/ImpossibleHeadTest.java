package edgeloop.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.IoBuffer;
import edgeloop.http.syntax.HeadParser;
import edgeloop.http.syntax.Parsing;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * E72: a head that can't become right is refused at the first byte that shows it. Nobody waits for
 * the rest of it, and a head that may become right is not refused.
 */
class ImpossibleHeadTest {
    /** {@code -Dedgeloop.heads=1000000} for a long run. */
    private static final int HEADS = Integer.getInteger("edgeloop.heads", 20_000);

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";

    private static final List<String> HEADS_THAT_ARE_RIGHT =
            List.of(
                    GET + "\r\n",
                    "\r\nHEAD /a?b=c&d HTTP/1.1\r\nHost: example.org:8080\r\nAccept: */*\r\n\r\n",
                    "GET / HTTP/1.0\r\n\r\n",
                    "DELETE http://b.example:65535/x?y HTTP/1.1\r\nhost:b.example\r\n\r\n",
                    "GET HTTPS://[2001:db8::1:2]:443?q HTTP/1.1\r\nHost: a\r\n\r\n",
                    "GET http://[1:2:3:4:5:6:7:8] HTTP/1.1\r\nHost: a\r\n\r\n",
                    "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
                    "OPTIONS * HTTP/1.9\r\nHost: \t\r\nX: y\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: [::1]:80 \t\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: [1:2:3::5:6:7]\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: [::ffff:192.0.2.255]\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: [1:2:3:4:5:6:10.20.3.0]\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: [1:2:3:4:5:6:7::]\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: [v1f.a:b]:\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a%20b%7Ec\r\n\r\n",
                    "GET / HTTP/1.1\r\nX-Empty:\r\nX:  b \t c  \r\nX: \u00e9\r\nhOsT:a\r\n\r\n",
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 \r\n\r\n",
                    "POST / HTTP/1.1\r\nContent-Length: 000000000000000012\r\nHost: a\r\n\r\n",
                    "PUT / HTTP/1.1\r\nExpect: 100-Continue\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
                    "PATCH / HTTP/1.1\r\nTransfer-Encoding: Chunked\t\r\nHost: a\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: a, Close\r\n\r\n");

    /** Bytes that mean something somewhere in a head. */
    private static final String BYTES = "\r\n \t:/?#[]@%.*,;-+\u0000\u007f\u00ff019afgHhTzv";

    /** How much of {@code head} is taken, byte by byte, and what is answered in the end. */
    private record Taken(int bytes, int result) {}

    private static Taken take(String head) {
        byte[] bytes = head.getBytes(ISO_8859_1);
        HeadParser parser = HttpLoop.parser(HttpOptions.defaults());
        int start = 0;
        for (int end = 1; end <= bytes.length; end++) {
            byte[] unread = new byte[end - start];
            System.arraycopy(bytes, start, unread, 0, unread.length);
            IoBuffer in = IoBuffer.copyOf(unread);
            int result = parser.parse(in);
            start = end - in.remaining();
            if (result == Parsing.DONE) {
                return new Taken(end, result);
            }
            if (result != Parsing.MORE) {
                return new Taken(end - 1, result);
            }
        }
        return new Taken(bytes.length, Parsing.MORE);
    }

    private static void check(String head) {
        HeadGrammar expected = new HeadGrammar(head);
        Taken taken = take(head);
        assertThat(taken.bytes).as("taken of %s", Events.escaped(head)).isEqualTo(expected.viable);
        assertThat(taken.result == Parsing.DONE).as(head).isEqualTo(expected.complete);
        assertThat(taken.result == Parsing.MORE)
                .as("more is waited for: %s", Events.escaped(head))
                .isEqualTo(!expected.complete && expected.viable == head.length());
    }

    @ParameterizedTest(name = "E72 \"{0}\" is refused with {1} at its last byte")
    @CsvSource(
            quoteCharacter = '\'',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "GET / H\\r,400",
                "GET / \\r,400",
                "GET / HTTP/2,505",
                "GET / HTTP/0,505",
                "GET / HTTP/1.1\\n,400",
                "GET / HTTP/1.1\\r\\r,400",
                "GET / HTTP/11,400",
                "GET / h,400",
                "g,501",
                "GETS,501",
                "PR,501",
                "GE\\t,400",
                "GET a,400",
                "GET *,400",
                "OPTIONS *x,400",
                "GET hx,400",
                "GET http://u@,400",
                "GET http:///,400",
                "GET http://[:],400",
                "GET http://[z,400",
                "GET http://a:65536,400",
                "GET http://a%g,400",
                "GET / HTTP/1.1\\r\\nHost:\\r,400",
                "GET / HTTP/1.1\\r\\nHost: u@,400",
                "GET / HTTP/1.1\\r\\nHost: a b,400",
                "GET / HTTP/1.1\\r\\nHost: :,400",
                "GET / HTTP/1.1\\r\\nHost: [1:2:3:4:5:6:7:8:,400",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nHost:,400",
                "GET / HTTP/1.1\\r\\n\\r,400",
                "POST / HTTP/1.1\\r\\nContent-Length: x,400",
                "POST / HTTP/1.1\\r\\nContent-Length:\\r,400",
                "POST / HTTP/1.1\\r\\nContent-Length: 1\\r\\nContent-Length:,400",
                "POST / HTTP/1.1\\r\\nContent-Length: 1\\r\\nTransfer-Encoding:,400",
                "POST / HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length:,400",
                "'POST / HTTP/1.1\\r\\nTransfer-Encoding: chunked,',400",
                "POST / HTTP/1.1\\r\\nTransfer-Encoding: g,501",
                "POST / HTTP/1.0\\r\\nTransfer-Encoding:,400",
                "POST / HTTP/1.1\\r\\nExpect: 100-x,417"
            })
    void refusedAtItsLastByte(String escapedHead, int status) {
        String head = escapedHead.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t");
        assertThat(take(head)).isEqualTo(new Taken(head.length() - 1, status));
        check(head);
    }

    @Test
    @DisplayName("E72 a request line is refused with 414 where no version fits behind it any more")
    void longLine() {
        int limit = HttpOptions.defaults().maxRequestLineBytes();
        String longest = "GET /" + "x".repeat(limit - "GET / HTTP/1.1".length());
        assertThat(take(longest + "x")).isEqualTo(new Taken(longest.length(), 414));
    }

    @Test
    @DisplayName("E72 each head that is right is taken, and no beginning of it is refused")
    void rightHeads() {
        for (String head : HEADS_THAT_ARE_RIGHT) {
            assertThat(take(head)).as(head).isEqualTo(new Taken(head.length(), Parsing.DONE));
            check(head);
        }
    }

    @Test
    @DisplayName("E72 any byte anywhere in a head is refused at once or may become right")
    void eachByteAtEachPlace() {
        for (String head : HEADS_THAT_ARE_RIGHT) {
            for (int at = 0; at < head.length(); at++) {
                for (int i = 0; i < BYTES.length(); i++) {
                    check(head.substring(0, at) + BYTES.charAt(i));
                }
            }
        }
    }

    @Test
    @DisplayName("E72 heads cut, changed and repeated: none is waited for that can't become right")
    void changedHeads() {
        Random random = new Random(Long.getLong("edgeloop.seed", 72));
        List<String> seeds = new ArrayList<>(HEADS_THAT_ARE_RIGHT);
        seeds.addAll(Inputs.GOOD);
        seeds.addAll(Inputs.BAD);
        int refused = 0;
        for (int i = 0; i < HEADS; i++) {
            String head = new String(Mutations.of(seeds, random), ISO_8859_1);
            for (int n = random.nextInt(3); n > 0 && !head.isEmpty(); n--) {
                head = changed(head, seeds, random);
            }
            check(head);
            refused += take(head).result > Parsing.LINE ? 1 : 0;
        }
        assertThat(refused).isBetween(HEADS / 4, HEADS - HEADS / 10);
    }

    private static String changed(String head, List<String> seeds, Random random) {
        int at = random.nextInt(head.length());
        int to = at + random.nextInt(Math.min(head.length() - at, 20) + 1);
        String other = seeds.get(random.nextInt(seeds.size()));
        char b = BYTES.charAt(random.nextInt(BYTES.length()));
        return switch (random.nextInt(4)) {
            case 0 -> head.substring(0, at);
            case 1 -> head.substring(0, at) + b + head.substring(at + 1);
            case 2 -> head.substring(0, to) + head.substring(at);
            default -> head.substring(0, at) + other.substring(random.nextInt(other.length()));
        };
    }
}
