package edgeloop.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 14: parts of files. */
class RangeRequestTest {
    private static final String DIGITS = "0123456789";

    @TempDir Path root;

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 0-0",
        "bytes=2-5, 2345, 2-5",
        "bytes=7-, 789, 7-9",
        "bytes=-3, 789, 7-9",
        "bytes=-30, 0123456789, 0-9",
        "bytes=5-100, 56789, 5-9",
        "bytes=0-99999999999999999999999, 0123456789, 0-9",
        "BYTES=1-1, 1, 1-1",
        "'bytes=, 3-4 ,', 34, 3-4",
        "'bytes=8-9,20-30', 89, 8-9"
    })
    @DisplayName("RFC 9110 15.3.7.1 one range")
    void oneRange(String range, String content, String contentRange) {
        try (Site site = new Site(root).with("file", DIGITS)) {
            String answer = site.get("/file", "Range: " + range);
            assertThat(answer)
                    .startsWith("HTTP/1.1 206 Partial Content\r\n")
                    .contains("\r\nContent-Range: bytes " + contentRange + "/10\r\n")
                    .contains("\r\nETag: ", "\r\nLast-Modified: ");
            assertThat(Site.content(answer)).isEqualTo(content);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=20-30,40-50"})
    @DisplayName("RFC 9110 15.5.17 no range that could be satisfied")
    void unsatisfiableRange(String range) {
        try (Site site = new Site(root).with("file", DIGITS)) {
            assertThat(site.get("/file", "Range: " + range))
                    .startsWith("HTTP/1.1 416 ")
                    .contains("\r\nContent-Range: bytes */10\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=",
                "bytes=-",
                "bytes=a-b",
                "bytes=5-2",
                "bytes=1-2-3",
                "bytes=+1-2",
                "bytes 1-2",
                "lines=1-2",
                "1-2",
                "bytes=1-2;3-4",
                "bytes=0x1-2"
            })
    @DisplayName("RFC 9110 14.2 a Range that is malformed is ignored")
    void malformedRangeIsIgnored(String range) {
        try (Site site = new Site(root).with("file", DIGITS)) {
            String answer = site.get("/file", "Range: " + range);
            assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith(DIGITS);
        }
    }

    @Test
    @DisplayName("RFC 9110 14.2 HEAD knows no ranges; two Range headers are none")
    void rangeIsIgnoredWhereItHasNoMeaning() {
        try (Site site = new Site(root).with("file", DIGITS)) {
            assertThat(site.ask("HEAD", "/file", "Range: bytes=1-2")).startsWith("HTTP/1.1 200 ");
            assertThat(site.get("/file", "Range: bytes=1-2", "Range: bytes=3-4"))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1 << 20})
    @DisplayName("RFC 9110 14.6 several ranges come as parts")
    void severalRangesComeAsParts(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        String content = new String(bytes, ISO_8859_1);
        try (Site site = new Site(root).with("file.png", content)) {
            String answer = site.get("/file.png", "Range: bytes=1-3, 50-59, -2");
            assertThat(answer).startsWith("HTTP/1.1 206 ");
            String type = Site.header(answer, "Content-Type");
            assertThat(type).startsWith("multipart/byteranges; boundary=");
            String boundary = type.substring(type.indexOf('=') + 1);
            String body = Site.content(answer);
            assertThat(Site.header(answer, "Content-Length"))
                    .isEqualTo(Integer.toString(body.length()));
            String head = "Content-Type: image/png\r\nContent-Range: bytes ";
            String start = "\r\n--" + boundary + "\r\n" + head;
            assertThat(body)
                    .isEqualTo(
                            (start + "1-3/" + length + "\r\n\r\n" + content.substring(1, 4))
                                    + (start + "50-59/" + length + "\r\n\r\n")
                                    + content.substring(50, 60)
                                    + (start + (length - 2) + "-" + (length - 1) + "/" + length)
                                    + ("\r\n\r\n" + content.substring(length - 2))
                                    + ("\r\n--" + boundary + "--\r\n"));
        }
    }

    @Test
    @DisplayName("a flood of ranges is answered with the whole, once")
    void rangeFloodIsAnsweredOnce() {
        try (Site site = new Site(root).with("file", DIGITS.repeat(100))) {
            assertThat(site.get("/file", "Range: bytes=" + "0-,".repeat(1000)))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(site.get("/file", "Range: bytes=" + "1-1,".repeat(17)))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(site.get("/file", "Range: bytes=0-600,0-600")).startsWith("HTTP/1.1 200 ");
            assertThat(site.get("/file", "Range: bytes=" + "1-1,".repeat(16)))
                    .startsWith("HTTP/1.1 206 ");
        }
    }

    @Test
    void partOfALargeFileIsTheRightPart() {
        byte[] bytes = new byte[3 << 20];
        new Random(2).nextBytes(bytes);
        String content = new String(bytes, ISO_8859_1);
        try (Site site = new Site(root).with("file", content)) {
            assertThat(Site.content(site.get("/file", "Range: bytes=1000001-2999999")))
                    .isEqualTo(content.substring(1_000_001, 3_000_000));
        }
    }

    @Test
    void emptyFileHasNoRanges() {
        try (Site site = new Site(root).with("file", "")) {
            assertThat(site.get("/file", "Range: bytes=0-")).startsWith("HTTP/1.1 416 ");
            assertThat(site.get("/file", "Range: bytes=-0")).startsWith("HTTP/1.1 416 ");
        }
    }

    @Test
    @DisplayName("RFC 9110 14.1.2 the last bytes of an empty file are the whole of it")
    void suffixOfAnEmptyFileIsTheWhole() {
        try (Site site = new Site(root).with("file", "")) {
            assertThat(site.get("/file", "Range: bytes=-5"))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\r\nContent-Length: 0\r\n");
        }
    }
}
