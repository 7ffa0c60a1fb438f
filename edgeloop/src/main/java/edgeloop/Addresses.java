package edgeloop;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;

/**
 * Addresses as text for people and other programs: IPv6 in the one form of RFC 5952, which logs can
 * be searched for, and never a host name. Any thread may call any method.
 */
public final class Addresses {
    private static final int GROUPS = 8;

    private Addresses() {}

    /**
     * Words an address.
     *
     * @param address of IPv4 or IPv6
     * @return such as {@code 192.0.2.1}, {@code 2001:db8::1}, {@code ::ffff:192.0.2.1} or, with the
     *     zone of RFC 4007, {@code fe80::1%eth0}
     */
    public static String format(InetAddress address) {
        return address instanceof Inet6Address ip6
                ? format(ip6.getAddress()) + zone(ip6)
                : address.getHostAddress();
    }

    /**
     * Words an address with its port.
     *
     * @param address may be unresolved, whose host is its name then
     * @return such as {@code 192.0.2.1:80} or {@code [2001:db8::1]:80}, RFC 5952 section 6
     */
    public static String format(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        if (ip == null) {
            return address.getHostString() + ":" + address.getPort();
        }
        String text = format(ip);
        return (ip instanceof Inet6Address ? "[" + text + "]" : text) + ":" + address.getPort();
    }

    private static String zone(Inet6Address address) {
        NetworkInterface named = address.getScopedInterface();
        if (named != null) {
            return "%" + named.getName();
        }
        return address.getScopeId() == 0 ? "" : "%" + address.getScopeId();
    }

    private static String format(byte[] bytes) {
        boolean mapped = isMapped(bytes);
        int groups = mapped ? GROUPS - 2 : GROUPS;
        int zerosFrom = longestZeros(bytes, groups);
        int zerosTo = zerosFrom < 0 ? -1 : zerosEnd(bytes, zerosFrom, groups);
        var text = new StringBuilder(39);
        for (int i = 0; i < groups; i++) {
            if (i == zerosFrom) {
                text.append("::");
                i = zerosTo - 1;
            } else {
                if (i > 0 && i != zerosTo) {
                    text.append(':');
                }
                text.append(Integer.toHexString(group(bytes, i)));
            }
        }
        if (mapped) {
            for (int i = 12; i < 16; i++) {
                text.append(i == 12 ? ':' : '.').append(Byte.toUnsignedInt(bytes[i]));
            }
        }
        return text.toString();
    }

    /** An IPv4 address in {@code ::ffff:0:0/96}, whose last four bytes are dotted: section 5. */
    private static boolean isMapped(byte[] bytes) {
        return zerosEnd(bytes, 0, GROUPS) == 5 && group(bytes, 5) == 0xffff;
    }

    /** The first of the longest runs of two zero groups or more, section 4.2; -1 for none. */
    private static int longestZeros(byte[] bytes, int groups) {
        int best = -1;
        int longest = 1; // a single one is not shortened
        for (int i = 0; i < groups; i++) {
            int length = zerosEnd(bytes, i, groups) - i;
            if (length > longest) {
                best = i;
                longest = length;
            }
        }
        return best;
    }

    private static int zerosEnd(byte[] bytes, int from, int groups) {
        int end = from;
        while (end < groups && group(bytes, end) == 0) {
            end++;
        }
        return end;
    }

    private static int group(byte[] bytes, int index) {
        return Byte.toUnsignedInt(bytes[2 * index]) << 8 | Byte.toUnsignedInt(bytes[2 * index + 1]);
    }
}
