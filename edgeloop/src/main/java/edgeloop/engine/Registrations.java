package edgeloop.engine;

import static edgeloop.engine.Bits.CONNECTING;
import static edgeloop.engine.Bits.DISARMED;
import static edgeloop.engine.Bits.ENDED;
import static edgeloop.engine.Bits.END_AHEAD;
import static edgeloop.engine.Bits.EVENTS;
import static edgeloop.engine.Bits.EVENTS_SHIFT;
import static edgeloop.engine.Bits.GONE;
import static edgeloop.engine.Bits.HELD;
import static edgeloop.engine.Bits.TO_ARM;
import static edgeloop.engine.Bits.WANTED;
import static edgeloop.engine.Bits.WRITABLE;
import static edgeloop.sys.EpollEvents.EPOLLIN;
import static edgeloop.sys.EpollEvents.EPOLLOUT;
import static edgeloop.sys.EpollEvents.EPOLLPRI;
import static edgeloop.sys.EpollEvents.EPOLLRDHUP;

import edgeloop.poll.Poller;
import edgeloop.sys.EpollEvents;

/**
 * What the poller watches for. By edges a stream is registered once for life, for input, output and
 * the peer's end. Else it is watched for what is wanted at the end of a turn, and the poller is
 * told where that is another than before, or where it has told and waits to be asked again. An
 * error or a hangup, which can't be left out of that, ends the stream.
 *
 * <p>Listeners go by edges always: nothing needs them otherwise, and one whose accepting pauses
 * does not spin. A shared one is registered exclusively, so that who comes wakes one reactor and
 * not all; and out of the poller while its accepting pauses, or it would take a wakeup that another
 * could use. For what is exclusive there is no EPOLL_CTL_MOD, epoll_ctl(2).
 */
final class Registrations {
    private final Poller poller;
    private final Readiness readiness;
    private final ChannelQueue<ByteStream> toArm = new ChannelQueue<>(TO_ARM);

    Registrations(Poller poller, Readiness readiness) {
        this.poller = poller;
        this.readiness = readiness;
    }

    /** Registers a socket that connects or is connected. 0 or {@code -errno}. */
    int add(ByteStream stream, int socket, int bits) {
        int mask = EVENTS;
        if (readiness == Readiness.EDGE_UNTIL_SHORT) {
            mask |= EPOLLPRI; // behind urgent data there may be more than a short read has brought
        } else if (!readiness.isByEdges()) {
            mask = wanted(bits, false);
        }
        int watched = (mask & EVENTS) << EVENTS_SHIFT;
        return add(stream, socket, mask | readiness.bit, bits | watched);
    }

    /** Registers a socket that listens. */
    int add(Listener listener, int socket) {
        int exclusive = listener.isShared() ? EpollEvents.EPOLLEXCLUSIVE : 0;
        return add(listener, socket, EPOLLIN | EpollEvents.EPOLLET | exclusive, 0);
    }

    /** Takes a shared listener out of the poller until it is resumed. */
    void hold(Listener listener) {
        if (!listener.isShared() || (listener.bits & HELD) != 0) {
            return;
        }
        unregister(listener);
        listener.bits |= HELD;
    }

    /** Puts it back: the poller tells of those who wait already. 0 or {@code -errno}. */
    int resume(Listener listener) {
        return (listener.bits & HELD) == 0 ? 0 : add(listener, listener.fd);
    }

    /**
     * Takes a channel out of the poller, where a duplicate of its descriptor would keep it when the
     * descriptor is closed.
     */
    void remove(Channel channel) {
        if ((channel.bits & HELD) == 0) {
            unregister(channel);
        }
    }

    private void unregister(Channel channel) {
        int result = poller.remove(channel.fd);
        if (result < 0) {
            channel.releaseFailed(Engine.Release.UNREGISTERING, -result);
        }
    }

    private int add(Channel channel, int socket, int mask, int bits) {
        int result = poller.add(socket, mask, channel.key());
        if (result >= 0) {
            channel.begin(socket, bits);
        }
        return result;
    }

    /** The poller has told of a stream. */
    void told(ByteStream stream) {
        if (!readiness.isByEdges()) {
            stream.bits |= DISARMED;
            toArm.add(stream);
        }
    }

    /** What is wanted of a stream may have changed. */
    void changed(ByteStream stream) {
        if (!readiness.isByEdges()) {
            toArm.add(stream);
        }
    }

    /** Tells the poller what is wanted now. */
    void arm() {
        for (int n = toArm.size(); n > 0; n--) {
            ByteStream stream = toArm.remove();
            if (stream.fd >= 0 && (stream.bits & GONE) == 0) {
                arm(stream);
            }
        }
    }

    private void arm(ByteStream stream) {
        int wanted = wanted(stream.bits, stream.waitingOutput() > 0);
        if (wanted == (stream.bits >>> EVENTS_SHIFT & EVENTS) && !isDisarmed(stream)) {
            return;
        }
        int result = poller.modify(stream.fd, wanted | readiness.bit, stream.key());
        if (result < 0) {
            stream.failed(Engine.Failure.SOCKET, -result);
        } else {
            stream.bits &= ~(EVENTS << EVENTS_SHIFT | DISARMED);
            stream.bits |= wanted << EVENTS_SHIFT;
        }
    }

    private boolean isDisarmed(ByteStream stream) {
        return readiness == Readiness.ONE_SHOT && (stream.bits & DISARMED) != 0;
    }

    private static int wanted(int bits, boolean outputWaits) {
        int mask = 0;
        if ((bits & (WANTED | ENDED)) == WANTED) {
            mask |= EPOLLIN;
        }
        if ((bits & END_AHEAD) == 0) {
            mask |= EPOLLRDHUP;
        }
        boolean blocked = outputWaits && (bits & WRITABLE) == 0;
        return blocked || (bits & CONNECTING) != 0 ? mask | EPOLLOUT : mask;
    }
}
