package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class AddressLimitTest {
    private final InetAddress one = InetAddress.ofLiteral("127.0.0.1");
    private final InetAddress other = InetAddress.ofLiteral("127.0.0.2");

    @Test
    void anAddressHasAsManyAsTheLimitAndNoMore() {
        AddressLimit limit = new AddressLimit(2);

        assertThat(limit.admit(one)).isTrue();
        assertThat(limit.admit(one)).isTrue();
        assertThat(limit.admit(one)).isFalse();
        assertThat(limit.admit(other)).isTrue();
    }

    @Test
    void aClosedConnectionMakesRoomForAnother() {
        AddressLimit limit = new AddressLimit(1);
        limit.admit(one);
        limit.release(one);

        assertThat(limit.admit(one)).isTrue();
    }

    @Test
    void aServerClosesWhatIsBeyondTheLimitOfOneAddressAndServesTheOthers() throws Exception {
        ServerOptions options = ServerOptions.defaults().withMaxConnectionsPerIp(1);
        try (Server server = Server.start(options, _ -> Connection::write);
                Socket first = new Socket(one, server.port());
                Socket second = new Socket(one, server.port());
                Socket elsewhere = new Socket(one, server.port(), other, 0)) {
            assertThat(second.getInputStream().read()).isEqualTo(-1);
            assertThat(echo(first)).isEqualTo('x');
            assertThat(echo(elsewhere)).isEqualTo('x');
            assertThat(server.stats().rejectedPerIp()).isEqualTo(1);

            first.shutdownOutput();
            while (server.stats().peerClosed() == 0) {
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
