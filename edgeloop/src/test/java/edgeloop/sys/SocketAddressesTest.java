package edgeloop.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SocketAddressesTest {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(SocketAddresses.MAX_BYTES, 8);

    @AfterEach
    void free() {
        arena.close();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 1, 16",
        "0.0.0.0, 0, 16",
        "255.255.255.255, 65535, 16",
        "192.0.2.200, 32768, 16",
        "::1, 8080, 28",
        "::, 65535, 28",
        "2001:db8::ffff:1, 443, 28"
    })
    void addressIsReadBackAsItWasWritten(String ip, int port, int length) {
        var address = new InetSocketAddress(InetAddress.ofLiteral(ip), port);
        memory.fill((byte) 0xff);
        assertThat(SocketAddresses.encode(address, memory)).isEqualTo(length);
        assertThat(SocketAddresses.decode(memory)).isEqualTo(address);
    }

    @Test
    void portAndAddressAreInNetworkOrder() {
        var address = new InetSocketAddress(InetAddress.ofLiteral("1.2.3.4"), 0x1234);
        int length = SocketAddresses.encode(address, memory);
        assertThat(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(new byte[] {2, 0, 0x12, 0x34, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0});
    }

    @Test
    void scopeOfAnAddressIsKept() throws Exception {
        byte[] linkLocal = InetAddress.ofLiteral("fe80::1").getAddress();
        var address = new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 7), 9);
        SocketAddresses.encode(address, memory);
        InetSocketAddress decoded = SocketAddresses.decode(memory);
        assertThat(decoded).isNotNull().isEqualTo(address);
        assertThat(((Inet6Address) decoded.getAddress()).getScopeId()).isEqualTo(7);
    }

    @Test
    void ipv4AddressMappedIntoIpv6ComesOutAsIpv4() {
        memory.set(ValueLayout.JAVA_SHORT, 0, (short) SocketConstants.AF_INET6);
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 1, 2, 3};
        MemorySegment.copy(mapped, 0, memory, ValueLayout.JAVA_BYTE, 8, mapped.length);
        InetSocketAddress decoded = SocketAddresses.decode(memory);
        assertThat(decoded).isNotNull();
        assertThat(decoded.getAddress()).isInstanceOf(Inet4Address.class);
        assertThat(decoded.getAddress().getHostAddress()).isEqualTo("10.1.2.3");
    }

    @Test
    void addressOfAnotherFamilyIsNone() {
        memory.set(ValueLayout.JAVA_SHORT, 0, (short) 1);
        assertThat(SocketAddresses.decode(memory)).isNull();
    }

    @Test
    void familyFollowsTheAddress() {
        assertThat(SocketAddresses.familyOf(InetAddress.ofLiteral("127.0.0.1")))
                .isEqualTo(SocketConstants.AF_INET);
        assertThat(SocketAddresses.familyOf(InetAddress.ofLiteral("::1")))
                .isEqualTo(SocketConstants.AF_INET6);
    }
}
