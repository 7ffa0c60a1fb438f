package edgeloop.bench;

import java.util.Locale;

/** What is measured of a server: of each row of load, or of its process as a whole. */
enum Metric {
    REQUESTS_PER_SECOND("req/s", 0),
    USER_MICROS("user µs/req", 2),
    SYSTEM_MICROS("system µs/req", 2),
    CPU_MICROS("CPU µs/req", 2),
    RESIDENT_MIB("RSS MiB", 1),
    /** Of a load at a fixed rate, below what the server could serve. */
    PACED_RATE("req/s offered", 0),
    PACED_CPU_MICROS("CPU µs/req", 2),
    LATENCY_P50_MICROS("p50 µs", 0),
    LATENCY_P99_MICROS("p99 µs", 0),
    LATENCY_P999_MICROS("p99.9 µs", 0),
    /** How late the client itself was. Latencies not well above it say more of the client. */
    CLIENT_LAG_P99_MICROS("client lag p99 µs", 0),
    ALLOCATED_BYTES("allocated B/req", 0),
    IDLE_CONNECTION_BYTES("B/idle connection", 0),
    IDLE_WAKEUPS("idle wakeups/s", 2),
    FIRST_ANSWER_MILLIS("first answer ms", 1);

    private final String title;
    private final int decimals;

    Metric(String title, int decimals) {
        this.title = title;
        this.decimals = decimals;
    }

    String title() {
        return title;
    }

    /** Its name in the JSON. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    String format(double value) {
        String text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
        return text.matches("-0(\\.0+)?") ? text.substring(1) : text;
    }
}
