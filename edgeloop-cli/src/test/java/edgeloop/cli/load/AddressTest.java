package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgeloop.Addresses;
import edgeloop.cli.load.protocol.Resolver;
import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of a name's addresses is loaded, and a server that is yet to come up. */
class AddressTest {
    @TempDir private Path folder;

    /** Names with several addresses, of which this machine has some. */
    private static final Map<String, List<String>> NAMES =
            Map.of(
                    "both.test", List.of("::1", "127.0.0.1"),
                    "six.test", List.of("::1"),
                    "four.test", List.of("127.0.0.3", "127.0.0.2"),
                    "one.test", List.of("127.0.0.1"));

    private static List<InetAddress> lookUp(String host) throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String literal : NAMES.getOrDefault(host, List.of())) {
            addresses.add(InetAddress.getByName(literal));
        }
        if (addresses.isEmpty()) {
            throw new UnknownHostException(host);
        }
        return addresses;
    }

    private static Runs.Outcome load(String... arguments) throws Exception {
        return Runs.loadtest(AddressTest::lookUp, arguments);
    }

    private static int unusedPort() throws Exception {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return closed.getLocalPort();
        }
    }

    /** One that listens on one address alone. */
    private static FaultyServer listeningOn(String address) throws Exception {
        assumeTrue(!address.equals("::1") || Files.exists(Path.of("/proc/net/if_inet6")), "IPv6");
        return FaultyServer.start(InetAddress.getByName(address));
    }

    private static String at(String address, int port) throws Exception {
        return Addresses.format(new InetSocketAddress(InetAddress.getByName(address), port));
    }

    @ParameterizedTest
    @CsvSource({
        "both.test, 127.0.0.1",
        "both.test, ::1",
        "four.test, 127.0.0.2",
        "four.test, 127.0.0.3",
    })
    void allConnectionsGoToTheAddressThatAnswers(String name, String listening) throws Exception {
        Path json = folder.resolve("results.json");
        try (FaultyServer server = listeningOn(listening)) {
            String target = name + ":" + server.port();
            Runs.Outcome run =
                    load("-q", "-c", "5", "-r", "100", "--json", json.toString(), target);
            assertThat(run.exitCode()).as("%s", run).isZero();
            String address = at(listening, server.port());
            assertThat(run.out()).contains("  Errors: 0\n  Address: " + address + "\n");
            Results results = ResultsFile.read(json);
            assertThat(results.config().address()).isEqualTo(address);
            assertThat(server.requests()).isEqualTo(100);
            assertThat(server.connections()).isEqualTo(6); // the first one found the address
        }
    }

    /** The machine's own resolver knows the name by one address or by both. */
    @Test
    void localhostIsWhereTheServerIs() throws Exception {
        try (FaultyServer server = listeningOn("127.0.0.1")) {
            Runs.Outcome run = Runs.loadtest("-q", "-r", "10", "localhost:" + server.port());
            assertThat(run.exitCode()).as("%s", run).isZero();
        }
    }

    /** What is known without a connection is not asked by one: a server may take but one. */
    @Test
    void oneAddressIsNotTried() throws Exception {
        try (FaultyServer server = listeningOn("127.0.0.1")) {
            load("-q", "-c", "5", "-r", "100", "one.test:" + server.port());
            assertThat(server.connections()).isEqualTo(5);
        }
    }

    @Test
    void familyMayBeChosen() throws Exception {
        try (FaultyServer server = listeningOn("127.0.0.1")) {
            String target = "both.test:" + server.port();
            assertThat(load("-q", "-4", "-r", "10", target).exitCode()).isZero();
            assertThat(server.connections()).isEqualTo(10);
            Runs.Outcome six = load("-q", "-6", "-r", "10", target);
            assertThat(six.exitCode()).isEqualTo(1);
            assertThat(six.err()).hasLineCount(1).contains("to " + at("::1", server.port()));
        }
    }

    @ParameterizedTest
    @CsvSource({"-4, six.test, IPv4", "-6, four.test, IPv6"})
    void nameWithoutTheFamilyIsABadArgument(String option, String name, String family)
            throws Exception {
        Runs.Outcome run = load("-q", option, "--wait", "1h", "-r", "10", name + ":80");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .hasLineCount(1)
                .startsWith("loadtest: '" + name + "' has no " + family + " address");
    }

    @Test
    void refusalsNameTheAddresses() throws Exception {
        int port = unusedPort();
        Runs.Outcome two = load("-q", "-r", "1", "four.test:" + port);
        assertThat(two.exitCode()).isEqualTo(1);
        assertThat(two.err())
                .isEqualTo(
                        "loadtest: no connection could be established: 127.0.0.3:%d refused,"
                                        .formatted(port)
                                + " 127.0.0.2:%d refused; is the server running, and on that port?\n"
                                        .formatted(port));
        Runs.Outcome one = load("-q", "-c", "3", "-r", "1", "one.test:" + port);
        assertThat(one.err())
                .contains(
                        "no connection could be established to 127.0.0.1:" + port + ": 3 refused");
        assertThat(load("-q", "-r", "1", "none.test:" + port).err())
                .isEqualTo("loadtest: unknown host 'none.test'\n");
    }

    // ---- Waiting ------------------------------------------------------------------------------

    private static CompletableFuture<FaultyServer> startedAfter(CountDownLatch event, int port) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        event.await();
                        return FaultyServer.start(port);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    @ParameterizedTest
    @CsvSource({"one.test", "four.test"})
    void serverThatComesUpLaterIsWaitedFor(String name) throws Exception {
        int port = unusedPort();
        CountDownLatch tried = new CountDownLatch(3);
        Resolver resolver =
                host -> {
                    tried.countDown();
                    return lookUp(host);
                };
        CompletableFuture<FaultyServer> server = startedAfter(tried, port);
        Runs.Outcome run =
                Runs.loadtest(resolver, "--wait", "20s", "-c", "5", "-r", "100", name + ":" + port);
        assertThat(run.exitCode()).as("%s", run).isZero();
        assertThat(run.err())
                .startsWith("loadtest: waiting up to 20.0 s for " + name + ":" + port + "\n");
        try (FaultyServer up = server.get(10, TimeUnit.SECONDS)) {
            assertThat(up.requests()).isEqualTo(100);
        }
    }

    @Test
    void nameThatComesUpLaterIsWaitedFor() throws Exception {
        AtomicInteger lookUps = new AtomicInteger();
        Resolver resolver = host -> lookUp(lookUps.incrementAndGet() < 3 ? "none.test" : host);
        try (FaultyServer server = listeningOn("127.0.0.1")) {
            Runs.Outcome run =
                    Runs.loadtest(
                            resolver,
                            "-q",
                            "--wait",
                            "20s",
                            "-r",
                            "10",
                            "one.test:" + server.port());
            assertThat(run.exitCode()).as("%s", run).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"one.test, 127.0.0.1:%d refused", "none.test, unknown host"})
    void waitingEndsWithTheUsualRefusal(String name, String why) throws Exception {
        int port = unusedPort();
        long begin = System.nanoTime();
        Runs.Outcome run = load("-q", "--wait", "300ms", "-r", "10", name + ":" + port);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(300_000_000);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasLineCount(1).contains(why.formatted(port));
    }

    /**
     * A queue that is full has the kernel drop what would overflow it: nobody refuses, or answers.
     */
    @Test
    void waitingEndsWhileAnAttemptGoesOn() throws Exception {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        List<SocketChannel> fillers = new ArrayList<>();
        try (ServerSocket deaf = new ServerSocket(0, 1, loopback)) {
            for (int i = 0; i < 4; i++) {
                SocketChannel filler = SocketChannel.open();
                filler.configureBlocking(false);
                filler.connect(deaf.getLocalSocketAddress());
                fillers.add(filler);
            }
            long begin = System.nanoTime();
            Runs.Outcome run =
                    load("-q", "--wait", "500ms", "-r", "1", "one.test:" + deaf.getLocalPort());
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(5)); // a connect would take 10
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("127.0.0.1:" + deaf.getLocalPort() + " timeout");
        } finally {
            for (SocketChannel filler : fillers) {
                filler.close();
            }
        }
    }

    /** The run's time is from its first request on. */
    @Test
    void waitingIsNoPartOfTheRun() throws Exception {
        Path json = folder.resolve("results.json");
        int port = unusedPort();
        CountDownLatch tried = new CountDownLatch(10); // a second
        Resolver resolver =
                host -> {
                    tried.countDown();
                    return lookUp(host);
                };
        CompletableFuture<FaultyServer> server = startedAfter(tried, port);
        Runs.Outcome run =
                Runs.loadtest(
                        resolver,
                        "-q",
                        "--wait",
                        "20s",
                        "-r",
                        "10",
                        "--json",
                        json.toString(),
                        "one.test:" + port);
        try (FaultyServer _ = server.get(10, TimeUnit.SECONDS)) {
            assertThat(run.exitCode()).as("%s", run).isZero();
            assertThat(ResultsFile.read(json).totalSeconds()).isLessThan(0.5);
            assertThat(ResultsFile.read(json).connections().errors()).isEmpty();
        }
    }
}
