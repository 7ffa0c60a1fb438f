package edgeloop.cli;

import edgeloop.ConnectionHandler;
import edgeloop.Server;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A program like {@code myepollserver}, whose handler echoes once and does not return. */
final class StuckServer {
    private static final ConnectionHandler STUCK =
            (connection, in) -> {
                connection.write(in);
                connection.reactor().execute(StuckServer::hang); // in the next turn: it is sent
            };

    private StuckServer() {}

    /**
     * What starts it, in a JVM of its own, with signals as bin/launch has them: in the background
     * of a script SIGINT is ignored, and a JVM leaves it so.
     */
    static String[] command() {
        return new String[] {
            "env",
            "--default-signal=INT,TERM",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--class-path",
            System.getProperty("java.class.path"),
            StuckServer.class.getName()
        };
    }

    private static void hang() {
        while (true) {
            LockSupport.park();
        }
    }

    public static void main(String[] args) throws Exception {
        LineWriter out = LineWriter.start("stdout", System.out);
        LineWriter err = LineWriter.start("stderr", System.err);
        ServerRun run = new ServerRun(Served.of(Server.start(0, _ -> STUCK)), null, out, err);
        run.announce("edge-triggered", 1024, "");
        System.exit(run.await());
    }
}
