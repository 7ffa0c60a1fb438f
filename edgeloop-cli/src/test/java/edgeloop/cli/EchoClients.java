package edgeloop.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Connections to an echo server that each can be asked for an echo. */
final class EchoClients implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();
    private final int port;

    private EchoClients(int port) {
        this.port = port;
    }

    /** So many connections to a server that may have to be waited for. */
    static EchoClients connect(int count, int port) throws IOException {
        EchoClients clients = new EchoClients(port);
        for (int i = 0; i < count; i++) {
            clients.sockets.add(clients.open());
        }
        return clients;
    }

    private Socket open() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) ServerProcess.PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Each sends, and nobody waits for the answer yet. */
    void send() throws IOException {
        for (int i = 0; i < sockets.size(); i++) {
            sockets.get(i).getOutputStream().write(message(i));
        }
    }

    /** Each gets back what it has sent, or this fails. */
    void receive() throws IOException {
        for (int i = 0; i < sockets.size(); i++) {
            receive(i);
        }
    }

    private void receive(int index) throws IOException {
        byte[] expected = message(index);
        byte[] received = sockets.get(index).getInputStream().readNBytes(expected.length);
        if (received.length < expected.length) {
            throw new EOFException("closed after " + received.length + " bytes");
        }
        assertThat(received).isEqualTo(expected);
    }

    void echo() throws IOException {
        send();
        receive();
    }

    /** Asks each for so many echoes, and answers how many connections were lost instead. */
    int lostDuring(int echoes) {
        int lost = 0;
        for (int i = 0; i < sockets.size(); i++) {
            try {
                for (int n = 0; n < echoes; n++) {
                    sockets.get(i).getOutputStream().write(message(i));
                    receive(i);
                }
            } catch (IOException e) {
                lost++;
            }
        }
        return lost;
    }

    private static byte[] message(int index) {
        return ("client " + index + " says this\n").getBytes(US_ASCII);
    }

    /** The first {@code count} leave. */
    void closeFirst(int count) throws IOException {
        for (Socket socket : sockets.subList(0, count)) {
            socket.close();
        }
        sockets.subList(0, count).clear();
    }

    @Override
    public void close() throws IOException {
        closeFirst(sockets.size());
    }
}
