package edgeloop.bench.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadFactory;

/** Echo with a thread per connection, virtual or of the platform: plain blocking code. */
public final class ThreadEcho {
    private static final int BUFFER_SIZE = 8 * 1024;
    private static final int BACKLOG = 4096;

    private ThreadEcho() {}

    public static void main(String[] args) throws IOException {
        ThreadFactory threads =
                args.length > 0 && args[0].equals("platform")
                        ? Thread.ofPlatform().factory()
                        : Thread.ofVirtual().factory();
        try (var listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())) {
            System.out.println("Listening on port " + listener.getLocalPort());
            while (true) {
                Socket socket = listener.accept();
                threads.newThread(() -> echo(socket)).start();
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = socket.getInputStream();
            var out = socket.getOutputStream();
            byte[] buffer = new byte[BUFFER_SIZE];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        } catch (IOException peerIsGone) {
            // Nobody is left to be told.
        }
    }
}
