package edgeloop.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 sections 2 and 3: the line that a request begins with. */
class RequestLineTest {
    private static final String REST = "\r\nHost: a\r\n\r\n";

    private static int refusalOfTarget(String target) {
        return Events.refusal("GET " + target + " HTTP/1.1" + REST);
    }

    @Test
    @DisplayName("RFC 9112 2.2: one empty line before a request is passed over, two are not")
    void emptyLineBefore() {
        assertThat(Events.complete("\r\nGET / HTTP/1.1" + REST)).isEqualTo(1);
        assertThat(Events.refusal("\r\n\r\nGET / HTTP/1.1" + REST)).isEqualTo(400);
        assertThat(Events.refusal("\nGET / HTTP/1.1" + REST)).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 2.2: a bare LF or CR ends no line")
    void lineEnds() {
        assertThat(Events.refusal("GET / HTTP/1.1\nHost: a\r\n\r\n")).isEqualTo(400);
        assertThat(Events.refusal("GET / HTTP/1.1\rHost: a\r\n\r\n")).isEqualTo(400);
        assertThat(Events.refusal("GET /\rx HTTP/1.1" + REST)).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 2.2: a space between the request line and the first header is refused")
    void spaceBeforeTheFirstHeader() {
        assertThat(Events.refusal("GET / HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 2.3, RFC 9110 2.5: a higher minor version counts as 1.1")
    void higherMinorVersion() {
        assertThat(Events.of("GET / HTTP/1.2" + REST).getFirst()).endsWith(" 1.1");
        assertThat(Events.of("GET / HTTP/1.0" + REST).getFirst()).endsWith(" 1.0");
    }

    @Test
    @DisplayName("RFC 9110 15.6.6: another major version is 505")
    void otherMajorVersion() {
        assertThat(Events.refusal("GET / HTTP/2.0" + REST)).isEqualTo(505);
        assertThat(Events.refusal("GET / HTTP/0.9" + REST)).isEqualTo(505);
    }

    @ParameterizedTest(name = "RFC 9112 2.3: \"{0}\" is no version")
    @ValueSource(
            strings = {"http/1.1", "HTTP/1.x", "HTTP/11", "HTTP/1.10", "HTTP 1.1", "HTTP/1.1 "})
    void malformedVersion(String version) {
        assertThat(Events.refusal("GET / " + version + REST)).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 3: parts are separated by one space; HTTP/0.9 has no version")
    void separators() {
        assertThat(Events.refusal("GET  / HTTP/1.1" + REST)).isEqualTo(400);
        assertThat(Events.refusal("GET /  HTTP/1.1" + REST)).isEqualTo(400);
        assertThat(Events.refusal("GET\t/ HTTP/1.1" + REST)).isEqualTo(400);
        assertThat(Events.refusal(" GET / HTTP/1.1" + REST)).isEqualTo(400);
        assertThat(Events.refusal("GET /\r\n\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9110 9.1: a method is case-sensitive, and one that is not known is 501")
    void methods() {
        for (Method method : Method.values()) {
            assertThat(Events.complete(method + " / HTTP/1.1" + REST)).isEqualTo(1);
        }
        assertThat(Events.refusal("get / HTTP/1.1" + REST)).isEqualTo(501);
        assertThat(Events.refusal("TRACE / HTTP/1.1" + REST)).isEqualTo(501);
        assertThat(Events.refusal("CONNECT a:1 HTTP/1.1" + REST)).isEqualTo(501);
        assertThat(Events.refusal("PROPFIND / HTTP/1.1" + REST)).isEqualTo(501);
        assertThat(Events.refusal("G".repeat(100) + " / HTTP/1.1" + REST)).isEqualTo(501);
        assertThat(Events.refusal("GE(T / HTTP/1.1" + REST)).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 3: a request line over the limit is 414, one at it is not")
    void longLine() {
        int limit = HttpOptions.defaults().maxRequestLineBytes();
        String longest = "/" + "x".repeat(limit - "GET / HTTP/1.1".length());
        assertThat(refusalOfTarget(longest)).isZero();
        assertThat(refusalOfTarget(longest + "x")).isEqualTo(414);
        assertThat(Events.refusal("GET /" + "x".repeat(2 * limit))).isEqualTo(414);
    }

    @Test
    @DisplayName("RFC 9112 3.2: a target has no blanks, control characters or others than ASCII")
    void targetBytes() {
        for (String target : new String[] {"/\u0000", "/\u0001", "/\u007f", "/\u00e9", "/a\tb"}) {
            assertThat(refusalOfTarget(target)).as(target).isEqualTo(400);
        }
    }

    @Test
    @DisplayName(
            "RFC 9112 3.2.1: origin-form has a path and perhaps a query; a fragment has no place")
    void originForm() {
        assertThat(Events.of("GET /a/b?c?d HTTP/1.1" + REST).getFirst())
                .isEqualTo("GET /a/b?c?d path /a/b host a 1.1");
        assertThat(refusalOfTarget("a")).isEqualTo(400);
        assertThat(refusalOfTarget("?a")).isEqualTo(400);
        assertThat(refusalOfTarget("/#a")).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 3.2.2: absolute-form is understood, and its host goes before Host's")
    void absoluteForm() {
        assertThat(Events.of("GET http://b:8/x?y HTTP/1.1" + REST).getFirst())
                .isEqualTo("GET http://b:8/x?y path /x host b:8 1.1");
        assertThat(Events.of("GET HTTPS://b?y HTTP/1.1" + REST).getFirst())
                .isEqualTo("GET HTTPS://b?y path / host b 1.1");
        assertThat(Events.of("GET http://b HTTP/1.1" + REST).getFirst())
                .isEqualTo("GET http://b path / host b 1.1");
        for (String target :
                new String[] {
                    "http://",
                    "http:///x",
                    "http://u@b/",
                    "http://b:x/",
                    "http://:80/",
                    "http://[zz]/",
                    "http://b%zz/",
                    "http://b:65536/"
                }) {
            assertThat(refusalOfTarget(target)).as(target).isEqualTo(400);
        }
        assertThat(refusalOfTarget("ftp://b/")).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 3.2.2: Host is asked for with absolute-form too")
    void absoluteFormWithoutHost() {
        assertThat(Events.refusal("GET http://b/ HTTP/1.1\r\n\r\n")).isEqualTo(400);
    }

    @Test
    @DisplayName("RFC 9112 3.2.4: asterisk-form is OPTIONS' alone")
    void asteriskForm() {
        assertThat(Events.complete("OPTIONS * HTTP/1.1" + REST)).isEqualTo(1);
        assertThat(refusalOfTarget("*")).isEqualTo(400);
        assertThat(Events.refusal("OPTIONS *x HTTP/1.1" + REST)).isEqualTo(400);
    }
}
