package edgeloop.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 section 7.1: the chunked coding. */
class ChunkedBodyTest {
    private static final String HEAD =
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static int refusalOf(String body) {
        return Events.refusal(HEAD + body);
    }

    @Test
    @DisplayName("RFC 9112 7.1: chunks are put together; sizes are hexadecimal in either case")
    void chunks() {
        assertThat(
                        Events.of(
                                HEAD
                                        + "3\r\nabc\r\n00a\r\n0123456789\r\nB\r\nhello there\r\n0\r\n\r\n"))
                .contains("complete abc0123456789hello there{}");
    }

    @ParameterizedTest(name = "E52 RFC 9112 7.1: \"{0}\" is no size")
    @ValueSource(strings = {"", "g", "+5", "-5", "0x5", " 5", "5 ", "5\t", "5,"})
    void malformedSize(String size) {
        assertThat(refusalOf(size + "\r\nhello\r\n0\r\n\r\n")).isEqualTo(400);
    }

    @ParameterizedTest(name = "E52 RFC 9112 7.1: size {0} does not overflow")
    @ValueSource(
            strings = {
                "10000000000000005",
                "fffffffffffffffb",
                "8000000000000005",
                "ffffffff00000005",
                "0000000000000000000000000000000005"
            })
    void hugeSize(String size) {
        String body = size + "\r\nhello\r\n0\r\n\r\n";
        assertThat(refusalOf(body)).isEqualTo(size.startsWith("0") ? 400 : 413);
        HttpOptions options = HttpOptions.defaults().withMaxBodyBytes(Long.MAX_VALUE);
        assertThat(Events.of(options, (HEAD + body).getBytes(US_ASCII)).getLast())
                .startsWith("refused 400 ");
    }

    @Test
    @DisplayName("RFC 9110 6.5.1: a trailer that would frame the message is refused")
    void framingInTrailers() {
        assertThat(refusalOf("0\r\nContent-Length: 3\r\n\r\n")).isEqualTo(400);
        assertThat(refusalOf("0\r\nA: b\r\ntransfer-encoding:")).isEqualTo(400);
        assertThat(refusalOf("0\r\nContent-Lengths: 3\r\n\r\n")).isZero();
    }

    @Test
    @DisplayName("E72 a chunk's line is refused at the first byte that makes it none, or too large")
    void refusedAtOnce() {
        assertThat(refusalOf("100000")).isZero();
        assertThat(refusalOf("100001")).isEqualTo(413);
        assertThat(refusalOf("100000\r\n" + "x".repeat(1 << 20) + "\r\n0")).isZero();
        assertThat(refusalOf("100000\r\n" + "x".repeat(1 << 20) + "\r\n1")).isEqualTo(413);
        for (String body : new String[] {"g", "1 ", "1\n", "1;;", "1;a==", "1\r\r", "0\r\n:"}) {
            assertThat(refusalOf(body.substring(0, body.length() - 1))).as(body).isZero();
            assertThat(refusalOf(body)).as(body).isEqualTo(400);
        }
    }

    @Test
    @DisplayName("E52 RFC 9112 7.1: sizes that sum up beyond any number are 413")
    void hugeSum() {
        assertThat(refusalOf("5\r\nhello\r\n7fffffffffffffb\r\n")).isEqualTo(413);
    }

    @Test
    @DisplayName("E52 RFC 9112 2.2: a bare LF or CR is no line end of the framing")
    void lineEnds() {
        for (String body :
                new String[] {
                    "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0\r\n\r\n",
                    "5\rhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\n\r\n", "5\r\nhello\r\n0\r\n\n"
                }) {
            assertThat(refusalOf(body)).as(body).isEqualTo(400);
        }
    }

    @Test
    @DisplayName("RFC 9112 7.1: data that goes on behind its size is refused")
    void longerThanItsSize() {
        assertThat(refusalOf("5\r\nhello!\r\n0\r\n\r\n")).isEqualTo(400);
        assertThat(refusalOf("0\r\nhello")).isZero(); // a trailer's name, so far
        assertThat(refusalOf("0\r\nhello\r\n\r\n")).isEqualTo(400);
    }

    @ParameterizedTest(name = "RFC 9112 7.1.1: extension \"{0}\" is ignored")
    @ValueSource(strings = {";a", ";a=b", ";a;b=c", ";a=\"b c\"", ";a=\"\\\"\\;\";b", ";a=\"\""})
    void extensions(String extension) {
        assertThat(Events.of(HEAD + "1" + extension + "\r\nx\r\n0" + extension + "\r\n\r\n"))
                .contains("complete x{}");
    }

    @ParameterizedTest(name = "E52 RFC 9112 7.1.1: extension \"{0}\" is refused")
    @ValueSource(
            strings = {
                ";",
                ";a=",
                ";a b",
                "; a",
                " ;a",
                ";a =b",
                ";a=\"b\"c",
                ";a=\"b\nc\"",
                ";a=\"b\r\nc\"",
                ";a=\"\\\n\"",
                ";a\n",
                ";a=\u0000"
            })
    void malformedExtensions(String extension) {
        assertThat(refusalOf("1" + extension + "\r\nx\r\n0\r\n\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 7.1.1: a chunk's line has a limit")
    void longExtension() {
        assertThat(refusalOf("1;" + "a".repeat(1000))).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 7.1.2: trailer fields are given apart, equal ones joined")
    void trailers() {
        assertThat(Events.of(HEAD + "1\r\nx\r\n0\r\nA: b\r\nC:\r\na: d\r\n\r\n"))
                .contains("complete x{a=b, d, c=}");
    }

    @Test
    @DisplayName("RFC 9112 7.1.2: trailer fields are as strict as header fields, and as bounded")
    void malformedTrailers() {
        assertThat(refusalOf("0\r\nA : b\r\n\r\n")).isEqualTo(400);
        assertThat(refusalOf("0\r\n A: b\r\n\r\n")).isEqualTo(400);
        assertThat(refusalOf("0\r\nA: b\n\r\n")).isEqualTo(400);
        assertThat(refusalOf("0\r\n" + "A: b\r\n".repeat(101) + "\r\n")).isEqualTo(431);
        assertThat(refusalOf("0\r\nA: " + "b".repeat(40_000))).isEqualTo(431);
    }
}
