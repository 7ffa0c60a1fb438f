package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 section 5 and RFC 9110 sections 5 and 7.2: header fields. */
class HeaderFieldsTest {

    private static int refusalOf(String lines) {
        return Events.refusal("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
    }

    private static int refusalOfHost(String host) {
        return Events.refusal("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }

    @Test
    @DisplayName("RFC 9112 5: blanks around a value are no part of it, those inside are")
    void blanksAroundValues() {
        assertThat(Events.of("GET / HTTP/1.1\r\nHost:a\r\nX: \t b \t c\t \r\nY:\r\nZ: \r\n\r\n"))
                .contains("Host=a", "X=b \t c", "Y=", "Z=");
    }

    @Test
    @DisplayName("E53 RFC 9112 5.1: a space before the colon is refused")
    void spaceBeforeTheColon() {
        assertThat(refusalOf("X : y\r\n")).isEqualTo(400);
        assertThat(refusalOf("X\t: y\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("E53 RFC 9112 5.2: a folded line is refused")
    void folding() {
        assertThat(refusalOf("X: y\r\n z\r\n")).isEqualTo(400);
        assertThat(refusalOf("X: y\r\n\tz\r\n")).isEqualTo(400);
        assertThat(refusalOf("X: y\r\n \r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9110 5.1: a name is a token")
    void names() {
        assertThat(refusalOf("!#$%&'*+-.^_`|~09azAZ: y\r\n")).isZero();
        for (char c : "\u0000\u0001\"(),/;<=>?@[\\]{}\u007f\u00e9".toCharArray()) {
            assertThat(refusalOf("X" + c + ": y\r\n")).as("U+%04x", (int) c).isEqualTo(400);
        }
        assertThat(refusalOf(": y\r\n")).isEqualTo(400);
        assertThat(refusalOf("X\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("E53 RFC 9110 5.5: control characters in a value are refused, NUL and bare CR too")
    void values() {
        assertThat(refusalOf("X: \u0080\u00ff!~\r\n")).isZero();
        for (char c = 0; c < ' '; c++) {
            if (c != '\t') {
                assertThat(refusalOf("X: y" + c + "z\r\n")).as("U+%04x", (int) c).isEqualTo(400);
            }
        }
        assertThat(refusalOf("X: \u007f\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("E52 RFC 9112 2.2: a bare LF ends no header line")
    void bareLineFeed() {
        assertThat(refusalOf("X: y\nZ: z\r\n")).isEqualTo(400);
        assertThat(refusalOf("X: y\r\n\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 6585 5: a header section over the limit is 431, one at it is not")
    void longSection() {
        int limit = HttpOptions.defaults().maxHeaderBytes();
        String fill = "y".repeat(limit - "Host: a\r\nX: \r\n\r\n".length());
        assertThat(refusalOf("X: " + fill + "\r\n")).isZero();
        assertThat(refusalOf("X: " + fill + "y\r\n")).isEqualTo(431);
        assertThat(refusalOf("X: y\r\n".repeat(99))).isZero();
        assertThat(refusalOf("X: y\r\n".repeat(100))).isEqualTo(431);
    }

    @Test
    @DisplayName("E53 RFC 9112 3.2: HTTP/1.1 has one Host, HTTP/1.0 at most one")
    void oneHost() {
        assertThat(Events.refusal("GET / HTTP/1.1\r\n\r\n")).isEqualTo(400);
        assertThat(Events.refusal("GET / HTTP/1.0\r\n\r\n")).isZero();
        assertThat(refusalOf("Host: a\r\n")).isEqualTo(400);
        assertThat(Events.refusal("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n")).isEqualTo(400);
    }

    @ParameterizedTest(name = "RFC 9112 3.2: Host \"{0}\" is one")
    @ValueSource(
            strings = {
                "a",
                "a.b-c_d",
                "a:",
                "a:80",
                "a:065535",
                "127.0.0.1",
                "1.2.3.999",
                "[::1]",
                "[::1]:80",
                "[::]",
                "[1:2:3:4:5:6:7:8]",
                "[1::3:4:5:6:7:8]",
                "[::ffff:127.0.0.1]",
                "[v1.x]",
                "%41"
            })
    void validHosts(String host) {
        assertThat(refusalOfHost(host)).isZero();
    }

    @ParameterizedTest(name = "RFC 9112 3.2: Host \"{0}\" is none")
    @ValueSource(
            strings = {
                "a b",
                "a/b",
                "u@a",
                "a:b",
                "a:80:81",
                "a:65536",
                "a:99999999999999999999",
                ":80",
                "[::1",
                "[a]b",
                "a,b c",
                "a?",
                "<a>",
                "%zz",
                "%4",
                "[]",
                "[zz]",
                "[:]",
                "[1:2:3:4:5:6:7]",
                "[1:2:3:4:5:6:7:8:9]",
                "[1::2::3]",
                "[1:2:3:4::5:6:7:8]",
                "[12345::]",
                "[::1.2.3]",
                "[::1.2.3.256]",
                "[::01.2.3.4]",
                "[1.2.3.4]",
                "[fe80::1%25eth0]",
                "[v.x]",
                "[::1]80"
            })
    void invalidHosts(String host) {
        assertThat(refusalOfHost(host)).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 3.2: an empty Host is for a target without an authority, so for \"*\"")
    void emptyHost() {
        assertThat(refusalOfHost("")).isEqualTo(400);
        assertThat(refusalOfHost(" \t")).isEqualTo(400);
        assertThat(Events.refusal("GET / HTTP/1.0\r\nHost:\r\n\r\n")).isEqualTo(400);
        assertThat(Events.refusal("GET http://b/ HTTP/1.1\r\nHost:\r\n\r\n")).isEqualTo(400);
        assertThat(Events.refusal("OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n")).isZero();
    }

    @Test
    @DisplayName("RFC 9110 10.1.1: an expectation that is not known is 417")
    void expectations() {
        assertThat(refusalOf("Expect: 100-Continue\r\n")).isZero();
        assertThat(refusalOf("Expect: cake\r\n")).isEqualTo(417);
    }
}
