package edgeloop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import edgeloop.ServerOptions;
import edgeloop.TcpOptions;
import edgeloop.Transport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(60)
final class ServerCommandTest {
    private final CapturedOutput out = new CapturedOutput();
    private final CapturedOutput err = new CapturedOutput();
    private final CommandLine command = ServerCommand.commandLine(out.writer(), err.writer());

    private ServerOptions parse(String... arguments) throws Exception {
        command.parseArgs(arguments);
        ServerCommand server = command.getCommand();
        return server.options(server.telemetry());
    }

    @Test
    void defaultsAreThoseOfTheLibraryOnPort8080() throws Exception {
        assertThat(parse()).isEqualTo(ServerOptions.defaults().withPort(8080));
    }

    @Test
    void nobodyListensWithoutTelemetry() throws Exception {
        assertThat(parse("-p", "0").listeners()).isNull();
        assertThat(parse("--trace").listeners().apply(0)).isInstanceOf(TraceListener.class);
    }

    @Test
    void everyOptionReachesTheServer() throws Exception {
        ServerOptions options =
                parse(
                        "-p=9000",
                        "--bind",
                        "::1",
                        "--max-events",
                        "64",
                        "--backlog=17",
                        "--max-connections=100",
                        "--max-connections-per-ip=10",
                        "--ipv6-prefix=56",
                        "--max-buffer-memory=64m",
                        "--idle-timeout=2m",
                        "--idle-bytes=64",
                        "--engine=io_uring",
                        "--write-timeout=30s",
                        "--min-output-rate=512",
                        "--linger-timeout=0",
                        "--half-close-timeout=3s",
                        "--reuse-port",
                        "--tcp-keepalive=1m",
                        "--tcp-user-timeout=30s",
                        "--drain-timeout",
                        "500ms",
                        "--stats=5");
        assertThat(options.port()).isEqualTo(9000);
        assertThat(options.bindAddress()).isEqualTo(InetAddress.ofLiteral("::1"));
        assertThat(options.maxEvents()).isEqualTo(64);
        assertThat(options.backlog()).isEqualTo(17);
        assertThat(options.maxConnections()).isEqualTo(100);
        assertThat(options.maxConnectionsPerIp()).isEqualTo(10);
        assertThat(options.ipv6PrefixLength()).isEqualTo(56);
        assertThat(options.maxBufferBytes()).isEqualTo(64L << 20);
        assertThat(options.connection().idleTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(options.connection().idleBytes()).isEqualTo(64);
        assertThat(options.transport()).isEqualTo(Transport.IO_URING);
        assertThat(options.connection().writeTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options.connection().minOutputRate()).isEqualTo(512);
        assertThat(options.connection().lingerTimeout()).isEqualTo(Duration.ZERO);
        assertThat(options.connection().halfCloseTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(options.drainTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(options.reusePort()).isTrue();
        assertThat(options.tcp())
                .isEqualTo(
                        TcpOptions.defaults()
                                .withKeepAlive(Duration.ofSeconds(60), Duration.ofSeconds(20), 3)
                                .withUserTimeout(Duration.ofSeconds(30)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    -p 70000              | --port must be from 0 to 65535, not 70000
                    --port -1             | --port must be from 0 to 65535, not -1
                    --port=abc            | --port must be from 0 to 65535, not 'abc'
                    -p8x                  | --port must be from 0 to 65535, not '8x'
                    -p=99999999999999     | --port must be from 0 to 65535, not 99999999999999
                    -p                    | --port needs a value
                    -p --stats            | --port needs a value
                    -p 1 -p 2             | --port is given more than once
                    --max-events 0        | --max-events must be from 1 to 1048576, not 0
                    --max-events=1048577  | --max-events must be from 1 to 1048576, not 1048577
                    --backlog 0           | --backlog must be from 1 to 2147483647, not 0
                    --max-connections=0   | --max-connections must be from 1 to 2147483647, not 0
                    --max-connections-per-ip=0 | --max-connections-per-ip must be from 1 to 2147483647, not 0
                    --ipv6-prefix=0       | --ipv6-prefix must be from 1 to 128, not 0
                    --ipv6-prefix=129     | --ipv6-prefix must be from 1 to 128, not 129
                    --max-buffer-memory=lots | --max-buffer-memory must be a size such as 512k, 64m or 1g, not 'lots'
                    --max-buffer-memory=64 | --max-buffer-memory must be a size such as 512k, 64m or 1g, not 64
                    --max-buffer-memory=-1m | --max-buffer-memory must be a size such as 512k, 64m or 1g, not '-1m'
                    --max-buffer-memory=m | --max-buffer-memory must be a size such as 512k, 64m or 1g, not 'm'
                    --max-buffer-memory=  | --max-buffer-memory must be a size such as 512k, 64m or 1g, not ''
                    --max-buffer-memory=9999999999g | --max-buffer-memory must be a size such as 512k, 64m or 1g, not '9999999999g'
                    --max-buffer-memory=15k | --max-buffer-memory must be at least 16k, not '15k'
                    --idle-bytes=0        | --idle-bytes must be from 1 to 1048576, not 0
                    --write-timeout=-1    | --write-timeout must be a time such as 500ms, 5s, 2m or 1h, not -1
                    --stats=0             | --stats must be from 1 to 86400, not 0
                    --stats=abc           | --stats must be from 1 to 86400, not 'abc'
                    --stats=              | --stats must be from 1 to 86400, not ''
                    --idle-timeout=-5s    | --idle-timeout must be a time such as 500ms, 5s, 2m or 1h, not '-5s'
                    --idle-timeout=577h   | --idle-timeout must be at most 24 days (576h), not '577h'
                    --tcp-keepalive=500ms | --tcp-keepalive must be whole seconds, at most 32767, not '500ms'
                    --tcp-keepalive=10h   | --tcp-keepalive must be whole seconds, at most 32767, not '10h'
                    --tcp-keepalive=often | --tcp-keepalive must be a time such as 500ms, 5s, 2m or 1h, not 'often'
                    --tcp-user-timeout=25x | --tcp-user-timeout must be a time such as 500ms, 5s, 2m or 1h, not '25x'
                    --reuse-port=no       | --reuse-port takes no value
                    --drain-timeout=soon  | --drain-timeout must be a time such as 500ms, 5s, 2m or 1h, not 'soon'
                    --bind=               | --bind must be an address or a host name, not ''
                    --trace=loud          | --trace takes no value
                    --engine=kqueue       | --engine must be epoll, io_uring or auto, not 'kqueue'
                    --engine=IO_URING     | --engine must be epoll, io_uring or auto, not 'IO_URING'
                    --engine=io_uring --trigger=level | --trigger level is of --engine epoll
                    --engine io_uring --trigger oneshot | --trigger oneshot is of --engine epoll
                    --engine=io_uring --read-until=short | --read-until is an option of --engine epoll
                    --engine=io_uring --read-until=eagain | --read-until is an option of --engine epoll
                    --engine=auto --trigger=level --read-until=short | --read-until is an option of --trigger edge
                    --nonsense            | unknown option --nonsense
                    --max                 | unknown option --max, perhaps --max-events or --max-connections or --max-connections-per-ip or --max-buffer-memory
                    -x                    | unknown option -x
                    8080                  | unexpected argument '8080'
                    -p 1 -- --stats       | unexpected argument '--stats'
                    @file                 | unexpected argument '@file'
                    """)
    void badInputIsOneLineThatNamesItAndTheWayOut(String arguments, String complaint)
            throws Exception {
        assertThat(command.execute(arguments.split(" "))).isEqualTo(2);
        assertThat(err.text()).isEqualTo("myepollserver: " + complaint + "; see --help\n");
        assertThat(out.text()).isEmpty();
    }

    @Test
    void controlCharactersInBadInputAreNotRepeated() throws Exception {
        assertThat(command.execute("a\nb\033[2J")).isEqualTo(2);
        assertThat(err.text())
                .isEqualTo("myepollserver: unexpected argument 'a?b?[2J'; see --help\n");
    }

    @Test
    void unknownHostIsNoUsageError() throws Exception {
        assertThat(command.execute("--bind", "no-such-host.invalid")).isEqualTo(1);
        assertThat(err.text())
                .isEqualTo(
                        "myepollserver: unknown host 'no-such-host.invalid'; give --bind an address"
                                + " of this machine\n");
        assertThat(out.text()).isEmpty();
    }

    @Test
    void helpNamesEveryOption() {
        StringWriter help = new StringWriter();
        command.setOut(new PrintWriter(help));
        assertThat(command.execute("--help")).isZero();
        assertThat(help.toString())
                .contains("-p, --port=PORT")
                .contains("--bind=ADDRESS")
                .contains("--max-events=N")
                .contains("--backlog=N")
                .contains("--stats[=SECONDS]")
                .contains("--max-connections=N")
                .contains("--max-connections-per-ip=N")
                .contains("--ipv6-prefix=N")
                .contains("--max-buffer-memory=SIZE")
                .contains("--idle-timeout=TIME")
                .contains("--idle-bytes=N")
                .contains("--write-timeout=TIME")
                .contains("--linger-timeout=TIME")
                .contains("--half-close-timeout=TIME")
                .contains("--reuse-port")
                .contains("--tcp-keepalive=TIME")
                .contains("--tcp-user-timeout=TIME")
                .contains("--drain-timeout=TIME")
                .contains("--engine=epoll|io_uring|auto")
                .contains("--trace")
                .contains("--version");
    }

    @Test
    void versionIsTheModules() {
        StringWriter version = new StringWriter();
        command.setOut(new PrintWriter(version));
        assertThat(command.execute("--version")).isZero();
        assertThat(version.toString()).matches("myepollserver \\d+\\.\\d+\\.\\d+\\S*\\R");
    }
}
