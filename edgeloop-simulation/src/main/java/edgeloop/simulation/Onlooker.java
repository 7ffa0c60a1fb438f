package edgeloop.simulation;

import edgeloop.ConnectionRef;

/** A thread of an {@link Exchange} that is no reactor's: it asks, hands over, and ends servers. */
final class Onlooker implements Runnable {
    private static final int MAX_SLEEP_NANOS = 50_000_000;
    private static final int MOST_REACTORS = 4;

    private final Exchange exchange;
    private final int index;
    private final Choices choices;
    private final int[][] tasksTaken;
    private final int[][] tasksRun;
    private boolean done;

    Onlooker(Exchange exchange, int index, Choices choices) {
        this.exchange = exchange;
        this.index = index;
        this.choices = choices;
        this.tasksTaken = new int[exchange.posts().size()][MOST_REACTORS];
        this.tasksRun = new int[exchange.posts().size()][MOST_REACTORS];
    }

    boolean isDone() {
        return done;
    }

    @Override
    public void run() {
        for (int n = choices.magnitude(1, 40); n > 0; n--) {
            act(exchange.posts().get(choices.below(exchange.posts().size())));
        }
        done = true;
    }

    private void act(Post post) {
        switch (choices.below(16)) {
            case 0, 1, 2, 3, 4 -> execute(post);
            case 5, 6, 7 -> tell(post);
            case 8, 9, 10 -> post.checkSnapshot();
            case 11 -> end(post);
            default -> sleep();
        }
    }

    /** Those that one thread hands to one reactor come in order. */
    private void execute(Post post) {
        int reactor = choices.below(post.reactors());
        int number = tasksTaken[post.index][reactor]++;
        exchange.kernel.note(
                "    onlooker %d hands task %d to reactor %d of server %d",
                index, number, reactor, post.index);
        boolean taken =
                post.execute(
                        reactor,
                        () -> {
                            if (tasksRun[post.index][reactor]++ != number) {
                                throw exchange.kernel.violation(
                                        "task %d of onlooker %d is out of order", number, index);
                            }
                        });
        if (!taken) {
            tasksTaken[post.index][reactor]--;
        }
    }

    private void tell(Post post) {
        ConnectionRef ref = post.anyRef(choices);
        if (ref != null) {
            boolean pauses = choices.below(2) == 0;
            boolean _ =
                    post.tell(
                            ref,
                            connection -> {
                                if (connection != null && pauses) {
                                    connection.pause();
                                    connection.resume();
                                }
                            });
        }
    }

    private void end(Post post) {
        if (choices.below(4) > 0) {
            return;
        }
        exchange.kernel.note("    onlooker %d ends server %d", index, post.index);
        post.stop();
        switch (choices.below(3)) {
            case 0 -> post.server().shutdown();
            case 1 -> post.server().shutdownNow();
            default -> {
                post.server().close();
                post.ended();
            }
        }
    }

    private void sleep() {
        long until = exchange.kernel.elapsedNanos() + choices.magnitude(1, MAX_SLEEP_NANOS);
        exchange.threads.sleepUntil(() -> false, until);
    }
}
