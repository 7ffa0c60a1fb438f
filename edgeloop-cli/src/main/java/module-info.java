/** The programs {@code myepollserver} and {@code loadtest}. */
module edgeloop.cli {
    requires edgeloop;
    requires info.picocli;
    requires HdrHistogram;
    requires jdk.unsupported; // sun.misc.Signal: Java has no other way to handle a signal
    requires static org.jspecify;

    opens edgeloop.cli to
            info.picocli;

    provides System.LoggerFinder with
            edgeloop.cli.StderrLoggers;
}
