package edgeloop.simulation;

import edgeloop.Connection;
import edgeloop.IoBuffer;
import java.time.Duration;

/** The handlers of a {@link Scenario}; see {@link Behaviour}. */
final class Handlers {
    private Handlers() {}

    /** What a handler throws that is to throw. */
    static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1;

        Thrown() {
            super("thrown on purpose", null, false, false);
        }
    }

    private static Duration delay(Choices choices) {
        return Duration.ofNanos(choices.magnitude(0, 1 << 24));
    }

    /** A delay, or one longer than all timeouts where there is one that ends what waits for it. */
    private static Duration delay(Choices choices, boolean dawdles) {
        return dawdles ? Scenario.LONG : delay(choices);
    }

    private static boolean dawdles(Scenario scenario, Choices choices) {
        return scenario.settings.halfCloseMillis() > 0 && choices.below(4) == 0;
    }

    /** Echoes at once. */
    static final class Echo extends CheckedHandler {
        Echo(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
        }

        @Override
        void read(IoBuffer in) {
            echo(in);
        }
    }

    /** Echoes whole frames only, and leaves the rest unread. */
    static final class Frames extends CheckedHandler {
        private final int frame;

        Frames(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
            frame =
                    peer.sendsInBulk()
                            ? choices.between(50_000, 1 << 16)
                            : choices.magnitude(1, 300);
        }

        @Override
        void read(IoBuffer in) {
            while (in.remaining() >= frame && !closing) {
                take(in, frame);
                send(frame);
            }
        }
    }

    /** Echoes from a file, and now and then from memory. */
    static final class Transfer extends CheckedHandler {
        Transfer(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
        }

        @Override
        void read(IoBuffer in) {
            int n = in.remaining();
            take(in, n);
            int fromMemory = choices.below(2) == 0 ? choices.below(n + 1) : 0;
            send(fromMemory);
            transfer(n - fromMemory);
        }
    }

    /** Echoes from timers. */
    static final class Defer extends CheckedHandler {
        private int deferred;

        Defer(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
        }

        @Override
        void read(IoBuffer in) {
            int n = in.remaining();
            take(in, n);
            deferred++;
            connection.schedule(
                    delay(choices),
                    () -> {
                        entered(connection, "timer");
                        deferred--;
                        send(n);
                        closeIfDone();
                    });
        }

        @Override
        void end(IoBuffer in) {
            closeIfDone();
        }

        private void closeIfDone() {
            if (ended && deferred == 0) {
                close();
            }
        }
    }

    /** Echoes, and stops reading for a while now and then, or for long. */
    static final class Pause extends CheckedHandler {
        private final boolean dawdles;

        Pause(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
            dawdles = dawdles(scenario, choices);
        }

        @Override
        void read(IoBuffer in) {
            int all = in.remaining();
            int least = all - Connection.MAX_UNREAD_BYTES; // who leaves more is closed
            int part = choices.below(2) == 0 ? all : Math.max(least, choices.below(all));
            take(in, part);
            send(part);
            if (part == all && choices.below(4) == 0) {
                return;
            }
            pause();
            if (choices.below(8) == 0) {
                resume();
                return;
            }
            connection.schedule(
                    delay(choices, dawdles),
                    () -> {
                        entered(connection, "timer");
                        resume();
                    });
        }
    }

    /** Echoes from tasks, as another thread would. */
    static final class Tasks extends CheckedHandler {
        Tasks(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
        }

        @Override
        void read(IoBuffer in) {
            int n = in.remaining();
            take(in, n);
            handOver(() -> send(n));
        }

        @Override
        void end(IoBuffer in) {
            handOver(this::close);
        }
    }

    /** Echoes, and writes more in answer to the peer's FIN. */
    static final class Trailer extends CheckedHandler {
        private final boolean dawdles;
        private int left;

        Trailer(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
            dawdles = dawdles(scenario, choices);
            left = choices.below(4);
        }

        @Override
        void read(IoBuffer in) {
            echo(in);
        }

        @Override
        void end(IoBuffer in) {
            trail();
        }

        private void trail() {
            if (left == 0) {
                close();
                return;
            }
            left--;
            send(choices.magnitude(1, 500));
            connection.schedule(
                    delay(choices, dawdles),
                    () -> {
                        entered(connection, "timer");
                        trail();
                    });
        }
    }

    /** Writes as much as it may, and ignores its input. */
    static final class Produce extends CheckedHandler {
        private final int goal;

        Produce(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
            goal = choices.magnitude(0, 10_000);
            produce();
        }

        @Override
        void read(IoBuffer in) {
            take(in, in.remaining());
        }

        @Override
        void drain() {
            produce();
        }

        @Override
        void end(IoBuffer in) {
            produce();
        }

        private void produce() {
            while (written < goal && !connection.isCongested() && !closing) {
                int before = written;
                send(Math.min(goal - written, choices.magnitude(1, 2_000)));
                if (written == before) {
                    return; // refused: it closes
                }
            }
            if (written == goal) {
                close();
            }
        }
    }

    /** Answers after some input and closes, whatever the peer sends after that. */
    static final class AnswerAndClose extends CheckedHandler {
        private final int request;

        AnswerAndClose(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
            request = choices.magnitude(1, 200);
        }

        @Override
        void read(IoBuffer in) {
            take(in, in.remaining());
            if (consumed >= request) {
                send(choices.magnitude(1, 3_000));
                close();
            }
        }
    }

    /** Echoes, and closes another connection at some point, or itself. */
    static final class CloseOthers extends CheckedHandler {
        private final int trigger;
        private boolean done;

        CloseOthers(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
            trigger = choices.magnitude(1, 200);
        }

        @Override
        void read(IoBuffer in) {
            if (!done && consumed + in.remaining() >= trigger) {
                done = true;
                scenario.closeAny(choices);
            }
            echo(in);
        }
    }

    /** Echoes, and throws at some point. */
    static final class Throw extends CheckedHandler {
        private final int trigger;

        Throw(Scenario scenario, SwarmPeer peer, Connection connection) {
            super(scenario, peer, connection);
            trigger = choices.magnitude(0, 200);
        }

        @Override
        void read(IoBuffer in) {
            echo(in);
            if (consumed >= trigger) {
                throwNowOrLater();
            }
        }

        private void throwNowOrLater() {
            if (choices.below(2) == 0) {
                throw fail();
            }
            connection.schedule(
                    delay(choices),
                    () -> {
                        throw fail();
                    });
        }
    }
}
