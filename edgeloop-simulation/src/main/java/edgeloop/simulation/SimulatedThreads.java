package edgeloop.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a simulated program, of which one runs at a time. Which one goes on is drawn at
 * each {@link #pass}, and whenever one sleeps or ends; so a seed is an interleaving.
 *
 * <p>They are threads of the JVM that hand a baton on: whoever has it runs, the others are parked.
 */
final class SimulatedThreads {
    /** One in so many passes goes to another thread. */
    private static final int PASS = 3;

    /** Sleeps in a row of which none has woken anybody. */
    private static final int MAX_SLEEPS = 100_000;

    private final SimulatedKernel kernel;
    private final Choices choices;
    private final List<Party> parties = new ArrayList<>();
    private Party running;

    private static final class Party {
        private final String name;
        private @Nullable Thread thread;

        /** What it sleeps for, and until when; null while it does not. */
        private @Nullable BooleanSupplier ready;

        private long untilNanos;
        private boolean ended;

        /** Whether it has the baton. */
        private volatile boolean goes;

        private Party(String name) {
            this.name = name;
        }
    }

    /** The calling thread is the first. */
    SimulatedThreads(SimulatedKernel kernel, Choices choices) {
        this.kernel = kernel;
        this.choices = choices;
        this.running = new Party("main");
        running.thread = Thread.currentThread();
        parties.add(running);
    }

    /** The name of the one that runs. */
    String current() {
        return running.name;
    }

    /** Adds a thread, which runs when it is its turn. */
    Thread start(String name, Runnable body) {
        Party party = new Party(name);
        parties.add(party);
        Thread thread = Thread.ofVirtual().name(name).unstarted(() -> run(party, body));
        party.thread = thread;
        thread.start();
        return thread;
    }

    private void run(Party party, Runnable body) {
        awaitBaton(party);
        try {
            kernel.check();
            body.run();
        } catch (SimulationFailure e) {
            // Which the kernel has noted.
        } catch (Throwable e) {
            SimulationFailure _ = kernel.violation("thread %s failed: %s", party.name, e);
        }
        party.ended = true;
        try {
            handOn(next());
        } catch (SimulationFailure e) {
            handOn(anyLeft());
        }
    }

    /** Another thread may go on here. */
    void pass() {
        kernel.check();
        if (choices.below(PASS) == 0) {
            Party next = runnable();
            if (next != null) {
                switchTo(next);
            }
        }
    }

    /** The one that runs sleeps until {@code ready} holds or the time has come. */
    void sleepUntil(BooleanSupplier ready, long untilNanos) {
        Party me = running;
        me.ready = ready;
        me.untilNanos = untilNanos;
        while (!isRunnable(me)) {
            switchTo(next());
        }
        me.ready = null;
    }

    /** The first one waits until all others have ended, also where a rule was broken. */
    void awaitOthers() {
        Party me = running;
        while (anyLeft() != me) {
            if (kernel.isBroken()) {
                switchQuietly(anyLeft());
            } else {
                try {
                    sleepUntil(() -> anyLeft() == me, World.NEVER);
                } catch (SimulationFailure e) {
                    me.ready = null; // the others end by it as well
                }
            }
        }
        kernel.check();
    }

    /** One that has not ended; the first one only if no other is left. */
    private Party anyLeft() {
        for (int i = parties.size() - 1; i > 0; i--) {
            if (!parties.get(i).ended) {
                return parties.get(i);
            }
        }
        return parties.getFirst();
    }

    private boolean isRunnable(Party party) {
        BooleanSupplier ready = party.ready;
        return !party.ended
                && (ready == null
                        || party.untilNanos <= kernel.elapsedNanos()
                        || ready.getAsBoolean());
    }

    /** One that could run now, drawn; null if none could. */
    private @Nullable Party runnable() {
        int first = choices.below(parties.size());
        for (int i = 0; i < parties.size(); i++) {
            Party party = parties.get((first + i) % parties.size());
            if (isRunnable(party)) {
                return party;
            }
        }
        return null;
    }

    /** One that can run, by and by. */
    private Party next() {
        for (int sleeps = 0; sleeps < MAX_SLEEPS; sleeps++) {
            Party party = runnable();
            if (party != null) {
                return party;
            }
            long until = World.NEVER;
            for (Party each : parties) {
                if (!each.ended) {
                    until = Math.min(until, each.untilNanos);
                }
            }
            if (!kernel.sleep(until)) {
                throw kernel.violation("all threads sleep for ever");
            }
        }
        throw kernel.violation("nobody has anything to do after %d sleeps", MAX_SLEEPS);
    }

    @SuppressWarnings("ReferenceEquality") // a party is itself alone
    private void switchTo(Party next) {
        if (next != running) {
            switchQuietly(next);
            kernel.check();
        }
    }

    private void switchQuietly(Party next) {
        Party me = running;
        handOn(next);
        awaitBaton(me);
    }

    private void handOn(Party next) {
        running = next;
        next.goes = true;
        LockSupport.unpark(next.thread);
    }

    private static void awaitBaton(Party me) {
        while (!me.goes) {
            LockSupport.park(me);
        }
        me.goes = false;
    }
}
