package edgeloop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** A handler asks for a part of an array that is not there. */
class WriteRangeTest {
    private static final int PATIENCE_MILLIS = 10_000;

    @Test
    void nothingOfItGoesOut() throws Exception {
        byte[] bytes = new byte[20_000];
        HandlerFactory handlers =
                connection ->
                        (_, in) -> {
                            in.skip(in.remaining());
                            refused(() -> connection.write(bytes, 0, bytes.length + 1));
                            refused(() -> connection.write(bytes, 1, bytes.length));
                            refused(() -> connection.write(bytes, -1, 1));
                            refused(() -> connection.write(bytes, 0, -1));
                            connection.write("next");
                            connection.close();
                        };
        try (Server server = Server.start(Defaults.server(), handlers);
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            peer.setSoTimeout(PATIENCE_MILLIS);
            peer.getOutputStream().write('?');

            assertThat(peer.getInputStream().readAllBytes()).isEqualTo("next".getBytes(UTF_8));
        }
    }

    private static void refused(Runnable write) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(write::run);
    }
}
