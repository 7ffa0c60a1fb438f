package edgeloop.simulation;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The peers of a {@link Scenario}: how many, and when each of them acts. */
final class Swarm {
    /** How much there is to do. */
    enum Size {
        /** A few peers with a few bytes: most runs. */
        SMALL,
        /** More peers at once than are accepted in one go. */
        STORM,
        /** More bytes at once than are read in one go. */
        BULK,
        /** Each call moves so few bytes that there are more calls than are made in one go. */
        CRUMBS
    }

    private final Scenario scenario;
    private final long dropped;
    private final List<SwarmPeer> peers = new ArrayList<>();
    private final List<Choices> handlerChoices = new ArrayList<>();

    /**
     * Draws the peers.
     *
     * @param dropped a mask of those to leave out
     */
    Swarm(Scenario scenario, Choices choices, long dropped) {
        this.scenario = scenario;
        this.dropped = dropped;
        draw(choices);
    }

    private void draw(Choices choices) {
        int most = scenario.settings.readsUntilShort() ? 64 : 512;
        int draw = choices.below(most);
        Size size =
                draw == 0 || draw >= most - scenario.settings.moreInBulk()
                        ? Size.BULK
                        : draw < 4 ? Size.STORM : draw < 16 ? Size.CRUMBS : Size.SMALL;
        int count =
                switch (size) {
                    case SMALL, CRUMBS -> choices.between(1, choices.between(1, 5));
                    case STORM -> choices.between(65, 150);
                    case BULK -> choices.between(1, 2);
                };
        if (size == Size.CRUMBS) {
            boolean input = choices.below(2) == 0 && !scenario.settings.readsUntilShort();
            Fault fault = input ? Fault.RECV_SHORT : Fault.SEND_SHORT;
            scenario.kernel.faults().cutAll(fault, choices.between(1, 3));
        }
        add(count, choices, size);
    }

    void add(int count, Choices chooser, Size size) {
        for (int n = 0; n < count; n++) {
            int index = handlerChoices.size();
            SwarmPeer peer = new SwarmPeer(scenario, index, chooser.split(), size);
            handlerChoices.add(chooser.split());
            if (index >= Long.SIZE || (dropped >>> index & 1) == 0) {
                peers.add(peer);
            }
        }
    }

    /** Adds peers that the program connects to. */
    void addOutgoing(int count, Choices chooser) {
        int first = peers.size();
        add(count, chooser, Size.SMALL);
        for (SwarmPeer peer : peers.subList(first, peers.size())) {
            peer.isConnectedTo();
        }
    }

    List<SwarmPeer> peers() {
        return peers;
    }

    Choices handlerChoices(SwarmPeer peer) {
        return handlerChoices.get(peer.index);
    }

    /** The host at {@code address}, or null. */
    @Nullable RemoteHost host(InetSocketAddress address) {
        for (SwarmPeer peer : peers) {
            Outgoing outgoing = peer.outgoing;
            if (outgoing != null && outgoing.address().equals(address)) {
                return outgoing;
            }
        }
        return null;
    }

    /** Checks of those that are being connected to that nothing is due. */
    void checkBeforeSleep(long untilNanos) {
        for (int i = 0; i < peers.size(); i++) {
            Outgoing outgoing = peers.get(i).outgoing;
            if (outgoing != null) {
                outgoing.checkBeforeSleep(untilNanos);
            }
        }
    }

    /** Tells the trace what was drawn. */
    void describe() {
        for (SwarmPeer peer : peers) {
            scenario.kernel.note("%s", peer);
        }
    }

    /** Those who are not over yet. */
    String state() {
        StringBuilder text = new StringBuilder();
        for (SwarmPeer peer : peers) {
            if (!peer.isOver()) {
                text.append(text.isEmpty() ? "" : "; ").append(peer);
            }
        }
        return text.toString();
    }

    /** All look at what they may do now. */
    void wake() {
        for (int i = 0; i < peers.size(); i++) {
            peers.get(i).wake();
        }
    }

    /** When the next one acts by itself. */
    long nextNanos() {
        long next = World.NEVER;
        for (int i = 0; i < peers.size(); i++) {
            next = Math.min(next, peers.get(i).nextNanos);
        }
        return next;
    }

    /** Those act who are due; whether all are settled. */
    boolean act() {
        long now = scenario.kernel.elapsedNanos();
        boolean settled = true;
        for (int i = 0; i < peers.size(); i++) {
            SwarmPeer peer = peers.get(i);
            if (peer.nextNanos <= now) {
                peer.act();
            }
            settled &= peer.isSettled();
        }
        return settled;
    }

    /** One acts that is not due. */
    void interleave(Choices choices) {
        peers.get(choices.below(peers.size())).act();
    }
}
