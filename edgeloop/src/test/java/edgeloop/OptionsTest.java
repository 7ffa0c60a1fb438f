package edgeloop;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.http.HttpOptions;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Options are values: set by name, checked, equal by what they say. */
class OptionsTest {
    private static final Pattern NAME = Pattern.compile("(?<=[\\[ ])(\\w+)=");

    static List<Options> defaults() {
        return List.of(
                ServerOptions.defaults(),
                ClientOptions.defaults(),
                ConnectionOptions.defaults(),
                TcpOptions.defaults(),
                HttpOptions.defaults());
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void eachOptionHasAnAccessorOfItsName(Options options) {
        String names =
                NAME.matcher(options.toString().replaceAll("=\\w+\\[[^\\]]*\\]", "="))
                        .results()
                        .map(found -> found.group(1))
                        .sorted()
                        .collect(joining(" "));
        String accessors =
                Stream.of(options.getClass().getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method -> !Modifier.isStatic(method.getModifiers()))
                        .filter(method -> method.getParameterCount() == 0)
                        .map(Method::getName)
                        .sorted()
                        .collect(joining(" "));
        assertThat(names).isEqualTo(accessors);
    }

    @Test
    void copiesDifferInWhatWasSetAlone() {
        ServerOptions options = ServerOptions.defaults().withPort(80).withMaxConnections(5);
        assertThat(options.port()).isEqualTo(80);
        assertThat(options.maxConnections()).isEqualTo(5);
        assertThat(options.withPort(0).withMaxConnections(Integer.MAX_VALUE))
                .isEqualTo(ServerOptions.defaults())
                .hasSameHashCodeAs(ServerOptions.defaults());
        assertThat(options).isNotEqualTo(ServerOptions.defaults());
        assertThat(ServerOptions.defaults().port()).isZero();
        assertThat(TcpOptions.defaults())
                .hasToString(
                        "TcpOptions[keepAliveIdle=PT0S, keepAliveInterval=PT1M15S,"
                                + " keepAliveProbes=9, userTimeout=PT0S]");
    }

    @Test
    void optionsOfOtherClassesAreOthers() {
        assertThat((Object) ServerOptions.defaults()).isNotEqualTo(ClientOptions.defaults());
    }

    @Test
    void whatIsOutOfRangeIsNamed() {
        ServerOptions server = ServerOptions.defaults();
        assertThatThrownBy(() -> server.withPort(65_536))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port must be from 0 to 65535: 65536");
        assertThatThrownBy(() -> server.withBacklog(0)).hasMessage("backlog must be at least 1: 0");
        assertThatThrownBy(() -> server.withMaxBufferBytes(1))
                .hasMessage("maxBufferBytes must be 0 or at least 16384: 1");
        assertThatThrownBy(() -> server.withDrainTimeout(Duration.ofDays(25)))
                .hasMessage("drainTimeout must be from 0 to 24 days: PT600H");
        ConnectionOptions connection = ConnectionOptions.defaults();
        assertThatThrownBy(() -> connection.withWaterMarks(10, 10))
                .hasMessage("lowWaterMark must be from 0 to below highWaterMark: 10");
        assertThatThrownBy(() -> connection.withWaterMarks(-1, 10))
                .hasMessage("lowWaterMark must be from 0 to below highWaterMark: -1");
        assertThatThrownBy(() -> HttpOptions.defaults().withMaxHead(61_000, 1_000, 1))
                .hasMessage("maxHeaderBytes must be from 16 to 440: 1000");
        assertThatThrownBy(() -> HttpOptions.defaults().withMaxBodyBytes(-1))
                .hasMessage("maxBodyBytes must be at least 0: -1");
    }

    @Test
    void nothingIsNullWhereThatMeansNothing() {
        assertThatThrownBy(() -> ServerOptions.defaults().withTcp(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("tcp");
        assertThatThrownBy(() -> ConnectionOptions.defaults().withIdleTimeout(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("idleTimeout");
        assertThat(ServerOptions.defaults().withBindAddress(null).bindAddress()).isNull();
    }

    @Test
    void listsAreCopied() {
        var addresses = Arrays.asList(InetAddress.getLoopbackAddress());
        ClientOptions options = ClientOptions.defaults().withLocalAddresses(addresses);
        addresses.set(0, null);
        assertThat(options.localAddresses()).doesNotContainNull().hasSize(1);
    }
}
