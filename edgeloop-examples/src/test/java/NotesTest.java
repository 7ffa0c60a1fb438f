import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class NotesTest {

    @Test
    void notesArePutAndRead() throws Exception {
        try (var server = ExampleProcess.start("Notes")) {
            var client = server.connect();
            client.send("PUT /notes/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
            assertThat(client.line()).isEqualTo("HTTP/1.1 204 No Content");
            client.send("GET /notes/a HTTP/1.1\r\nHost: x\r\n\r\n");
            client.send("POST /notes/a HTTP/1.1\r\nHost: x\r\n\r\n");
            client.send("GET /notes/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(client.lines())
                    .contains(
                            "HTTP/1.1 200 OK",
                            "helloHTTP/1.1 405 Method Not Allowed",
                            "Allow: GET, HEAD, PUT, OPTIONS",
                            "HTTP/1.1 404 Not Found",
                            "no such note");
        }
    }
}
