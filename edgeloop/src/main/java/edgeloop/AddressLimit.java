package edgeloop;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts open connections by the peer's address, up to a limit for each. An IPv6 address counts as
 * its network: whoever has one address of a /64 has all 2^64 of them (RFC 4291 section 2.5.4). Any
 * thread may call.
 */
final class AddressLimit {
    private static final int IPV6_BITS = 128;

    /** {@code ::ffff:0:0/96}, the IPv4 addresses in IPv6, RFC 4291 section 2.5.5.2. */
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private final int limit;
    private final int ipv6Prefix;
    private final Map<InetAddress, Integer> open = new HashMap<>();

    /**
     * @param ipv6Prefix the bits, from 1 to 128, by which one IPv6 network differs from another
     */
    AddressLimit(int limit, int ipv6Prefix) {
        this.limit = limit;
        this.ipv6Prefix = ipv6Prefix;
    }

    /** Counts one more connection from {@code address}, unless it has as many as it may. */
    synchronized boolean admit(InetAddress address) {
        InetAddress counted = counted(address);
        if (open.getOrDefault(counted, 0) >= limit) {
            return false;
        }
        open.merge(counted, 1, Integer::sum);
        return true;
    }

    /** Counts one connection less; an address without connections is forgotten. */
    synchronized void release(InetAddress address) {
        open.computeIfPresent(counted(address), (_, n) -> n == 1 ? null : n - 1);
    }

    /** What stands for {@code address}, whatever its scope: itself, or its IPv6 network. */
    private InetAddress counted(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        try {
            if (Arrays.equals(bytes, 0, MAPPED.length, MAPPED, 0, MAPPED.length)) {
                return InetAddress.getByAddress(bytes); // which makes an IPv4 one of it
            }
            for (int bit = ipv6Prefix; bit < IPV6_BITS; bit++) {
                bytes[bit / Byte.SIZE] &= (byte) ~(0x80 >>> bit % Byte.SIZE);
            }
            return Inet6Address.getByAddress(null, bytes, -1);
        } catch (UnknownHostException e) {
            throw new AssertionError("sixteen bytes are an address", e);
        }
    }
}
