package edgeloop.simulation;

import org.jspecify.annotations.Nullable;

/** A peer of a {@link Scenario}: what it plans to do, and how far it has come. */
final class SwarmPeer {
    /** How a peer ends its connection. */
    enum Ending {
        /** Sends its FIN after the last byte, and reads to the end. */
        HALF_CLOSE,
        /** Closes once it has got back what it sent. */
        CLOSE_WHEN_SERVED,
        /** Never closes first. */
        STAY,
        /** Sends an RST in the middle. */
        RESET,
        /** Closes in the middle, whatever is on its way. */
        CLOSE
    }

    /** How a peer takes the program's FIN. */
    private enum Farewell {
        CLOSE,
        FINISH_SENDING,
        NEVER_CLOSE
    }

    private static final int[] PACES_NANOS = {
        1, 1, 10_000, 10_000, 200_000, 5_000_000, 100_000_000, 2_000_000_000
    };
    private static final int LATER_NANOS = 20_000_000;

    final int index;
    final Behaviour behaviour;
    @Nullable PeerSocket socket;
    @Nullable CheckedHandler handler;

    /** How the program connects to it; null where it connects itself. */
    @Nullable Outgoing outgoing;

    private final Scenario scenario;
    private final Choices choices;

    // The plan.
    private final int total;
    private final int chunk;
    private final int readChunk;
    private final int pace;
    private final int receiveBuffer;
    private final int sendBuffer;
    private final boolean readsLate;
    private final Ending ending;
    private final Farewell farewell;
    private final int endsAt;
    private final int urgentRate;

    // The progress.
    long nextNanos;
    private int sent;
    private int received;
    private boolean finished;
    private boolean over;

    SwarmPeer(Scenario scenario, int index, Choices choices, Swarm.Size size) {
        this.scenario = scenario;
        this.index = index;
        this.choices = choices;
        this.behaviour = Behaviour.draw(choices);
        this.total = drawTotal(size);
        int most = Math.max(1, total);
        this.chunk = size == Swarm.Size.CRUMBS ? most : choices.magnitude(1, most);
        this.readChunk = choices.magnitude(1, 1 << 17);
        this.pace = PACES_NANOS[choices.below(PACES_NANOS.length)];
        this.receiveBuffer = drawBuffer(size);
        this.sendBuffer = drawBuffer(size);
        this.readsLate = choices.below(8) == 0;
        this.ending = drawEnding();
        this.farewell = drawFarewell();
        this.endsAt = choices.below(2 * total + 1);
        this.urgentRate =
                choices.below(scenario.settings.readsUntilShort() ? 2 : 8) == 0 ? 1 << 13 : 0;
        this.nextNanos = choices.below(2) == 0 ? 0 : choices.magnitude(0, 1_000_000_000);
    }

    private int drawTotal(Swarm.Size size) {
        return switch (size) {
            case STORM -> choices.below(3);
            case CRUMBS -> choices.between(100, 1_000);
            case BULK -> choices.between(300_000, 700_000);
            case SMALL -> {
                int draw = choices.below(32);
                yield draw == 0
                        ? choices.magnitude(0, 20_000)
                        : choices.magnitude(0, draw < 8 ? 2_000 : 200);
            }
        };
    }

    private int drawBuffer(Swarm.Size size) {
        if (size == Swarm.Size.BULK) {
            return choices.between(1 << 15, 1 << 19);
        }
        return choices.below(2) == 0 ? 4_096 : choices.magnitude(1, 8_192);
    }

    private Ending drawEnding() {
        int draw = choices.below(16);
        if (draw < 6 || (draw < 12 && !behaviour.echoes)) {
            return Ending.HALF_CLOSE;
        }
        if (draw < 9) {
            return Ending.CLOSE_WHEN_SERVED;
        }
        return draw < 12 ? Ending.STAY : draw < 14 ? Ending.RESET : Ending.CLOSE;
    }

    private Farewell drawFarewell() {
        int draw = choices.below(8);
        return draw < 6
                ? Farewell.CLOSE
                : draw < 7 ? Farewell.FINISH_SENDING : Farewell.NEVER_CLOSE;
    }

    /** From now on it does not connect but is connected to. */
    void isConnectedTo() {
        outgoing = new Outgoing(scenario, this, choices, receiveBuffer, sendBuffer);
    }

    /** Whether nothing more is to come from this peer unless the program does something. */
    boolean isSettled() {
        return over || (ending == Ending.STAY && sent == total && received == total);
    }

    /** Whether this peer has nothing to do with its connection any more. */
    boolean isOver() {
        return over;
    }

