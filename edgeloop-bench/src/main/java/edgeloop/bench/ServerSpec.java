package edgeloop.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How one server is started and spoken to.
 *
 * @param name as it stands in the tables and in {@code --servers}
 * @param executable what must be there for the server to run: a path, or a name to be found on PATH
 * @param kind what sort of process it is
 * @param protocol what is asked of it
 * @param portSource who picks its port
 * @param launch makes the arguments
 * @param mostConnections more of them it can't serve
 */
record ServerSpec(
        String name,
        String executable,
        Kind kind,
        Protocol protocol,
        PortSource portSource,
        Launch launch,
        int mostConnections) {

    /** Of a server that serves as many connections as it has descriptors for. */
    ServerSpec(
            String name,
            String executable,
            Kind kind,
            Protocol protocol,
            PortSource portSource,
            Launch launch) {
        this(name, executable, kind, protocol, portSource, launch, Integer.MAX_VALUE);
    }

    ServerSpec withMostConnections(int most) {
        return new ServerSpec(name, executable, kind, protocol, portSource, launch, most);
    }

    /** What a process needs before it is measured, and what can be asked of it. */
    enum Kind {
        /** Compiled ahead of time: a short warm-up is enough. */
        NATIVE,
        /** Compiles itself while it runs. */
        JIT,
        /** As JIT, and jcmd can be asked what it allocates. */
        JVM;

        boolean compilesItself() {
            return this != NATIVE;
        }
    }

    enum PortSource {
        /** Binds port 0 and prints a line with {@code port N} in it. */
        PRINTED,
        /** Can't pick one, so it gets one that was free a moment ago. */
        GIVEN
    }

    @FunctionalInterface
    interface Launch {
        /**
         * Returns the arguments, and writes the configuration that they name.
         *
         * @param port the port to listen on; 0 if the server picks and prints it
         * @param scratch an empty folder of its own, for its configuration
         */
        List<String> arguments(int port, Path scratch) throws IOException;
    }

    /** Servers with fixed answers have one size of request only. */
    boolean canRun(Row row) {
        return (protocol == Protocol.ECHO || row.size() == Row.DEFAULT_SIZE)
                && row.connections() <= mostConnections;
    }

    @Override
    public String toString() {
        return name;
    }
}
