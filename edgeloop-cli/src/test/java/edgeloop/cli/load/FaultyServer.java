package edgeloop.cli.load;

import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionOptions;
import edgeloop.HandlerFactory;
import edgeloop.IoBuffer;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.SyscallException;
import edgeloop.TransportSecurity;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** A server that counts its requests and does wrong to some. */
public final class FaultyServer implements AutoCloseable {
    static final int REQUEST_BYTES = 64;

    /** What it speaks. */
    enum Protocol {
        /** Echoes of 64 bytes. */
        RAW,
        /** As much of HTTP as a GET needs. */
        HTTP
    }

    private static final byte[] OK =
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n".getBytes(StandardCharsets.US_ASCII);

    /**
     * What becomes of the request of this number, from 1. It is given what the right answer is: of
     * an echo, the request.
     */
    interface Fault {
        void answer(Connection connection, byte[] request, long number);

        /** The peer has sent its FIN, and with it what it had to say. */
        default void ended(Connection connection) {}
    }

    public static final Fault NONE = (connection, request, _) -> connection.write(request);

    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private final Server server;

    private FaultyServer(ServerOptions options, Protocol protocol, Fault fault)
            throws SyscallException {
        HandlerFactory handlers =
                _ -> {
                    connections.incrementAndGet();
                    return protocol == Protocol.RAW ? handler(fault) : httpHandler(fault);
                };
        server = Server.start(options, handlers);
    }

    public static FaultyServer start(Fault fault) throws SyscallException {
        return start(Protocol.RAW, fault);
    }

    static FaultyServer start(Protocol protocol, Fault fault) throws SyscallException {
        return new FaultyServer(onPort(0), protocol, fault);
    }

    static FaultyServer start(ConnectionOptions connection, Fault fault) throws SyscallException {
        return new FaultyServer(onPort(0).withConnection(connection), Protocol.RAW, fault);
    }

    /** One without faults, on this port, such as that of another one that has ended. */
    static FaultyServer start(int port) throws SyscallException {
        return new FaultyServer(onPort(port), Protocol.RAW, NONE);
    }

    /** One without faults, on one address alone. */
    static FaultyServer start(InetAddress address) throws SyscallException {
        return new FaultyServer(onPort(0).withBindAddress(address), Protocol.RAW, NONE);
    }

    /** One that is spoken with by TLS. */
    static FaultyServer startTls(Protocol protocol, TransportSecurity tls, Fault fault)
            throws SyscallException {
        return new FaultyServer(onPort(0).withTls(tls), protocol, fault);
    }

    private static ServerOptions onPort(int port) {
        return ServerOptions.defaults().withPort(port);
    }

    private ConnectionHandler handler(Fault fault) {
        return new FaultyHandler(fault) {
            @Override
            public void onRead(Connection connection, IoBuffer in) {
                while (in.remaining() >= REQUEST_BYTES && connection.isOpen()) {
                    fault.answer(connection, read(in), requests.incrementAndGet());
                }
            }
        };
    }

    /** Each empty line is the end of a request, which has no body. */
    private ConnectionHandler httpHandler(Fault fault) {
        return new FaultyHandler(fault) {
            @Override
            public void onRead(Connection connection, IoBuffer in) {
                while (connection.isOpen()) {
                    String line = in.readLine();
                    if (line == null) {
                        return;
                    }
                    if (line.isEmpty()) {
                        fault.answer(connection, OK, requests.incrementAndGet());
                    }
                }
            }
        };
    }

    private abstract static class FaultyHandler implements ConnectionHandler {
        private final Fault fault;

        FaultyHandler(Fault fault) {
            this.fault = fault;
        }

        @Override
        public void onEnd(Connection connection, IoBuffer in) {
            fault.ended(connection);
            connection.close();
        }
    }

    private static byte[] read(IoBuffer in) {
        return in.readBytes(REQUEST_BYTES);
    }

    public int port() {
        return server.port();
    }

    long requests() {
        return requests.get();
    }

    long connections() {
        return connections.get();
    }

    /** Waits until it has been closed. */
    void awaitEnd() throws InterruptedException {
        server.join();
    }

    @Override
    public void close() {
        server.close();
    }
}
