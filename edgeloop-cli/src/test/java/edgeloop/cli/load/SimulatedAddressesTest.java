package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.cli.load.result.Results;
import edgeloop.cli.load.result.ResultsFile;
import edgeloop.simulation.Choices;
import edgeloop.simulation.RemoteHost;
import edgeloop.simulation.SimulatedKernel;
import edgeloop.simulation.SimulatedProgram;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A name with several addresses: all connections go to the first one that answers, which is found
 * in the time that RFC 8305 says, to the nanosecond.
 */
@Tag("simulated")
class SimulatedAddressesTest {
    private static final String SIX = "2001:db8::1";
    private static final String FOUR = "192.0.2.1";
    private static final long MILLI = 1_000_000;

    /** Never answers. */
    private static final RemoteHost SILENT = _ -> {};

    private static final RemoteHost REFUSING = attempt -> attempt.refuse(111); // ECONNREFUSED

    @TempDir Path folder;
    private final SimulatedKernel kernel = new SimulatedKernel(Choices.ofSeed(1));
    private final List<String> tried = new ArrayList<>();
    private final KnownServer server =
            new KnownServer(kernel, KnownBehaviour.CONSTANT.of(1), 10 * MILLI);

    private Runs.Outcome run(Map<String, RemoteHost> hosts, String... options) throws Exception {
        kernel.setCallNanos(0);
        kernel.route(address -> host(hosts, address.getAddress().getHostAddress()));
        Machine machine = KnownRun.machine(kernel);
        Machine named =
                new Machine(
                        _ -> List.of(InetAddress.ofLiteral(SIX), InetAddress.ofLiteral(FOUR)),
                        machine.clock(),
                        machine.meter());
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("-q", "-c", "3", "-r", "9", "--payload", "{seq}\\n"));
        arguments.addAll(List.of("--json", folder.resolve("results.json").toString()));
        arguments.add("server.example:7");
        return SimulatedProgram.call(
                kernel, () -> Runs.loadtest(named, arguments.toArray(String[]::new)));
    }

    private @Nullable RemoteHost host(Map<String, RemoteHost> hosts, String address) {
        String name = address.indexOf(':') < 0 ? FOUR : SIX;
        tried.add(kernel.elapsedNanos() / MILLI + " ms " + name);
        return hosts.get(name);
    }

    private Results results() throws Exception {
        return ResultsFile.read(folder.resolve("results.json"));
    }

    @Test
    void theFirstOneWhereItAnswers() throws Exception {
        run(Map.of(SIX, server, FOUR, server));

        assertThat(tried).startsWith("0 ms " + SIX, "10 ms " + SIX).doesNotContain("0 ms " + FOUR);
        assertThat(results().config().address()).isEqualTo("[" + SIX + "]:7");
        assertThat(results().connections().attempted()).isEqualTo(3); // the search is no part
    }

    @Test
    void theSecondAtOnceWhereTheFirstRefuses() throws Exception {
        run(Map.of(SIX, REFUSING, FOUR, server));

        assertThat(tried).startsWith("0 ms " + SIX, "0 ms " + FOUR, "10 ms " + FOUR).hasSize(5);
        assertThat(results().config().address()).isEqualTo(FOUR + ":7");
        assertThat(results().connections().errors()).isEmpty();
    }

    @Test
    @DisplayName("the second after 250 ms where the first is silent")
    void theSecondAfterAWhileWhereTheFirstIsSilent() throws Exception {
        run(Map.of(SIX, SILENT, FOUR, server));

        assertThat(tried).startsWith("0 ms " + SIX, "250 ms " + FOUR, "260 ms " + FOUR).hasSize(5);
        assertThat(results().config().address()).isEqualTo(FOUR + ":7");
    }

    @Test
    void noneAnswers() throws Exception {
        Runs.Outcome ran = run(Map.of(SIX, REFUSING, FOUR, SILENT), "--connect-timeout", "2s");

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .contains("[" + SIX + "]:7 refused", FOUR + ":7 timeout")
                .contains("no connection could be established");
        assertThat(kernel.elapsedNanos()).isBetween(2000 * MILLI, 2300 * MILLI);
    }

    @Test
    @DisplayName("--wait tries both ten times a second until one is there")
    void waitsForAServer() throws Exception {
        Map<String, RemoteHost> hosts =
                Map.of(
                        SIX,
                        REFUSING,
                        FOUR,
                        attempt -> {
                            if (kernel.elapsedNanos() < 1000 * MILLI) {
                                attempt.refuse(111);
                            } else {
                                server.reached(attempt);
                            }
                        });
        Runs.Outcome ran = run(hosts, "--wait", "5s");

        assertThat(ran.exitCode()).isZero();
        assertThat(tried.stream().filter(each -> each.endsWith(SIX)).count())
                .as("%s", tried)
                .isBetween(9L, 11L);
        assertThat(results().config().address()).isEqualTo(FOUR + ":7");
        assertThat(results().requests().answered()).isEqualTo(9);
        assertThat(results().totalSeconds()).isEqualTo(0.06); // the wait is no part of it
    }
}
