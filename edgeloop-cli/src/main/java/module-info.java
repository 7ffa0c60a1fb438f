/** The programs {@code myepollserver} and {@code loadtest}. */
module edgeloop.cli {
    requires edgeloop;
    requires edgeloop.tls;
    requires info.picocli;
    requires HdrHistogram;
    requires com.google.gson;
    requires de.siegmar.fastcsv;
    requires jdk.management; // CPU time and allocation of a thread
    requires jdk.unsupported; // sun.misc.Signal: Java has no other way to handle a signal
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;

    opens edgeloop.cli to
            info.picocli;
    opens edgeloop.cli.load to
            info.picocli;
    opens edgeloop.cli.load.result to
            com.google.gson;

    provides System.LoggerFinder with
            edgeloop.cli.StderrLoggers;
}
