package edgeloop.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.http.TestServer.Client;
import edgeloop.http.file.MediaTypes;
import edgeloop.http.semantics.AcceptEncoding;
import edgeloop.http.syntax.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of a folder, as clients get them. */
class StaticFilesTest {
    @TempDir Path root;

    private static String random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return new String(bytes, ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1024, 16_384, 16_385, 1 << 20, (5 << 20) + 1})
    void fileOfAnyLengthComesWhole(int length) {
        String content = random(length);
        try (Site site = new Site(root).with("file.bin", content)) {
            String answer = site.get("/file.bin");
            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("\r\nContent-Length: " + length + "\r\n")
                    .contains("\r\nLast-Modified: " + Site.MODIFIED_DATE + "\r\n")
                    .contains("\r\nAccept-Ranges: bytes\r\n", "\r\nETag: \"");
            assertThat(Site.content(answer)).isEqualTo(content);
        }
    }

    @Test
    @DisplayName("RFC 9110 9.3.2 HEAD has the headers of GET, and nothing behind them")
    void headHasTheHeadersAlone() {
        String large = random(1 << 20);
        try (Site site = new Site(root).with("small", "abc").with("large", large)) {
            assertThat(site.ask("HEAD", "/small"))
                    .contains("Content-Length: 3\r\n")
                    .endsWith("\r\n\r\n");
            assertThat(site.ask("HEAD", "/large"))
                    .contains("Content-Length: 1048576\r\n")
                    .endsWith("\r\n\r\n");
            assertThat(site.ask("HEAD", "/absent"))
                    .startsWith("HTTP/1.1 404 ")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void pipelinedFilesComeInOrder() {
        String large = random(300_000);
        try (Site site = new Site(root).with("large", large).with("small", "small")) {
            Client client = site.server.connect();
            var requests = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                String name = i % 2 == 0 ? "large" : "small";
                requests.append("GET /" + name + " HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            client.send(requests.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(Site.content(client.readAnswer()))
                        .isEqualTo(i % 2 == 0 ? large : "small");
            }
        }
    }

    @Test
    void oldClientGetsTheFileAndTheEnd() {
        try (Site site = new Site(root).with("file", random(100_000))) {
            String answer = site.server.exchange("GET /file HTTP/1.0\r\n\r\n");
            assertThat(Site.content(answer)).hasSize(100_000);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "page.html, text/html; charset=utf-8",
        "page.HTM, text/html; charset=utf-8",
        "a.css, text/css; charset=utf-8",
        "a.js, text/javascript; charset=utf-8",
        "a.mjs, text/javascript; charset=utf-8",
        "a.json, application/json",
        "a.svg, image/svg+xml",
        "a.png, image/png",
        "a.jpg, image/jpeg",
        "a.webp, image/webp",
        "a.ico, image/x-icon",
        "a.woff2, font/woff2",
        "a.wasm, application/wasm",
        "a.pdf, application/pdf",
        "a.avi, video/x-msvideo",
        "a.sh, application/x-sh",
        "a.xhtml, application/xhtml+xml",
        "a.rss, application/rss+xml",
        "a.atom, application/atom+xml",
        "a.vtt, text/vtt; charset=utf-8",
        "a.m3u8, application/vnd.apple.mpegurl",
        "a.yaml, application/yaml",
        "a.yml, application/yaml",
        "a.log, text/plain; charset=utf-8",
        "a.ics, text/calendar; charset=utf-8",
        "a.mkv, video/x-matroska",
        "a.epub, application/epub+zip",
        "a.csv, text/csv; charset=utf-8",
        "a.zip, application/zip",
        "a.gz, application/gzip",
        "a.mpd, application/dash+xml",
        "a.wmv, video/x-ms-wmv",
        "a.midi, audio/midi",
        "a.crt, application/x-x509-ca-cert",
        "a.shtml, text/html; charset=utf-8",
        "a.m3u, audio/x-mpegurl",
        "a.patch, text/x-diff; charset=utf-8",
        "a.xyz-unknown, application/octet-stream",
        "Makefile, application/octet-stream",
        "archive.tar/html, application/octet-stream"
    })
    void typeIsToldByTheName(String name, String type) {
        try (Site site = new Site(root).with(name, "x")) {
            assertThat(Site.header(site.get("/" + name), "Content-Type")).isEqualTo(type);
        }
    }

    /** Those of nginx's mime.types that are no mere bytes, and of what developers serve. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "html htm shtml css xml gif jpeg jpg js atom rss mml txt jad wml htc avif png svg",
                "svgz tif tiff wbmp webp ico jng bmp woff woff2 jar war ear json hqx doc pdf ps eps",
                "ai rtf m3u8 kml kmz xls eot odg odp ods odt ppt pptx xlsx docx wmlc wasm 7z cco",
                "jardiff jnlp pl pm prc pdb rar rpm sea swf sit tcl tk der pem crt xpi xhtml",
                "xspf zip mid midi kar mp3 ogg m4a ra 3gpp 3gp ts mp4 mpeg mpg mov webm flv m4v mng",
                "asx asf wmv avi cjs srt jsonc jsonl ndjson m3u m4b rdf xsd dtd patch diff sql heif",
                "c h java cpp go rs kt rb py properties cfg ini toml yaml md csv tsv p12 csr asc"
            })
    void whatServersKnowHasAType(String extensions) {
        for (String extension : extensions.split(" ", -1)) {
            assertThat(MediaTypes.of(Bytes.ascii("a." + extension)))
                    .as(extension)
                    .isNotEqualTo("application/octet-stream");
        }
    }

    @Test
    void indexStandsForItsDirectory() {
        try (Site site = new Site(root).with("index.html", "top").with("sub/index.html", "below")) {
            assertThat(Site.content(site.get("/"))).isEqualTo("top");
            assertThat(Site.content(site.get("/sub/?a=b"))).isEqualTo("below");
            assertThat(site.get("/sub/absent/")).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void directoryWithoutSlashIsRedirected() {
        try (Site site = new Site(root).with("a b/index.html", "x")) {
            String answer = site.get("/a%20b?q=1");
            assertThat(answer).startsWith("HTTP/1.1 301 ");
            assertThat(Site.header(answer, "Location")).isEqualTo("/a%20b/?q=1");
        }
    }

    @Test
    @DisplayName("a redirect does not lead to another host")
    void redirectStaysHere() {
        try (Site site = new Site(root).with("evil.example/index.html", "x")) {
            String answer = site.get("//evil.example");
            assertThat(Site.header(answer, "Location")).isEqualTo("/evil.example/");
        }
    }

    @Test
    @DisplayName("RFC 9110 15.5.6 other methods are answered with what is allowed")
    void otherMethodsAreNotAllowed() {
        try (Site site = new Site(root).with("file", "x")) {
            for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH"}) {
                assertThat(site.ask(method, "/file", "Content-Length: 0"))
                        .startsWith("HTTP/1.1 405 ")
                        .contains("\r\nAllow: GET, HEAD, OPTIONS\r\n");
            }
            assertThat(site.ask("PUT", "/file", "Content-Length: 2097152"))
                    .as("the method is judged before the body")
                    .startsWith("HTTP/1.1 405 ");
            assertThat(site.ask("OPTIONS", "/file"))
                    .startsWith("HTTP/1.1 204 ")
                    .contains("\r\nAllow: GET, HEAD, OPTIONS\r\n");
        }
    }

    @Test
    void namesAreBytesThatAreEscaped() {
        try (Site site = new Site(root).with("a+b c.txt", "x").with("%41", "escape")) {
            assertThat(site.get("/a+b%20c.txt")).startsWith("HTTP/1.1 200 ");
            assertThat(Site.content(site.get("/%2541"))).isEqualTo("escape");
        }
    }

    @Test
    void listingIsOffUnlessAskedFor() {
        try (Site site = new Site(root).with("sub/file", "x")) {
            assertThat(site.get("/sub/")).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    @DisplayName("a listing is escaped: names are strangers' text")
    void listingIsEscaped() {
        try (Site site = new Site(root, files -> files.withListing(true))) {
            site.with("sub/<script>alert('1&2')", "x").with("sub/javascript:x", "y");
            site.with("sub/.hidden", "z").with("sub/inner/file", "w");
            String page = Site.content(site.get("/sub/"));
            assertThat(page)
                    .contains("&lt;script&gt;alert(&#39;1&amp;2&#39;)")
                    .contains("href=\"./%3Cscript%3Ealert%28%271%262%27%29\"")
                    .contains("href=\"./javascript%3Ax\"", "href=\"./inner/\"", "href=\"../\"")
                    .doesNotContain("<script", ".hidden");
            assertThat(site.get("/absent/")).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    @DisplayName("a listing has the parent, directories first, sizes and times")
    void listingTellsWhatThereIs() throws Exception {
        try (Site site = new Site(root, files -> files.withListing(true))) {
            site.with("b.txt", "12345").with("Z.txt", "").with("sub/file", "x").with("a/b/c", "y");
            String page = Site.content(site.get("/"));
            assertThat(page)
                    .containsSubsequence(
                            "href=\"./a/\"", "href=\"./sub/\"", "./Z.txt", "href=\"./b.txt\"")
                    .contains("b.txt</a><td align=\"right\">5<td>2020-02-03 04:05:06 UTC\n")
                    .doesNotContain("../", "The first");
            assertThat(Site.content(site.get("/a/"))).contains("<a href=\"../\">../</a>");
            assertThat(site.ask("HEAD", "/")).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n");
        }
    }

    @Test
    @DisplayName("a listing has nothing that leads to an error")
    void nothingListedLeadsToAnError() throws Exception {
        try (Site site = new Site(root, files -> files.withListing(true))) {
            site.with("sub/fine", "x").with("sub/back\\slash", "x").with("sub/line\nend", "x");
            site.with("sub/dir/file", "x").with("sub/100% ?#&.txt", "x");
            Path sub = root.resolve("sub");
            Files.createSymbolicLink(sub.resolve("broken"), Path.of("absent"));
            Files.createSymbolicLink(sub.resolve("out"), Path.of("/etc/passwd"));
            Files.createSymbolicLink(sub.resolve("loop"), Path.of("loop"));
            Files.createSymbolicLink(sub.resolve("device"), Path.of("/dev/null"));
            Files.createSymbolicLink(sub.resolve("within"), Path.of("dir"));
            Files.createSymbolicLink(sub.resolve("absolute"), sub.resolve("fine"));
            new ProcessBuilder("mkfifo", sub.resolve("fifo").toString()).start().waitFor();
            Files.createSymbolicLink(
                    Files.createDirectory(sub.resolve("closed")).resolve("index.html"),
                    Path.of("/etc/passwd"));
            new ProcessBuilder("bash", "-c", "touch $'" + sub + "/latin\\xe9'").start().waitFor();
            String page = Site.content(site.get("/sub/"));
            Matcher link = Pattern.compile("href=\"\\./([^\"]*)\"").matcher(page);
            List<String> links = link.results().map(found -> found.group(1)).toList();
            assertThat(links).contains("fine", "within/", "absolute", "latin%E9").hasSize(6);
            for (String each : links) {
                assertThat(site.get("/sub/" + each)).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    @DisplayName("a listing leads to its parent only where that shows something")
    void parentThatShowsNothingIsNotListed() throws Exception {
        try (Site site = new Site(root, files -> files.withListing(true))) {
            site.with("open/dir/file", "x").with("out/dir/file", "x").with("fifo/dir/file", "x");
            Files.createSymbolicLink(root.resolve("out/index.html"), Path.of("/etc/passwd"));
            new ProcessBuilder("mkfifo", root.resolve("fifo/index.html").toString())
                    .start()
                    .waitFor();
            for (String parent : List.of("/open/", "/out/", "/fifo/")) {
                boolean linked = site.get(parent + "dir/").contains("href=\"../\"");
                assertThat(linked).as(parent).isEqualTo(site.get(parent).contains(" 200 OK"));
            }
            assertThat(site.get("/open/dir/")).contains("href=\"../\"");
            site.with("index.html", "top");
            assertThat(site.get("/open/")).contains("href=\"../\"");
        }
    }

    @Test
    @DisplayName("a listing has the first 10,000 in order, and says first what it leaves out")
    void longListingHasTheFirst() throws Exception {
        Files.createDirectories(root.resolve("sub"));
        for (int i = 0; i < 10_050; i++) {
            Files.createFile(root.resolve("sub/" + (100_000 + i)));
        }
        try (Site site = new Site(root, files -> files.withListing(true))) {
            List<String> lines = Site.content(site.get("/sub/")).lines().toList();
            assertThat(lines).contains("<p>The first 10000 of 10050 names.");
            List<String> names = lines.stream().filter(line -> line.contains("./1")).toList();
            assertThat(names).hasSize(10_000).isSorted();
            assertThat(names.getFirst()).contains("./100000\"");
            assertThat(names.getLast()).contains("./109999\"");
            assertThat(lines.indexOf("<p>The first 10000 of 10050 names."))
                    .isLessThan(lines.indexOf(names.getFirst()));
        }
    }

    @Test
    @DisplayName("RFC 9110 12.5.3 what is compressed beside a file goes to who takes it")
    void compressedSiblingIsChosen() {
        try (Site site = new Site(root).with("a.js", "plain").with("a.js.gz", "zipped")) {
            site.with("a.js.br", "brotli").with("b.js", "plain");
            String best = site.get("/a.js", "Accept-Encoding: gzip, deflate, br");
            assertThat(Site.content(best)).isEqualTo("brotli");
            assertThat(best)
                    .contains("\r\nContent-Encoding: br\r\n", "\r\nVary: Accept-Encoding\r\n")
                    .contains("\r\nContent-Type: text/javascript; charset=utf-8\r\n");
            String zipped = site.get("/a.js", "Accept-Encoding: br;q=0, *;q=0.1");
            assertThat(Site.content(zipped)).isEqualTo("zipped");
            assertThat(Site.header(zipped, "ETag")).isNotEqualTo(Site.header(best, "ETag"));
            String plain = site.get("/a.js", "Accept-Encoding: identity");
            assertThat(Site.content(plain)).isEqualTo("plain");
            assertThat(plain)
                    .contains("\r\nVary: Accept-Encoding\r\n")
                    .doesNotContain("Content-Encoding");
            assertThat(Site.content(site.get("/a.js"))).isEqualTo("plain");
            assertThat(site.get("/b.js", "Accept-Encoding: br")).doesNotContain("Vary");
        }
    }

    @Test
    void compressedSiblingThatIsOlderIsLeftOut() throws IOException {
        try (Site site = new Site(root).with("a.js", "plain").with("a.js.gz", "zipped")) {
            Files.setLastModifiedTime(
                    root.resolve("a.js.gz"), FileTime.from(Site.MODIFIED.minusSeconds(1)));
            assertThat(Site.content(site.get("/a.js", "Accept-Encoding: gzip"))).isEqualTo("plain");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gzip, 1000",
        "GZIP, 1000",
        "x-gzip, 1000",
        "*, 1000",
        "'', 0",
        "br, 0",
        "gzip;q=0, 0",
        "gzip;q=0.0, 0",
        "gzip; q=0.001, 1",
        "gzip;q=0.25, 250",
        "gzip;q=1.0, 1000",
        "gzip;q=2, 0",
        "gzip;q=0.1234, 0",
        "gzip;level=9, 0",
        "'*;q=0, gzip', 1000",
        "'gzip;q=0, *', 0",
        "'br , gzip', 1000"
    })
    void weightsAreHeeded(String accepted, int weight) {
        assertThat(AcceptEncoding.weight(List.of(accepted), "gzip")).isEqualTo(weight);
    }

    @ParameterizedTest
    @CsvSource({
        "'br;q=0.1, gzip;q=0.9', zipped",
        "'gzip, br', brotli",
        "'gzip;q=0.5, br;q=0.5', brotli",
        "'gzip;q=0.5, identity', plain",
        "'gzip;q=0.5, identity;q=0.2', zipped",
        "'identity;q=0, gzip', zipped",
        "'identity;q=0', plain",
        "'*', brotli",
        "'br;q=0, *;q=0.3', zipped",
        "'gzip, identity', zipped",
        "'gzip;q=0', plain"
    })
    @DisplayName("RFC 9110 12.5.3 what a client gives the most weight is what it gets")
    void heaviestCodingIsChosen(String accepted, String content) {
        try (Site site = new Site(root).with("a.js", "plain").with("a.js.gz", "zipped")) {
            site.with("a.js.br", "brotli");
            assertThat(Site.content(site.get("/a.js", "Accept-Encoding: " + accepted)))
                    .isEqualTo(content);
        }
    }

    @Test
    @DisplayName("RFC 9110 15.4.5 a 304 tells what chose the representation, and not its coding")
    void notModifiedHasNoCoding() {
        try (Site site = new Site(root).with("a.js", "plain").with("a.js.gz", "zipped")) {
            String coded = "Accept-Encoding: gzip";
            String etag = Site.header(site.get("/a.js", coded), "ETag");
            assertThat(site.get("/a.js", coded, "If-None-Match: " + etag))
                    .startsWith("HTTP/1.1 304 ")
                    .contains("\r\nVary: Accept-Encoding\r\n", "\r\nETag: " + etag + "\r\n")
                    .doesNotContain("Content-Encoding");
        }
    }

    @Test
    @DisplayName("names that begin with a dot are not served, those of RFC 8615 are")
    void dottedNamesAreNotServed() {
        try (Site site = new Site(root).with(".env", "secret").with(".git/config", "secret")) {
            site.with("sub/.hidden/file", "secret").with(".well-known/security.txt", "contact");
            site.with(".well-known/.hidden", "secret").with("sub/.well-known/file", "secret");
            for (String target :
                    List.of(
                            "/.env",
                            "/%2eenv",
                            "//.env",
                            "/.git/config",
                            "/.git",
                            "/.git/",
                            "/sub/.hidden/file",
                            "/.well-known/.hidden",
                            "/sub/.well-known/file",
                            "/.well-knownx",
                            "/.absent")) {
                assertThat(site.get(target)).startsWith("HTTP/1.1 404 ");
            }
            assertThat(site.get("/.well-known/security.txt")).endsWith("contact");
            assertThat(site.get("/.well-known")).startsWith("HTTP/1.1 301 ");
        }
    }

    @Test
    void dottedNamesAreServedWhereAskedFor() {
        try (Site site = new Site(root, files -> files.withDotfiles(true).withListing(true))) {
            site.with(".env", "open").with("sub/.hidden/file", "open");
            assertThat(site.get("/.env")).endsWith("open");
            assertThat(site.get("/sub/.hidden/file")).endsWith("open");
            assertThat(site.get("/")).contains("href=\"./.env\"");
        }
    }

    @Test
    @DisplayName("a file that was replaced is served anew within a second; a growing one too")
    void replacedFileIsNoticed() throws Exception {
        try (Site site = new Site(root).with("file", "before")) {
            assertThat(Site.content(site.get("/file"))).isEqualTo("before");
            Files.writeString(root.resolve("new"), "after!");
            Files.move(
                    root.resolve("new"), root.resolve("file"), StandardCopyOption.REPLACE_EXISTING);
            awaitContent(site, "after!");
            Files.delete(root.resolve("file"));
            awaitContent(site, "not found\n");
        }
    }

    /** Asks again and again on one connection: one for each would use up the descriptors. */
    private static void awaitContent(Site site, String content) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        Client client = site.server.connect();
        do {
            assertThat(System.nanoTime()).isLessThan(deadline);
            client.send("GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
        } while (!client.readAnswer().endsWith("\r\n\r\n" + content));
    }

    @Test
    void moreFilesThanAreKeptAreServed() {
        try (Site site = new Site(root)) {
            for (int i = 0; i < 1_100; i++) {
                site.with("f" + i, "content " + i);
            }
            Client client = site.server.connect();
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 1_100; i++) {
                    client.send("GET /f" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
                    assertThat(client.readAnswer()).endsWith("content " + i);
                }
            }
        }
    }

    @Test
    void rootMustBeADirectory() throws IOException {
        Files.writeString(root.resolve("file"), "x");
        assertThatThrownBy(() -> StaticFiles.of(root.resolve("absent")))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> StaticFiles.of(root.resolve("file")))
                .isInstanceOf(NotDirectoryException.class);
    }
}
