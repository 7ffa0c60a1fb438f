package edgeloop.http;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.http.semantics.DateParser;
import edgeloop.http.semantics.HttpDate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 13: what a client has already, and what it wants only if nothing changed. */
class ConditionalRequestTest {
    private static final String EARLIER = "Mon, 03 Feb 2020 04:05:05 GMT";
    private static final String LATER = "Mon, 03 Feb 2020 04:05:07 GMT";

    @TempDir Path root;

    private int status(Site site, String... headers) {
        return Site.status(site.get("/file", headers));
    }

    @Test
    @DisplayName("RFC 9110 13.1.2 If-None-Match")
    void ifNoneMatch() {
        try (Site site = new Site(root).with("file", "x")) {
            String etag = Site.header(site.get("/file"), "ETag");
            String notModified = site.get("/file", "If-None-Match: " + etag);
            assertThat(notModified)
                    .startsWith("HTTP/1.1 304 ")
                    .contains("\r\nETag: " + etag + "\r\n")
                    .doesNotContain("Content-Length", "Content-Type")
                    .endsWith("\r\n\r\n");
            assertThat(status(site, "If-None-Match: W/" + etag)).isEqualTo(304);
            assertThat(status(site, "If-None-Match: \"a\", " + etag)).isEqualTo(304);
            assertThat(status(site, "If-None-Match: \"a\"", "If-None-Match: " + etag))
                    .isEqualTo(304);
            assertThat(status(site, "If-None-Match: *")).isEqualTo(304);
            assertThat(status(site, "If-None-Match: \"a\"")).isEqualTo(200);
            assertThat(status(site, "If-None-Match: " + etag.substring(0, 4) + "\""))
                    .isEqualTo(200);
            assertThat(status(site, "If-None-Match: garbage " + etag)).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("RFC 9110 13.1.1 If-Match compares strongly")
    void ifMatch() {
        try (Site site = new Site(root).with("file", "x")) {
            String etag = Site.header(site.get("/file"), "ETag");
            assertThat(status(site, "If-Match: " + etag)).isEqualTo(200);
            assertThat(status(site, "If-Match: *")).isEqualTo(200);
            assertThat(status(site, "If-Match: \"other\"")).isEqualTo(412);
            assertThat(status(site, "If-Match: W/" + etag)).isEqualTo(412);
        }
    }

    @Test
    @DisplayName("RFC 9110 13.1.3 If-Modified-Since, and 13.1.4 If-Unmodified-Since")
    void dates() {
        try (Site site = new Site(root).with("file", "x")) {
            assertThat(status(site, "If-Modified-Since: " + Site.MODIFIED_DATE)).isEqualTo(304);
            assertThat(status(site, "If-Modified-Since: " + LATER)).isEqualTo(304);
            assertThat(status(site, "If-Modified-Since: " + EARLIER)).isEqualTo(200);
            assertThat(status(site, "If-Modified-Since: yesterday")).isEqualTo(200);
            assertThat(status(site, "If-Unmodified-Since: " + EARLIER)).isEqualTo(412);
            assertThat(status(site, "If-Unmodified-Since: " + LATER)).isEqualTo(200);
            assertThat(status(site, "If-Unmodified-Since: yesterday")).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("RFC 9110 13.2.2 tags go before dates")
    void tagsGoBeforeDates() {
        try (Site site = new Site(root).with("file", "x")) {
            String etag = Site.header(site.get("/file"), "ETag");
            assertThat(status(site, "If-None-Match: \"a\"", "If-Modified-Since: " + LATER))
                    .isEqualTo(200);
            assertThat(status(site, "If-Match: " + etag, "If-Unmodified-Since: " + EARLIER))
                    .isEqualTo(200);
            assertThat(status(site, "If-Match: \"a\"", "If-None-Match: " + etag)).isEqualTo(412);
        }
    }

    @Test
    @DisplayName("RFC 9110 13.1.5 If-Range: a part if nothing changed, else the whole")
    void ifRange() {
        try (Site site = new Site(root).with("file", "0123456789")) {
            String etag = Site.header(site.get("/file"), "ETag");
            String range = "Range: bytes=2-3";
            assertThat(status(site, range, "If-Range: " + etag)).isEqualTo(206);
            assertThat(status(site, range, "If-Range: " + Site.MODIFIED_DATE)).isEqualTo(200);
            assertThat(status(site, range, "If-Range: W/" + etag)).isEqualTo(200);
            assertThat(status(site, range, "If-Range: \"a\"")).isEqualTo(200);
            assertThat(status(site, range, "If-Range: " + LATER)).isEqualTo(200);
            assertThat(status(site, range, "If-None-Match: " + etag)).isEqualTo(304);
        }
    }

    @Test
    @DisplayName("E73 a date of the second in which the file was written joins no two versions")
    void dateOfTheSameSecondIsWeak() throws Exception {
        try (Site site = new Site(root)) {
            Files.writeString(root.resolve("file"), "first");
            long second = Files.getLastModifiedTime(root.resolve("file")).to(TimeUnit.SECONDS);
            String date = HttpDate.format(second);
            String answer = site.get("/file");
            assertThat(answer).endsWith("first").doesNotContain("Last-Modified");
            assertThat(status(site, "Range: bytes=1-2", "If-Range: " + date)).isEqualTo(200);
            String etag = Site.header(answer, "ETag");
            assertThat(status(site, "Range: bytes=1-2", "If-Range: " + etag)).isEqualTo(206);
        }
    }

    @Test
    @DisplayName(
            "E73 a date joins no two files of one time, of which one was renamed over the other")
    void dateJoinsNoTwoFilesOfOneTime() throws Exception {
        try (Site site = new Site(root).with("file", "first").with("new", "other")) {
            String date = "If-Range: " + Site.header(site.get("/file"), "Last-Modified");
            Files.move(root.resolve("new"), root.resolve("file"), REPLACE_EXISTING);
            site.server.await(() -> site.get("/file").endsWith("other"));
            assertThat(status(site, "Range: bytes=2-", date)).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("E73 RFC 9110 8.8.2.1 a time that is yet to come is not told")
    void dateIsNotLaterThanNow() throws Exception {
        try (Site site = new Site(root).with("file", "x")) {
            Instant future = Instant.now().plusSeconds(86_400);
            Files.setLastModifiedTime(root.resolve("file"), FileTime.from(future));
            String answer = site.get("/file");
            assertThat(answer).startsWith("HTTP/1.1 200 ").doesNotContain("Last-Modified");
            String etag = Site.header(answer, "ETag");
            assertThat(status(site, "If-None-Match: " + etag)).isEqualTo(304);
            assertThat(status(site, "If-Modified-Since: " + LATER)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {900_000_000_000L, 1L << 60, -1, -100_000_000_000L, -(1L << 60)})
    @DisplayName("E73 a time in the year 31,000 or before there were any does no harm")
    void farTimesDoNoHarm(long seconds) throws Exception {
        Path memory = Path.of("/dev/shm"); // tmpfs keeps 64 bits of them
        assumeTrue(Files.isWritable(memory), "no tmpfs");
        Path folder = Files.createTempDirectory(memory, "far");
        try (Site site = new Site(folder).with("file", "content")) {
            Files.setLastModifiedTime(
                    folder.resolve("file"), FileTime.from(seconds, TimeUnit.SECONDS));
            String answer = site.get("/file", "If-Modified-Since: " + EARLIER);
            assertThat(Site.status(answer)).isIn(200, 304);
            long kept = Files.getLastModifiedTime(folder.resolve("file")).to(TimeUnit.SECONDS);
            if (answer.contains("Last-Modified")) {
                assertThat(DateParser.parse(Site.header(answer, "Last-Modified"))).isEqualTo(kept);
            }
            assertThat(Site.content(site.get("/file"))).isEqualTo("content");
        } finally {
            Files.delete(folder.resolve("file"));
            Files.delete(folder);
        }
    }

    @Test
    @DisplayName(
            "E73 another release's file of equal length and time is no 304, and no part of this one")
    void otherFileOfTheSameTimeIsAnother() throws Exception {
        try (Site site = new Site(root).with("v1/file", "first").with("v2/file", "other")) {
            Path current = Files.createSymbolicLink(root.resolve("current"), Path.of("v1"));
            String first = site.get("/current/file");
            Files.delete(current);
            Files.createSymbolicLink(current, Path.of("v2"));
            String etag = "If-None-Match: " + Site.header(first, "ETag");
            site.server.await(() -> site.get("/current/file").endsWith("other"));
            assertThat(site.get("/current/file", etag)).startsWith("HTTP/1.1 200 ");
            String date = "If-Range: " + Site.MODIFIED_DATE;
            assertThat(site.get("/current/file", "Range: bytes=2-", date))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'Sun, 06 Nov 1994 08:49:37 GMT', 784111777",
        "'Sunday, 06-Nov-94 08:49:37 GMT', 784111777",
        "'Sun Nov  6 08:49:37 1994', 784111777",
        "'Thu, 01 Jan 1970 00:00:00 GMT', 0",
        "'Sat, 31 Dec 2016 23:59:60 GMT', 1483228799"
    })
    @DisplayName("RFC 9110 5.6.7 the three formats of dates")
    void datesAreReadInThreeFormats(String date, long seconds) {
        assertThat(DateParser.parse(date)).isEqualTo(seconds);
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "0",
        "'Sun, 31 Feb 1994 08:49:37 GMT'",
        "'Sun, 06 Foo 1994 08:49:37 GMT'",
        "'Sun, 06 Nov 1994 25:49:37 GMT'",
        "'Sun, 06 Nov 1994 08:49:37'",
        "'Sun, 06 Nov 1994 08:49:37 CET'"
    })
    @DisplayName("RFC 9110 13.1.3 a date that can't be read is ignored")
    void otherDatesAreNone(String date) {
        assertThat(DateParser.parse(date)).isEqualTo(DateParser.NONE);
    }
}
