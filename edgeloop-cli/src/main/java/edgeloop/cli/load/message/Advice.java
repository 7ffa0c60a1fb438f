package edgeloop.cli.load.message;

import java.util.Map;

/** What to do about an error, where that is known. */
public final class Advice {
    private Advice() {}

    /** A way out for the first of these causes that has one; empty, or begins with "; ". */
    public static String on(Map<String, Long> causes) {
        for (String cause : causes.keySet()) {
            String advice = on(cause);
            if (!advice.isEmpty()) {
                return "; " + advice;
            }
        }
        return "";
    }

    private static String on(String cause) {
        return switch (cause) {
            case "refused" -> "is the server running, and on that port?";
            case "timeout" -> "does a firewall drop packets to that address?";
            case "EADDRNOTAVAIL" ->
                    "the local ports are used up: widen net.ipv4.ip_local_port_range, or use fewer"
                            + " connections";
            case "EMFILE" -> "the descriptors are used up: raise the limit with ulimit -n";
            case "ENETUNREACH", "EHOSTUNREACH" -> "is the address right, and the network up?";
            default -> "";
        };
    }
}
