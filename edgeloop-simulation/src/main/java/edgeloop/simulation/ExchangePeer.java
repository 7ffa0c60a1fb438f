package edgeloop.simulation;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A peer of an {@link Exchange}: connects to one of the servers, sends, and reads what it echoes.
 */
final class ExchangePeer {
    private static final int[] PACES_NANOS = {1, 10_000, 200_000, 5_000_000, 100_000_000};
    private static final int LATER_NANOS = 20_000_000;

    final int index;

    private final Exchange exchange;
    private final Choices choices;
    private final Post post;
    private final int total;
    private final int chunk;
    private final int pace;
    private final int receiveBuffer;
    private final int sendBuffer;
    private final boolean resets;

    /** The server by whose thread the echo goes; null if it goes at once. */
    private final @Nullable Post way;

    /** Whether its handler is yet to end the server. */
    private boolean closesServer;

    private @Nullable PeerSocket socket;
    private long nextNanos;
    private int sent;
    private int received;
    private boolean finished;
    private boolean over;
    private boolean cut;

    ExchangePeer(Exchange exchange, int index, Choices choices) {
        this.exchange = exchange;
        this.index = index;
        this.choices = choices;
        this.post = exchange.posts().get(choices.below(exchange.posts().size()));
        this.total = choices.magnitude(0, 3_000);
        this.chunk = choices.magnitude(1, Math.max(1, total));
        this.pace = PACES_NANOS[choices.below(PACES_NANOS.length)];
        this.receiveBuffer = choices.magnitude(1, 4_096);
        this.sendBuffer = choices.magnitude(1, 4_096);
        this.resets = choices.below(8) == 0;
        Post other = exchange.posts().get(choices.below(exchange.posts().size()));
        this.way = choices.below(2) == 0 ? other : null;
        this.closesServer = choices.below(16) == 0;
        this.nextNanos = choices.magnitude(0, 20_000_000);
    }

    /** Which server's thread the echo of its bytes goes by, or null. */
    @Nullable Post way() {
        return way;
    }

    /** Whether its handler is to end the server; once. */
    boolean takeClosesServer() {
        boolean closes = closesServer;
        closesServer = false;
        return closes;
    }

    /** Where its connection comes from; null before it has one. */
    @Nullable InetSocketAddress address() {
        return socket == null ? null : socket.address();
    }

    long nextNanos() {
        return nextNanos;
    }

    boolean isOver() {
        return over;
    }

    void wake() {
        if (!over) {
            int think = 1 + choices.below(exchange.isCalm() ? 10_000 : pace);
            nextNanos = Math.min(nextNanos, exchange.kernel.elapsedNanos() + think);
        }
    }

    void act() {
        nextNanos = World.NEVER;
        PeerSocket own = socket;
        if (over) {
            return;
        }
        if (own == null) {
            connect();
            return;
        }
        boolean moved = read(own);
        moved |= write(own);
        conclude(own);
        if (moved) {
            wake();
        }
    }

    private void connect() {
        int port = post.server().port();
        if (exchange.kernel.canConnect(port)) {
            PeerSocket fresh = exchange.kernel.connect(port, receiveBuffer, sendBuffer);
            socket = fresh;
            fresh.setOwner(this);
            fresh.onChange(this::wake);
            note("connects");
            wake();
        } else if (post.isStopped()) {
            end("gives up");
        } else {
            nextNanos = exchange.kernel.elapsedNanos() + LATER_NANOS;
        }
    }

    private boolean read(PeerSocket own) {
        int n = own.available();
        if (n == 0) {
            return false;
        }
        byte[] bytes = own.receive();
        if (!Pattern.matches(bytes, n, index, received)) {
            throw exchange.kernel.violation(
                    "peer %d got wrong bytes from %d to %d", index, received, received + n);
        }
        received += n;
        if (received > sent) {
            throw exchange.kernel.violation("peer %d got more than it has sent", index);
        }
        return true;
    }

    private boolean write(PeerSocket own) {
        if (finished || sent == total || own.isReset()) {
            return false;
        }
        int wanted = Math.min(total - sent, exchange.isCalm() ? total : 1 + choices.below(chunk));
        int n = own.send(Pattern.array(), Pattern.index(index, sent), Pattern.inARow(wanted));
        sent += n;
        return n > 0;
    }

    private void conclude(PeerSocket own) {
        if (own.isReset()) {
            cut = true;
            end("got a reset");
        } else if (own.isAtEnd()) {
            own.close();
            end("got the end");
        } else if (resets && !finished && 2 * sent >= total && !exchange.isCalm()) {
            finished = true;
            cut = true;
            own.reset();
            end("sends RST");
        } else if (!finished && sent == total) {
            finished = true;
            own.finish();
            note("sends FIN");
        }
    }

    private void end(String how) {
        over = true;
        nextNanos = World.NEVER;
        note(how);
    }

    private void note(String what) {
        if (exchange.kernel.isTraced()) {
            exchange.kernel.note("    peer %d %s", index, what);
        }
    }

    /** Whether it is one of those that its server has turned away, as it seems: it got nothing. */
    boolean isTurnedAwayBy(Post server) {
        return post == server && isCutShort() && received == 0;
    }

    private boolean isCutShort() {
        return !cut && !post.isStoppedEarly() && received != sent;
    }

    /** All is over: it got back what it sent, unless it was cut off or its server told to stop. */
    void check() {
        if (isCutShort() && !isTurnedAwayBy(post)) {
            throw exchange.kernel.violation(
                    "peer %d got the end after %d of %d bytes", index, received, sent);
        }
    }

    @Override
    public String toString() {
        return String.format(
                "peer %d at server %d (echo %s%s): sent %d of %d, received %d%s",
                index,
                post.index,
                way == null ? "at once" : "by server " + way.index,
                closesServer ? ", closes the server" : "",
                sent,
                total,
                received,
                over ? ", over" : "");
    }
}
