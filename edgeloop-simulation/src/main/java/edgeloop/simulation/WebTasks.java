package edgeloop.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * What other threads do in a {@link WebScenario}: each thing at some time, or earlier by chance.
 */
final class WebTasks {
    private record Task(long nanos, Runnable action) {}

    private final SimulatedKernel kernel;
    private final Choices choices;
    private final List<Task> pending = new ArrayList<>();
    private final List<Runnable> forCalm = new ArrayList<>();

    WebTasks(SimulatedKernel kernel, Choices choices) {
        this.kernel = kernel;
        this.choices = choices;
    }

    void add(long nanos, Runnable action) {
        pending.add(new Task(nanos, action));
    }

    void addForCalm(Runnable action) {
        forCalm.add(action);
    }

    /** What was to wait waits no longer. */
    void hurry() {
        for (Runnable action : forCalm) {
            add(kernel.elapsedNanos() + 1, action);
        }
        forCalm.clear();
    }

    long nextNanos() {
        long next = World.NEVER;
        for (int i = 0; i < pending.size(); i++) {
            next = Math.min(next, pending.get(i).nanos);
        }
        return next;
    }

    void act(long now) {
        for (int i = 0; i < pending.size(); i++) {
            if (pending.get(i).nanos <= now) {
                run(pending.remove(i--));
            }
        }
    }

    void interleave() {
        if (!pending.isEmpty()) {
            run(pending.remove(choices.below(pending.size())));
        }
    }

    private static void run(Task task) {
        try {
            task.action.run();
        } catch (RejectedExecutionException e) {
            // The reactor has stopped.
        }
    }
}
