package edgeloop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The load client in C tells apart a server that answers well and one that doesn't. */
@Timeout(60)
class LoadClientTest {
    private static CPrograms programs;

    private ServerSocket listener;
    private final AtomicInteger requests = new AtomicInteger();

    /** What the server does with the bytes of one read. */
    private interface Answer {
        void write(byte[] bytes, int length, OutputStream out) throws IOException;
    }

    @BeforeAll
    static void compile() throws Exception {
        programs = CompiledPrograms.compile();
    }

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    private void serve(Answer answer) {
        Thread.startVirtualThread(
                () -> {
                    try {
                        while (true) {
                            Socket socket = listener.accept();
                            Thread.startVirtualThread(() -> serve(socket, answer));
                        }
                    } catch (IOException closed) {
                        // The test is over.
                    }
                });
    }

    private static void serve(Socket socket, Answer answer) {
        try (socket) {
            InputStream in = socket.getInputStream();
            byte[] bytes = new byte[64 * 1024];
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                answer.write(bytes, n, socket.getOutputStream());
            }
        } catch (IOException clientIsGone) {
            // As it should be, in the end.
        }
    }

    private String load(String... options) throws IOException, InterruptedException {
        var command = new ArrayList<String>(List.of(programs.loadClient().toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("127.0.0.1", String.valueOf(listener.getLocalPort())));
        Process client = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            assertThat(client.waitFor(50, TimeUnit.SECONDS)).as("the client ends").isTrue();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            client.destroyForcibly();
        }
    }

    private static double number(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":([-\\d.]+)").matcher(json);
        assertThat(matcher.find()).as(name + " in " + json).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    private static double errors(String json) {
        return Pattern.compile("\"errors_\\w+\":(\\d+)")
                .matcher(json)
                .results()
                .mapToLong(m -> Long.parseLong(m.group(1)))
                .sum();
    }

    @Test
    void everyRequestOfAClosedLoopIsCounted() throws Exception {
        serve((bytes, length, out) -> out.write(bytes, 0, length));
        String json = load("-c", "7", "-r", "2000", "--warmup", "100", "-p", "3");
        assertThat(number(json, "requests")).isEqualTo(2000);
        assertThat(number(json, "connections")).isEqualTo(7);
        assertThat(errors(json)).isZero();
    }

    @Test
    void everyRequestOfAScheduleIsCounted() throws Exception {
        serve((bytes, length, out) -> out.write(bytes, 0, length));
        String json = load("-c", "7", "-d", "0.5", "--warmup", "0.1s", "--rate", "2000");
        assertThat(number(json, "requests")).isEqualTo(1000);
        assertThat(errors(json)).isZero();
    }

    @Test
    void requestsLargerThanAnyBufferComeBackWhole() throws Exception {
        serve((bytes, length, out) -> out.write(bytes, 0, length));
        String json = load("-c", "2", "-r", "20", "-s", "3000000", "-p", "2");
        assertThat(number(json, "requests")).isEqualTo(20);
        assertThat(errors(json)).isZero();
    }

    @Test
    void oneWrongByteIsAnError() throws Exception {
        serve(
                (bytes, length, out) -> {
                    if (requests.incrementAndGet() == 50) {
                        bytes[length - 1]++;
                    }
                    out.write(bytes, 0, length);
                });
        String json = load("-c", "2", "-r", "1000");
        assertThat(number(json, "errors_mismatch")).isEqualTo(1);
        assertThat(number(json, "connections")).isEqualTo(1);
    }

    @Test
    void oneByteTooManyIsAnError() throws Exception {
        serve(
                (bytes, length, out) -> {
                    boolean tooMany = requests.incrementAndGet() == 50;
                    out.write(bytes, 0, tooMany ? length + 1 : length);
                });
        String json = load("-c", "2", "-r", "1000");
        assertThat(number(json, "errors_mismatch")).isEqualTo(1);
    }

    @Test
    void aServerThatClosesIsAnError() throws Exception {
        serve(
                (bytes, length, out) -> {
                    if (requests.incrementAndGet() == 50) {
                        throw new IOException("closes");
                    }
                    out.write(bytes, 0, length);
                });
        String json = load("-c", "2", "-r", "1000");
        assertThat(number(json, "errors_eof")).isEqualTo(1);
        assertThat(number(json, "lost_requests")).isEqualTo(1);
    }

    @Test
    void aServerThatFallsSilentIsGivenUp() throws Exception {
        serve(
                (bytes, length, out) -> {
                    if (requests.incrementAndGet() < 50) {
                        out.write(bytes, 0, length);
                    }
                });
        String json = load("-c", "2", "-r", "1000", "--patience", "0.3");
        assertThat(number(json, "errors_timeout")).isEqualTo(2);
    }

    @Test
    void aStallIsChargedToEveryRequestThatWasDueMeanwhile() throws Exception {
        long stallNanos = TimeUnit.MILLISECONDS.toNanos(400);
        serve(
                (bytes, length, out) -> {
                    if (requests.incrementAndGet() == 100) {
                        LockSupport.parkNanos(stallNanos);
                    }
                    out.write(bytes, 0, length);
                });
        // 400 of the 1,000 requests are due during the stall, the last of them at its end.
        String json = load("-c", "1", "-d", "1", "--rate", "1000");
        assertThat(number(json, "requests")).isEqualTo(1000);
        assertThat(number(json, "latency_p90_us")).isGreaterThan(100_000);
    }

    @Test
    void noServerIsOneLine() throws Exception {
        listener.close();
        assertThat(load("-c", "2"))
                .isEqualTo("load_client: no connection could be opened: Connection refused\n");
    }
}
