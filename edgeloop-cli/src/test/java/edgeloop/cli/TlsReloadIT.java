package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.TlsFiles.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are renewed while the server runs: what its users and its clients see. */
@Timeout(180)
final class TlsReloadIT {
    private static final TlsFiles FILES = TlsFiles.get();
    private static final String STAYS = "; the old certificates stay in use";

    @TempDir Path folder;
    private Path chain;
    private Path key;
    private ServerProcess server;

    @BeforeEach
    void nameFiles() throws IOException {
        chain = folder.resolve("chain.pem");
        key = folder.resolve("key.pem");
        write(FILES.server);
    }

    @AfterEach
    void end() {
        if (server != null) {
            server.close();
        }
    }

    private void start(String... options) throws IOException {
        var all =
                new ArrayList<>(
                        List.of("--tls-cert", chain.toString(), "--tls-key", key.toString()));
        all.addAll(List.of(options));
        server = ServerProcess.start(all.toArray(String[]::new));
    }

    private void write(Pair pair) throws IOException {
        Files.write(chain, Files.readAllBytes(pair.chain()));
        Files.write(key, Files.readAllBytes(pair.key()));
    }

    /** As certbot and its like do it: another file takes the place. */
    private void replace(Pair pair) throws IOException {
        Path beside = folder.resolve("new");
        Files.copy(pair.chain(), beside);
        Files.move(beside, chain, StandardCopyOption.ATOMIC_MOVE);
        Files.copy(pair.key(), beside);
        Files.move(beside, key, StandardCopyOption.ATOMIC_MOVE);
    }

    private String shown() throws Exception {
        return TlsSockets.serial(server.port(), "localhost");
    }

    @Test
    void signalLoadsTheCertificatesAnew() throws Exception {
        start();
        try (SSLSocket before = TlsSockets.connect(server.port())) {
            assertThat(TlsSockets.echo(before, 1)).isEqualTo(1);
            write(FILES.renewed);
            server.signal("HUP");
            server.err().await("myepollserver: SIGHUP: the certificates are loaded anew");
            assertThat(shown()).isEqualTo(FILES.renewed.serial());
            assertThat(TlsSockets.echo(before, 2)).isEqualTo(2);
        }
        assertThat(server.err().all()).hasSize(1); // and none of an access log
    }

    @Test
    void signalOpensTheAccessLogAnewAsWell() throws Exception {
        Path log = folder.resolve("log");
        start("--protocol=http", "--root=" + folder, "--access-log=" + log);
        server.out().await("TLS.*");
        Files.move(log, folder.resolve("log.1"));
        server.signal("HUP");
        server.err().await("myepollserver: SIGHUP: the certificates are loaded anew");
        Waiting.until(() -> Files.exists(log));
    }

    @Test
    void otherSignalOfTheAccessLogDoesNotLoadThem() throws Exception {
        start();
        server.out().await("TLS.*");
        server.signal("USR1");
        server.err().await("myepollserver: SIGUSR1 opens the access log anew, and there is none");
        assertThat(server.err().all()).hasSize(1);
    }

    @Test
    void pairThatDoesNotFitIsRefusedAndTheOldOneStays() throws Exception {
        start();
        server.out().await("TLS.*");
        Files.write(chain, Files.readAllBytes(FILES.renewed.chain()));
        server.signal("HUP");
        assertThat(server.err().await("myepollserver: SIGHUP: .*"))
                .contains(folder.toString())
                .endsWith(STAYS);
        assertThat(shown()).isEqualTo(FILES.server.serial());
        Files.write(key, Files.readAllBytes(FILES.renewed.key()));
        server.err().await("myepollserver: .* has changed: the certificates are loaded anew");
        assertThat(shown()).isEqualTo(FILES.renewed.serial());
    }

    @Test
    void fileThatIsGoneIsNamedAndTheOldOneStays() throws Exception {
        start();
        server.out().await("TLS.*");
        Files.delete(key);
        assertThat(server.err().await("myepollserver: .* has changed: .*"))
                .isEqualTo(
                        "myepollserver: %s has changed: cannot read %s: there is no such file%s"
                                .formatted(key, key, STAYS));
        assertThat(shown()).isEqualTo(FILES.server.serial());
        Files.copy(FILES.server.key(), key);
        server.err().await("myepollserver: .* has changed: the certificates are loaded anew");
    }

    /** What is written half is left alone, or refused, and is loaded when it is whole. */
    @Test
    void fileThatIsWrittenInPiecesIsLoadedWhenItIsWhole() throws Exception {
        start();
        server.out().await("TLS.*");
        byte[] whole = Files.readAllBytes(FILES.renewed.chain());
        for (int length = 1; length < whole.length; length += whole.length / 5) {
            Files.write(chain, Arrays.copyOf(whole, length));
            int said = server.err().all().size();
            server.signal("HUP");
            server.err().awaitAfter(said, ".* SIGHUP: .*" + STAYS);
            assertThat(shown()).isEqualTo(FILES.server.serial());
        }
        write(FILES.renewed);
        server.err().await("myepollserver: .*: the certificates are loaded anew");
        assertThat(shown()).isEqualTo(FILES.renewed.serial());
    }

    @Test
    void changeOfFilesUnderLoadLosesNoConnection() throws Exception {
        start("--reactors=2");
        int port = server.port();
        AtomicBoolean going = new AtomicBoolean(true);
        AtomicInteger echoes = new AtomicInteger();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                boolean keeps = i % 2 == 0; // and the others come again and again
                all.add(clients.submit(() -> echo(port, keeps, going, echoes)));
            }
            try {
                String renewed = ".* has changed: the certificates are loaded anew";
                replace(FILES.renewed);
                server.err().await(renewed);
                assertThat(shown()).isEqualTo(FILES.renewed.serial());
                int said = server.err().all().size();
                replace(FILES.rsa);
                server.err().awaitAfter(said, renewed);
                assertThat(shown()).isEqualTo(FILES.rsa.serial());
                int before = echoes.get();
                Waiting.until(() -> echoes.get() > before + 10);
            } finally {
                going.set(false);
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.out().all().getLast())
                .matches("Handshakes: \\d+ full, \\d+ resumed, 0 failed, 0 timed out, 0 abandoned");
        assertThat(server.out().all())
                .anyMatch(line -> line.endsWith(" requests served, 0 errors"));
    }

    private static Void echo(int port, boolean keeps, AtomicBoolean going, AtomicInteger echoes)
            throws Exception {
        SSLContext context = FILES.clientContext(null);
        while (going.get()) {
            try (SSLSocket socket = TlsSockets.connect(context, port, "localhost")) {
                do {
                    assertThat(TlsSockets.echo(socket, 5)).isEqualTo(5);
                    echoes.incrementAndGet();
                } while (keeps && going.get());
            }
        }
        return null;
    }
}
