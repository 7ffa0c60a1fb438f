package edgeloop.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Translates between {@link InetSocketAddress} and the kernel's {@code struct sockaddr_in}, ip(7),
 * and {@code struct sockaddr_in6}, ipv6(7).
 */
public final class SocketAddresses {
    /** The size of the larger of the two structs. */
    static final int MAX_BYTES = 28;

    private static final int SOCKADDR_IN_BYTES = 16;
    private static final int SOCKADDR_IN6_BYTES = 28;
    private static final ValueLayout.OfShort NETWORK_SHORT =
            JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private SocketAddresses() {}

    /** The address family of {@code address}. */
    public static int familyOf(InetAddress address) {
        return address instanceof Inet6Address ? SocketConstants.AF_INET6 : SocketConstants.AF_INET;
    }

    /** Writes {@code address} to {@code target} and answers the bytes it takes. */
    static int encode(InetSocketAddress address, MemorySegment target) {
        target.fill((byte) 0);
        InetAddress ip = address.getAddress();
        byte[] bytes = ip.getAddress();
        target.set(JAVA_SHORT, 0, (short) familyOf(ip));
        target.set(NETWORK_SHORT, 2, (short) address.getPort());
        if (ip instanceof Inet6Address ip6) {
            MemorySegment.copy(bytes, 0, target, JAVA_BYTE, 8, bytes.length);
            target.set(JAVA_INT, 24, ip6.getScopeId());
            return SOCKADDR_IN6_BYTES;
        }
        MemorySegment.copy(bytes, 0, target, JAVA_BYTE, 4, bytes.length);
        return SOCKADDR_IN_BYTES;
    }

    /**
     * Reads an address; an IPv4 one mapped into IPv6 comes out as IPv4. Null for other families.
     */
    static @Nullable InetSocketAddress decode(MemorySegment source) {
        int port = Short.toUnsignedInt(source.get(NETWORK_SHORT, 2));
        return switch (source.get(JAVA_SHORT, 0)) {
            case SocketConstants.AF_INET -> new InetSocketAddress(ipv4(source), port);
            case SocketConstants.AF_INET6 -> new InetSocketAddress(ipv6(source), port);
            default -> null;
        };
    }

    private static InetAddress ipv4(MemorySegment source) {
        try {
            return Inet4Address.getByAddress(source.asSlice(4, 4).toArray(JAVA_BYTE));
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    private static InetAddress ipv6(MemorySegment source) {
        byte[] bytes = source.asSlice(8, 16).toArray(JAVA_BYTE);
        int scope = source.get(JAVA_INT, 24);
        try {
            // getByAddress turns a mapped address into an Inet4Address; the scope would hinder it.
            return scope == 0
                    ? InetAddress.getByAddress(bytes)
                    : Inet6Address.getByAddress(null, bytes, scope);
        } catch (UnknownHostException e) {
            throw new AssertionError("sixteen bytes are an address", e);
        }
    }
}
