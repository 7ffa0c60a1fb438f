package edgeloop.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Peers of an echo server that come and go, each as the network has them: some are served and
 * close, others reset in the middle, half-close, trickle, say nothing, or never read. Those that
 * can check their echo do.
 */
final class RudePeers implements AutoCloseable {
    private enum Manner {
        WELL_BEHAVED,
        HALF_CLOSE,
        RESET,
        CLOSE_UNREAD,
        SAY_NOTHING,
        TRICKLE,
        READ_SLOWLY,
        NEVER_READ
    }

    /** Longer than any pause that is made on purpose. */
    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private static final int MAX_PAUSE_MILLIS = 400;

    /** Who takes longer to send, as on a busy machine, may be taken for idle. */
    private static final long PROMPT_NANOS = 1_000_000_000;

    private final int port;
    private final long seed;
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong echoes = new AtomicLong();
    private final Collection<String> complaints = new ConcurrentLinkedQueue<>();

    private RudePeers(int port, long seed) {
        this.port = port;
        this.seed = seed;
    }

    /** Whether a peer has always sent soon after it could. */
    private static final class Pace {
        private long since;
        private long longest;

        void begin() {
            since = System.nanoTime();
        }

        void sent() {
            longest = Math.max(longest, System.nanoTime() - since);
        }

        boolean isPrompt() {
            return longest < PROMPT_NANOS;
        }
    }

    /** Starts so many at a time; whenever one has gone, another comes. */
    static RudePeers start(int count, int port, long seed) {
        RudePeers peers = new RudePeers(port, seed);
        for (int i = 0; i < count; i++) {
            Random random = new Random(seed + i);
            peers.threads.add(Thread.startVirtualThread(() -> peers.run(random)));
        }
        return peers;
    }

    long connections() {
        return connections.get();
    }

    /** Echoes received whole, and equal to what was sent. */
    long echoes() {
        return echoes.get();
    }

    /** What must not happen, and did. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    private void run(Random random) {
        Manner[] manners = Manner.values();
        while (!pause(random.nextInt(MAX_PAUSE_MILLIS))) {
            // Every second one behaves, so that there is an echo to check at any time.
            Manner manner =
                    manners[Math.max(0, random.nextInt(2 * manners.length) - manners.length)];
            boolean owedAnEcho = manner == Manner.WELL_BEHAVED || manner == Manner.HALF_CLOSE;
            Pace pace = new Pace();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                connections.incrementAndGet();
                socket.setSoTimeout(READ_TIMEOUT_MILLIS);
                behave(manner, socket, pace, random);
            } catch (SocketTimeoutException e) {
                complaints.add("seed " + seed + ", " + manner + ": no answer");
            } catch (IOException e) {
                if (owedAnEcho && pace.isPrompt()) {
                    complaints.add("seed " + seed + ", " + manner + ": " + e);
                }
            }
        }
    }

    /** Waits; true if it is time to stop. */
    private boolean pause(int millis) {
        try {
            return stop.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private void behave(Manner manner, Socket socket, Pace pace, Random random) throws IOException {
        pace.begin();
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream();
        switch (manner) {
            case WELL_BEHAVED -> {
                for (int i = random.nextInt(8); i >= 0; i--) {
                    byte[] sent = bytes(random, 2_000);
                    out.write(sent);
                    pace.sent();
                    expect(sent, in.readNBytes(sent.length));
                    pace.begin();
                }
            }
            case HALF_CLOSE -> {
                byte[] sent = bytes(random, 30_000);
                out.write(sent);
                socket.shutdownOutput();
                pace.sent();
                expect(sent, in.readAllBytes());
            }
            case RESET -> {
                out.write(bytes(random, 20_000));
                pause(random.nextInt(20));
                socket.setSoLinger(true, 0);
            }
            case CLOSE_UNREAD -> out.write(bytes(random, 20_000));
            case SAY_NOTHING -> {
                int _ = in.read(); // until the server has had enough
            }
            case TRICKLE -> {
                for (int i = random.nextInt(30); i >= 0 && !pause(100); i--) {
                    out.write(i);
                    expect(new byte[] {(byte) i}, in.readNBytes(1));
                }
            }
            case READ_SLOWLY -> {
                Thread writer = Thread.startVirtualThread(() -> write(out, new byte[300_000]));
                for (int i = 0; i < 20 && !pause(100); i++) {
                    in.readNBytes(10_000);
                }
                socket.close();
                join(writer);
            }
            case NEVER_READ -> {
                Thread writer = Thread.startVirtualThread(() -> write(out, new byte[8 << 20]));
                pause(random.nextInt(6_000));
                socket.close();
                join(writer);
            }
        }
    }

    private static byte[] bytes(Random random, int most) {
        byte[] bytes = new byte[1 + random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }

    private void expect(byte[] sent, byte[] received) throws IOException {
        if (Arrays.equals(sent, received)) {
            echoes.incrementAndGet();
        } else if (received.length == sent.length) {
            complaints.add("seed " + seed + ": other bytes than were sent");
        } else {
            throw new IOException(
                    "the end after " + received.length + " of " + sent.length + " bytes");
        }
    }

    private static void write(OutputStream out, byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            // The server, or this peer, has closed.
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** No more come; returns when all have gone. */
    @Override
    public void close() {
        stop.countDown();
        threads.forEach(RudePeers::join);
    }
}
