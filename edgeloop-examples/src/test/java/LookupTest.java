import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.Addresses;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class LookupTest {

    @Test
    void addressIsAnsweredWhenItIsKnown() throws Exception {
        try (var server = ExampleProcess.start("Lookup")) {
            var client = server.connect();
            client.send("GET /127.0.0.1 HTTP/1.1\r\nHost: x\r\n\r\n");
            client.send("GET /localhost HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(client.lines())
                    .contains("HTTP/1.1 200 OK", "127.0.0.1")
                    .endsWith(Addresses.format(InetAddress.getByName("localhost")));
        }
    }
}
