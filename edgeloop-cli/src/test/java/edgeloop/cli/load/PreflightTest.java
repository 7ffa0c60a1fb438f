package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.cli.load.message.CannotRunException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** E31: what would run out is found before the run, and said with the way out. */
class PreflightTest {
    private static InetAddress address(String literal) throws Exception {
        return InetAddress.getByName(literal);
    }

    @Test
    void tooFewDescriptorsAreSaidWithTheNumberNeeded() {
        assertThatThrownBy(() -> Preflight.checkDescriptors(10_000, 1, 4096))
                .isInstanceOf(CannotRunException.class)
                .hasMessageContaining("as root with ulimit -Hn 10064")
                .hasMessageContaining("-c 4032");
    }

    @Test
    void eachThreadNeedsDescriptorsOfItsOwn() {
        assertThatThrownBy(() -> Preflight.checkDescriptors(10_000, 4, 10_070))
                .isInstanceOf(CannotRunException.class)
                .hasMessageContaining("as root with ulimit -Hn 10073")
                .hasMessageContaining("-c 9997");
    }

    @Test
    void fewConnectionsLeaveTheChoiceToTheKernel() throws Exception {
        assertThat(Preflight.sources(address("127.0.0.1"), 10_000, false, 28_000, List.of()))
                .isEmpty();
    }

    @Test
    void manyConnectionsToThisMachineAreSpreadOverLoopbackAddresses() throws Exception {
        List<InetAddress> sources =
                Preflight.sources(address("127.0.0.1"), 100_000, false, 28_000, List.of());
        assertThat(sources).hasSize(4).doesNotHaveDuplicates();
        assertThat(sources).allMatch(InetAddress::isLoopbackAddress);
    }

    @Test
    void manyConnectionsElsewhereAreSpreadOverTheMachinesOwnAddresses() throws Exception {
        List<InetAddress> own = List.of(address("192.0.2.1"), address("192.0.2.2"));
        assertThat(Preflight.sources(address("192.0.2.9"), 50_000, false, 28_000, own))
                .isEqualTo(own);
    }

    @Test
    void tooFewPortsAreSaidWithTheWayOut() throws Exception {
        List<InetAddress> own = List.of(address("192.0.2.1"));
        assertThatThrownBy(
                        () -> Preflight.sources(address("192.0.2.9"), 50_000, false, 28_000, own))
                .isInstanceOf(CannotRunException.class)
                .hasMessageContaining("net.ipv4.ip_local_port_range");
    }
}
