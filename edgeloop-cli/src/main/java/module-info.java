/** The programs {@code myepollserver} and {@code loadtest}. */
module edgeloop.cli {
    requires edgeloop;
    requires info.picocli;
    requires HdrHistogram;
    requires static org.jspecify;

    opens edgeloop.cli to
            info.picocli;
}
