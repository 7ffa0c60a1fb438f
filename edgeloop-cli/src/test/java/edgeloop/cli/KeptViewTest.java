package edgeloop.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.HandlerFactory;
import edgeloop.IoBuffer;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.http.BodyReceiver;
import edgeloop.http.Http;
import edgeloop.http.Request;
import edgeloop.http.RequestBody;
import edgeloop.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Views that are kept where objects are used again, as in production: no debug mode here. */
class KeptViewTest {
    /** More than are dead for the while that it takes to come round. */
    private static final int TIMES = 200;

    private final List<IoBuffer> buffers = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();

    private void keep(IoBuffer in) {
        IoBuffer slice = in.readSlice(in.remaining());
        buffers.addAll(List.of(in, slice, slice.readSlice(1)));
    }

    private void checkBuffers(int most) {
        List<IoBuffer> last = buffers.subList(Math.max(0, buffers.size() - most), buffers.size());
        for (IoBuffer buffer : last) {
            assertThatThrownBy(buffer::remaining).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> buffer.getByte(0)).isInstanceOf(IllegalStateException.class);
        }
    }

    private void checkRequests(int most) {
        for (Request request :
                requests.subList(Math.max(0, requests.size() - most), requests.size())) {
            assertThatThrownBy(request::path).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(request::pathLength).isInstanceOf(IllegalStateException.class);
        }
    }

    private static void exchange(HandlerFactory handlers, String message, String answer)
            throws Exception {
        ServerOptions options =
                ServerOptions.defaults().withBindAddress(InetAddress.getLoopbackAddress());
        try (Server server = Server.start(options, handlers);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            for (int i = 0; i < TIMES; i++) {
                socket.getOutputStream().write(message.getBytes(US_ASCII));
                readTo(socket.getInputStream(), answer);
            }
        }
    }

    private static void readTo(InputStream input, String end) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            int b = input.read();
            assertThat(b).as("what follows %s", read).isNotNegative();
            read.append((char) b);
        }
    }

    @Test
    @DisplayName("E57 buffers and slices of 60 callbacks before are dead, and all after the end")
    void buffersAreDead() throws Exception {
        exchange(
                _ ->
                        (connection, in) -> {
                            checkBuffers(3 * 60);
                            keep(in);
                            connection.write("ok");
                        },
                "hello",
                "ok");
        assertThat(buffers).hasSize(3 * TIMES);
        checkBuffers(3 * TIMES);
    }

    @Test
    @DisplayName("E57 requests and bodies' pieces of 60 requests before are dead, and all at last")
    void requestsAreDead() throws Exception {
        class Receiver implements BodyReceiver {
            @Override
            public void onData(RequestBody body, IoBuffer data) {
                checkRequests(60);
                checkBuffers(3 * 60);
                keep(data);
            }

            @Override
            public Response onEnd(RequestBody body) {
                checkRequests(60);
                checkBuffers(3 * 60);
                return Response.text(200, "ok");
            }
        }
        Http http =
                Http.serve(
                        request -> {
                            checkRequests(60);
                            requests.add(request);
                            return request.receive(new Receiver());
                        });
        exchange(http, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", "ok");
        assertThat(requests).hasSize(TIMES);
        checkRequests(TIMES);
        checkBuffers(buffers.size());
    }
}
