package edgeloop.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import edgeloop.ConnectionOptions;
import edgeloop.Defaults;
import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.ServerStats;
import edgeloop.SettledStats;
import edgeloop.SyscallException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A server on a free port, and blocking clients of it. */
final class TestServer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    final Http http;
    final Server server;
    private final List<Client> clients = new ArrayList<>();

    TestServer(HttpHandler handler) {
        this(HttpOptions.defaults(), handler);
    }

    TestServer(HttpOptions options, HttpHandler handler) {
        this(options, ConnectionOptions.defaults(), handler);
    }

    static TestServer of(Http http) {
        return new TestServer(http, ConnectionOptions.defaults());
    }

    TestServer(HttpOptions options, ConnectionOptions connection, HttpHandler handler) {
        this(Http.serve(options, handler), connection);
    }

    private TestServer(Http http, ConnectionOptions connection) {
        this.http = http;
        ServerOptions serverOptions =
                Defaults.server()
                        .withBindAddress(InetAddress.getLoopbackAddress())
                        .withConnection(connection);
        try {
            server = Server.start(serverOptions, http);
        } catch (SyscallException e) {
            throw new AssertionError(e);
        }
    }

    Client connect() {
        Client client = new Client(server.port());
        clients.add(client);
        return client;
    }

    /**
     * Sends {@code request} on a connection of its own and answers all that comes until its end.
     */
    String exchange(String request) {
        return connect().send(request).readToEnd();
    }

    /** What the server has done in all turns up to now. */
    ServerStats stats() {
        return SettledStats.of(server);
    }

    /** Asks again and again until {@code condition} holds. */
    void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the condition does not come to hold: " + stats());
            }
        }
    }

    @Override
    public void close() {
        clients.forEach(Client::close);
        server.close();
    }

    /** One connection. */
    static final class Client {
        private final Socket socket;
        private final InputStream input;

        Client(int port) {
            try {
                socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(PATIENCE_MILLIS);
                input = new BufferedInputStream(socket.getInputStream());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Client send(String text) {
            return send(text.getBytes(ISO_8859_1));
        }

        Client send(byte[] bytes) {
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        Client sendFin() {
            try {
                socket.shutdownOutput();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        int available() {
            try {
                return input.available();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Closes with RST. */
        void reset() {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Reads up to and with {@code end}. */
        String readUntil(String end) {
            var read = new StringBuilder();
            try {
                while (read.indexOf(end, Math.max(0, read.length() - end.length())) < 0) {
                    int b = input.read();
                    if (b < 0) {
                        throw new AssertionError("the end comes after " + read);
                    }
                    read.append((char) b);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("after " + read, e);
            }
            return read.toString();
        }

        String readHead() {
            return readUntil("\r\n\r\n");
        }

        String read(int length) {
            try {
                return new String(input.readNBytes(length), ISO_8859_1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Reads an answer that has a Content-Length; its status line, headers and content. */
        String readAnswer() {
            String head = readHead();
            int at = head.indexOf("Content-Length: ");
            if (at < 0) {
                return head;
            }
            int from = at + "Content-Length: ".length();
            return head + read(Integer.parseInt(head.substring(from, head.indexOf('\r', from))));
        }

        /** All that comes until the server's FIN. */
        String readToEnd() {
            var read = new ByteArrayOutputStream();
            try {
                input.transferTo(read);
            } catch (SocketException e) {
                throw new AssertionError("reset after " + read.toString(ISO_8859_1), e);
            } catch (IOException e) {
                throw new UncheckedIOException("after " + read.toString(ISO_8859_1), e);
            }
            return read.toString(ISO_8859_1);
        }

        /** Reads until the server resets the connection, and answers how much came before. */
        long readToReset() {
            byte[] buffer = new byte[64 * 1024];
            long read = 0;
            try {
                int n;
                while ((n = input.read(buffer)) >= 0) {
                    read += n;
                }
            } catch (SocketException e) {
                return read;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            throw new AssertionError("a clean end after " + read + " bytes");
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
