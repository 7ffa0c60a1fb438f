package edgeloop.simulation;

import edgeloop.Transport;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One run: its seed, and what of it is left out to make it shorter.
 *
 * @param seed draws everything
 * @param droppedPeers a bit for each of the first 64 peers that does not take part
 * @param droppedFaults a bit for each {@link Fault} that does not strike
 * @param faultLimit the number of faults after which none strikes any more
 * @param transport that of the program, or null where the seed draws it
 */
record Case(
        long seed,
        long droppedPeers,
        long droppedFaults,
        int faultLimit,
        @Nullable Transport transport) {
    /** One in so many goes by a ring, where it is drawn. */
    private static final int RING_ONE_IN = 4;

    /** All of what {@code seed} draws. */
    static Case of(long seed) {
        return new Case(seed, 0, 0, Integer.MAX_VALUE, null);
    }

    /** Reads a mask as {@link #command} writes it, all 64 bits of it, or in decimal. */
    static long mask(String text) {
        return text.startsWith("0x")
                ? Long.parseUnsignedLong(text.substring(2), 16)
                : Long.parseUnsignedLong(text);
    }

    Case withoutPeers(long peers) {
        return new Case(seed, droppedPeers | peers, droppedFaults, faultLimit, transport);
    }

    Case withoutFaults(long faults) {
        return new Case(seed, droppedPeers, droppedFaults | faults, faultLimit, transport);
    }

    Case withFaultLimit(int limit) {
        return new Case(seed, droppedPeers, droppedFaults, limit, transport);
    }

    Case withTransport(@Nullable Transport only) {
        return new Case(seed, droppedPeers, droppedFaults, faultLimit, only);
    }

    /** By what the program and the kernel speak to each other: drawn, if it is not given. */
    Transport drawTransport(Choices choices) {
        Transport drawn = choices.below(RING_ONE_IN) == 0 ? Transport.IO_URING : Transport.EPOLL;
        return transport == null ? drawn : transport;
    }

    /** The line that runs this again. */
    String command() {
        StringBuilder line = new StringBuilder("make simulate SEED=").append(seed);
        if (droppedPeers != 0) {
            line.append(" DROP_PEERS=0x").append(Long.toHexString(droppedPeers));
        }
        if (droppedFaults != 0) {
            line.append(" DROP_FAULTS=0x").append(Long.toHexString(droppedFaults));
        }
        if (faultLimit != Integer.MAX_VALUE) {
            line.append(" FAULTS=").append(faultLimit);
        }
        if (transport != null) {
            line.append(" ENGINE=").append(transport.name().toLowerCase(Locale.ROOT));
        }
        return line.toString();
    }
}
