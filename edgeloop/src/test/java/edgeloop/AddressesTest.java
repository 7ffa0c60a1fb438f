package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Addresses as RFC 5952 has them. */
final class AddressesTest {

    @ParameterizedTest
    @CsvSource({
        "2001:0db8:0000:0000:0001:0000:0000:0001, 2001:db8::1:0:0:1", // the first of equal runs
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1", // the longest
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1", // a single one is not shortened
        "2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:0001, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "0:0:1:0:0:0:0:0, 0:0:1::",
        "0:1:0:1:0:1:0:1, 0:1:0:1:0:1:0:1",
        "0:0:0:0:0:ffff:1:0, 0.1.0.0", // Java makes an IPv4 address of a mapped one
        "64:ff9b::c000:201, 64:ff9b::c000:201",
        "192.0.2.1, 192.0.2.1"
    })
    @DisplayName("RFC 5952 4: compressed, without leading zeros, in lower case")
    void textIsCanonical(String address, String text) {
        assertThat(Addresses.format(InetAddress.ofLiteral(address))).isEqualTo(text);
    }

    @Test
    @DisplayName("RFC 5952 5: a mapped address ends in a dotted one; RFC 4007 11: the zone follows")
    void mappedAddressIsDottedAndTheZoneIsNamed() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        mapped[12] = (byte) 192;
        mapped[15] = 1;
        assertThat(Addresses.format(Inet6Address.getByAddress(null, mapped, 7)))
                .isEqualTo("::ffff:192.0.0.1%7");
    }

    @ParameterizedTest
    @CsvSource({"::1, [::1]:80", "127.0.0.1, 127.0.0.1:80"})
    @DisplayName("RFC 5952 6: before a port an IPv6 address is in brackets")
    void portFollowsBrackets(String address, String text) throws Exception {
        byte[] bytes = InetAddress.ofLiteral(address).getAddress();
        InetAddress named = InetAddress.getByAddress("a.name", bytes);
        assertThat(Addresses.format(new InetSocketAddress(named, 80))).isEqualTo(text);
        assertThat(Addresses.format(InetSocketAddress.createUnresolved("a.name", 80)))
                .isEqualTo("a.name:80");
    }
}
