package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
final class StatsIT {
    private static final String CLOCK = "\\[(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d] ";
    private static final String CONNECTIONS = CLOCK + "Connections: \\d+ active, \\d+ pending";
    private static final Pattern REQUESTS =
            Pattern.compile(CLOCK + "Requests: (\\d+)/sec, Bytes: (\\d+\\.\\d) MB/sec");
    private static final String LATENCY =
            CLOCK + "Latency: avg \\d+\\.\\d\\d ms, p99 \\d+\\.\\d\\d ms";
    private static final Pattern FINAL =
            Pattern.compile("Final stats: (\\d+) requests served, 0 errors");

    private ServerProcess server;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.start("--stats=1");
    }

    @AfterEach
    void end() {
        server.close();
    }

    @Test
    void everyLineHasItsFormAndTheFiguresAddUp() throws Exception {
        int requests = 2_000;
        try (Socket socket = server.connect();
                Socket _ = server.connect()) {
            pingPong(socket, requests, 1_000);
            int served = server.out().all().size();
            server.out().awaitAfter(served, CLOCK + "Connections: 2 active, 0 pending");
            server.out().awaitAfter(served, CLOCK + "Latency: .*");
        }
        server.signal("INT");
        assertThat(server.awaitExit()).isZero();

        List<String> lines = server.out().all();
        List<String> stats = lines.subList(3, lines.size() - 4);
        assertThat(stats.size()).isPositive();
        assertThat(stats.size() % 3).isZero();
        double requestRates = 0;
        double megabyteRates = 0;
        for (int i = 0; i < stats.size(); i += 3) {
            assertThat(stats.get(i)).matches(CONNECTIONS);
            Matcher rates = REQUESTS.matcher(stats.get(i + 1));
            assertThat(rates.matches()).as(stats.get(i + 1)).isTrue();
            requestRates += Double.parseDouble(rates.group(1));
            megabyteRates += Double.parseDouble(rates.group(2));
            assertThat(stats.get(i + 2)).matches(LATENCY);
        }
        Matcher last = FINAL.matcher(lines.getLast());
        assertThat(last.matches()).as(lines.getLast()).isTrue();
        double served = Double.parseDouble(last.group(1));
        assertThat(served).isEqualTo(requests);
        // Each interval lasts a second or somewhat longer, and each rate is rounded.
        int reports = stats.size() / 3;
        assertThat(requestRates).isBetween(requests / 2.0, (double) requests + reports);
        assertThat(megabyteRates).isBetween(requests / 2e3, requests / 1e3 + 0.05 * reports);
        assertThat(server.err().all()).isEmpty();
    }

    @Test
    void resetIsAnErrorAndItsCauseIsNamed() throws Exception {
        Socket socket = server.connect();
        pingPong(socket, 1, 10);
        socket.setSoLinger(true, 0);
        socket.close();
        int before = server.out().all().size();
        server.out().awaitAfter(before, CLOCK + "Connections: 0 active, 0 pending");
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().getLast())
                .isEqualTo("Final stats: 1 requests served, 1 errors");
        assertThat(server.err().all())
                .containsExactly("myepollserver: 1 connections reset by the peer");
    }

    private static void pingPong(Socket socket, int times, int bytes) throws Exception {
        byte[] request = new byte[bytes];
        for (int i = 0; i < times; i++) {
            socket.getOutputStream().write(request);
            assertThat(socket.getInputStream().readNBytes(bytes)).hasSize(bytes);
        }
    }
}