    /** Whether it sends more than a program keeps for one who does not read. */
    boolean sendsInBulk() {
        return total > 1 << 18;
    }

    int sent() {
        return sent;
    }

    boolean hasFinished() {
        return finished;
    }

    /** There may be something to do. */
    void wake() {
        if (!over) {
            nextNanos = Math.min(nextNanos, scenario.kernel.elapsedNanos() + think());
        }
    }

    private long think() {
        return scenario.isCalm() ? 1 + choices.below(10_000) : 1 + choices.below(pace);
    }

    /** Does a bit of what is planned. */
    void act() {
        nextNanos = World.NEVER;
        if (over) {
            return;
        }
        PeerSocket own = socket;
        Outgoing way = outgoing;
        if (own == null && way != null) {
            way.act();
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
        SimulatedKernel kernel = scenario.kernel;
        if (!kernel.isListening()) {
            end("was refused");
        } else if (kernel.canConnect()) {
            connected(kernel.connect(receiveBuffer, sendBuffer));
            note("connects");
        } else {
            nextNanos = kernel.elapsedNanos() + LATER_NANOS; // its SYN was dropped
        }
    }

    /** It is connected from now on. */
    void connected(PeerSocket fresh) {
        socket = fresh;
        scenario.connected(this, fresh);
        fresh.onChange(this::wake);
        wake();
    }

    private boolean read(PeerSocket own) {
        int available = own.available();
        if (available == 0 || (readsLate && !scenario.isCalm())) {
            return false;
        }
        int n = Math.min(available, scenario.isCalm() ? available : 1 + choices.below(readChunk));
        byte[] bytes = scenario.scratch(n);
        own.receive(bytes, 0, n);
        if (!Pattern.matches(bytes, n, index, received)) {
            throw scenario.kernel.violation(
                    "peer %d got wrong bytes from %d to %d", index, received, received + n);
        }
        received += n;
        note("reads to", received);
        return true;
    }

    private boolean write(PeerSocket own) {
        if (finished || sent == total || own.isReset()) {
            return false;
        }
        int wanted = Math.min(total - sent, scenario.isCalm() ? total : 1 + choices.below(chunk));
        int n = own.send(Pattern.array(), Pattern.index(index, sent), Pattern.inARow(wanted));
        sent += n;
        if (n > 0) {
            note("has sent to", sent);
            if (urgentRate > 0 && choices.chance(urgentRate)) {
                own.markUrgent();
            }
        }
        return n > 0;
    }

    private void conclude(PeerSocket own) {
        if (own.isReset()) {
            end("got a reset");
        } else if (own.isAtEnd()) {
            scenario.ended(this, received);
            sayFarewell(own);
        } else if (!finished) {
            conclude(
                    own,
                    scenario.isCalm() && ending.compareTo(Ending.RESET) >= 0
                            ? Ending.HALF_CLOSE
                            : ending);
        }
    }

    private void conclude(PeerSocket own, Ending how) {
        switch (how) {
            case HALF_CLOSE -> {
                if (sent == total) {
                    finished = true;
                    own.finish();
                    note("sends FIN");
                }
            }
            case CLOSE_WHEN_SERVED -> {
                if (sent == total && received == total) {
                    close(own);
                }
            }
            case STAY -> {}
            case RESET -> {
                if (sent + received >= endsAt) {
                    finished = true;
                    own.reset();
                    end("sends RST");
                }
            }
            case CLOSE -> {
                if (sent + received >= endsAt) {
                    close(own);
                }
            }
        }
    }

    private void close(PeerSocket own) {
        finished = true;
        own.close();
        end("closes");
    }

    private void sayFarewell(PeerSocket own) {
        if (farewell == Farewell.FINISH_SENDING && sent < total && !finished) {
            return;
        }
        if (farewell == Farewell.NEVER_CLOSE && scenario.settings.lingerMillis() > 0) {
            end("stays after the end");
        } else {
            close(own);
        }
    }

    void end(String how) {
        over = true;
        nextNanos = World.NEVER;
        note(how);
    }

    private void note(String what) {
        if (scenario.kernel.isTraced()) {
            scenario.kernel.note("    peer %d %s", index, what);
        }
    }

    private void note(String what, int count) {
        if (scenario.kernel.isTraced()) {
            scenario.kernel.note("    peer %d %s %d", index, what, count);
        }
    }

    @Override
    public String toString() {
        return String.format(
                "%s %d (%s, %s): sent %d of %d, received %d%s",
                outgoing == null ? "peer" : "host",
                index,
                behaviour,
                ending,
                sent,
                total,
                received,
                over
                        ? ", over"
                        : finished ? ", FIN sent" : socket == null ? ", not connected" : "");
    }
}
