package edgeloop.http;

import edgeloop.ConnectionRef;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer that some thread gives some time. It is kept here before the reactor is told: where
 * that takes no more tasks, the connection finds the answer when it looks for itself.
 */
final class LateAnswer {
    /** How it came out. */
    record Outcome(@Nullable Response response, @Nullable Throwable failure) {}

    /** Nobody waits any more. */
    private static final Outcome UNWANTED = new Outcome(null, null);

    private final CompletionStage<Response> stage;
    private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();

    LateAnswer(CompletionStage<Response> stage) {
        this.stage = stage;
    }

    void await(ConnectionRef ref, Consumer<LateAnswer> whenThere) {
        var _ =
                stage.whenComplete(
                        (response, failure) -> {
                            if (!outcome.compareAndSet(null, new Outcome(response, failure))) {
                                return;
                            }
                            try {
                                ref.execute(_ -> whenThere.accept(this));
                            } catch (RejectedExecutionException e) {
                                // Too many tasks wait, or the reactor has stopped.
                            }
                        });
    }

    /** Takes the outcome if it is there; null before and afterwards. */
    @Nullable Outcome take() {
        return outcome.getAndSet(null);
    }

    /**
     * Nobody waits any more: whoever works on the answer is told, if there is a way. Runs what the
     * application has made to depend on it, and throws what that may throw.
     */
    void cancel() {
        if (!outcome.compareAndSet(null, UNWANTED)) {
            return; // it is there
        }
        CompletableFuture<Response> future;
        try {
            future = stage.toCompletableFuture();
        } catch (UnsupportedOperationException e) {
            return; // a stage need not have a future
        }
        if (!future.isDone()) {
            future.cancel(true);
        }
    }
}
