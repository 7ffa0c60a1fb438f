package edgeloop.bench;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How much is measured.
 *
 * @param rows the loads, in the order in which each server process gets them
 * @param rounds how often all is repeated, each time with new processes
 * @param slices how often the servers take turns at each row of a round
 * @param seconds the measured part of each row of a round, all slices together
 * @param warmupRequests what a server that compiles itself is given before its first row
 * @param latencyRate requests per second offered when latency is measured
 * @param idleConnections how many connections are open when memory and wakeups are measured
 * @param idleSeconds for how long wakeups are counted
 */
record Plan(
        List<Row> rows,
        int rounds,
        int slices,
        double seconds,
        long warmupRequests,
        long latencyRate,
        int idleConnections,
        double idleSeconds,
        Set<Part> parts) {

    /** What can be left out. */
    enum Part {
        /** Requests per second, CPU per request and resident memory, at full load. */
        CPU,
        /** Latency at a fixed offered rate. */
        LATENCY,
        /** Heap bytes per request, of JVMs. */
        ALLOCATION,
        /** Memory per idle connection, and wakeups. */
        IDLE,
        /** Time from exec to the first answer. */
        START,
        /**
         * The ways of epoll side by side, with servers of its own: CPU at full load, and where ten
         * connections of many talk.
         */
        MODES,
        /**
         * Completions beside readiness, with servers of its own: CPU at full load, at a rate that
         * leaves time to sleep, and with requests of other sizes.
         */
        RING;

        /** Its name on the command line and in the JSON. */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** All that goes with any servers. */
        static final Set<Part> ALL = Set.copyOf(EnumSet.complementOf(EnumSet.of(MODES, RING)));
    }

    boolean has(Part part) {
        return parts.contains(part);
    }
}
