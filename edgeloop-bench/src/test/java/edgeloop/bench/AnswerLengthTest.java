package edgeloop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The load client is told how long each answer is, so the first answer is measured exactly. */
class AnswerLengthTest {
    private static int lengthOf(Protocol protocol, String answer) throws IOException {
        var in = new ByteArrayInputStream(answer.getBytes(StandardCharsets.ISO_8859_1));
        return protocol.readAnswer(in);
    }

    @Test
    void anEchoIsAsLongAsItsRequest() throws IOException {
        assertThat(lengthOf(Protocol.ECHO, "y".repeat(100))).isEqualTo(64);
    }

    @Test
    void aLineEndsTheAnswerOfRedisAndMemcached() throws IOException {
        assertThat(lengthOf(Protocol.REDIS_PING, "+PONG\r\n+PO")).isEqualTo(7);
        assertThat(lengthOf(Protocol.MEMCACHED_VERSION, "VERSION 1\r\n")).isEqualTo(11);
    }

    @Test
    void anHttpAnswerIsItsHeadAndItsBody() throws IOException {
        String head = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n";
        assertThat(lengthOf(Protocol.HTTP_GET, head + "abcHTTP/1.1")).isEqualTo(head.length() + 3);
    }

    @Test
    void aCutAnswerIsAnError() {
        assertThatThrownBy(() -> lengthOf(Protocol.ECHO, "short")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> lengthOf(Protocol.REDIS_PING, "+PO"))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> lengthOf(Protocol.HTTP_GET, "HTTP/1.1 200 OK\r\n\r\n"))
                .isInstanceOf(IOException.class);
    }
}
