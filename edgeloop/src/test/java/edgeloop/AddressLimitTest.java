package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressLimitTest {
    private final InetAddress one = InetAddress.ofLiteral("127.0.0.1");
    private final InetAddress other = InetAddress.ofLiteral("127.0.0.2");

    @Test
    void anAddressHasAsManyAsTheLimitAndNoMore() {
        AddressLimit limit = new AddressLimit(2, 64);

        assertThat(limit.admit(one)).isTrue();
        assertThat(limit.admit(one)).isTrue();
        assertThat(limit.admit(one)).isFalse();
        assertThat(limit.admit(other)).isTrue();
    }

    @Test
    void aClosedConnectionMakesRoomForAnother() {
        AddressLimit limit = new AddressLimit(1, 64);
        limit.admit(one);
        limit.release(one);

        assertThat(limit.admit(one)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "64,  2001:db8:0:1::1,   2001:db8:0:1:ffff:ffff:ffff:ffff, true",
        "64,  2001:db8:0:1::1,   2001:db8:0:2::1, false",
        "56,  2001:db8:0:100::1, 2001:db8:0:1ff::1, true",
        "56,  2001:db8:0:100::1, 2001:db8:0:200::1, false",
        "57,  2001:db8:0:100::1, 2001:db8:0:180::1, false",
        "128, 2001:db8::1,       2001:db8::1, true",
        "128, 2001:db8::1,       2001:db8::2, false",
        "1,   2001:db8::1,       7fff::1, true",
        "1,   2001:db8::1,       8000::1, false",
        "64,  fe80::1%1,         fe80::2%2, true",
        "64,  192.0.2.1,         192.0.2.2, false"
    })
    @DisplayName("E69 an IPv6 address counts as its network, and an IPv4 address as itself")
    void anIpv6AddressCountsAsItsNetwork(int prefix, String first, String second, boolean one) {
        AddressLimit limit = new AddressLimit(1, prefix);
        assertThat(limit.admit(InetAddress.ofLiteral(first))).isTrue();
        assertThat(limit.admit(InetAddress.ofLiteral(second))).isEqualTo(!one);

        limit.release(InetAddress.ofLiteral(one ? second : first));
        assertThat(limit.admit(InetAddress.ofLiteral(first))).isTrue();
    }

    @Test
    @DisplayName("E69 2,000 addresses of one network have what one has")
    void aNetworkHasAsManyAsAnAddress() throws Exception {
        AddressLimit limit = new AddressLimit(1, 64);
        byte[] bytes = InetAddress.ofLiteral("2001:db8::").getAddress();
        int admitted = 0;
        for (int i = 0; i < 2_000; i++) {
            bytes[8] = (byte) (i >>> 8);
            bytes[15] = (byte) i;
            admitted += limit.admit(InetAddress.getByAddress(bytes)) ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(1);
    }

    @Test
    @DisplayName("E69 an IPv4 address in IPv6's clothes counts as the IPv4 address")
    void aMappedAddressCountsAsIpv4() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        System.arraycopy(one.getAddress(), 0, mapped, 12, 4);
        AddressLimit limit = new AddressLimit(1, 64);
        assertThat(limit.admit(Inet6Address.getByAddress(null, mapped, 3))).isTrue();
        assertThat(limit.admit(one)).isFalse();
        assertThat(limit.admit(other)).isTrue();
    }

    @Test
    @DisplayName("E69 a server admits one connection from a network, and another when that closes")
    void aServerAdmitsAsManyFromANetworkAsItMay() {
        ServerOptions options = Defaults.server().withMaxConnectionsPerIp(1);
        try (TurnedServer server = new TurnedServer(options, _ -> Connection::write)) {
            server.kernel.answerNextRemoteAddress(at("2001:db8::1"));
            Peer first = server.accepted();
            server.kernel.answerNextRemoteAddress(at("2001:db8::2"));
            server.turnUntil(server.peer()::isEnded);
            server.kernel.answerNextRemoteAddress(at("2001:db8:0:1::1"));
            Peer neighbour = server.accepted().send("x");
            server.turnUntil(() -> neighbour.text().equals("x"));
            assertThat(server.stats().rejectedPerIp()).isEqualTo(1);

            first.sendFin();
            server.turnUntil(() -> server.kernelConnections() == 1);
            server.kernel.answerNextRemoteAddress(at("2001:db8::3"));
            Peer next = server.accepted().send("y");
            server.turnUntil(() -> next.text().equals("y"));
        }
    }

    private static InetSocketAddress at(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 9);
    }

    @Test
    void aServerClosesWhatIsBeyondTheLimitOfOneAddressAndServesTheOthers() throws Exception {
        ServerOptions options = Defaults.server().withMaxConnectionsPerIp(1);
        try (Server server = Server.start(options, _ -> Connection::write);
                Socket first = new Socket(one, server.port());
                Socket second = new Socket(one, server.port());
                Socket elsewhere = new Socket(one, server.port(), other, 0)) {
            second.setSoTimeout(10_000);
            assertThat(second.getInputStream().read()).isEqualTo(-1);
            assertThat(echo(first)).isEqualTo('x');
            assertThat(echo(elsewhere)).isEqualTo('x');
            assertThat(SettledStats.of(server).rejectedPerIp()).isEqualTo(1);

            first.shutdownOutput();
            while (SettledStats.of(server).peerClosed() == 0) {
                Thread.onSpinWait();
            }
            try (Socket again = new Socket(one, server.port())) {
                assertThat(echo(again)).isEqualTo('x');
            }
        }
    }

    private static int echo(Socket socket) throws Exception {
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write('x');
        return socket.getInputStream().read();
    }
}
