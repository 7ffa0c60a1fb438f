package edgeloop.cli.load.protocol;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Looks the addresses of names up. May block. */
public interface Resolver {
    /** The machine's own, in the order that it gives them: RFC 6724 with glibc. */
    Resolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    /**
     * Looks up.
     *
     * @param host a name, or an address
     * @return all of its addresses, the preferred ones first; at least one
     * @throws UnknownHostException if it has none
     */
    List<InetAddress> addresses(String host) throws UnknownHostException;
}
