package edgeloop.http;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import edgeloop.ConnectionRef;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer that some thread gives some time. It is kept here before the reactor is told: where
 * that takes no more tasks for now, the connection may find the answer by itself.
 */
final class LateAnswer {
    /** How it came out. */
    record Outcome(@Nullable Response response, @Nullable Throwable failure) {}

    private static final int RETRY_MILLIS = 10;

    private final CompletionStage<Response> stage;
    private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();

    /** Nobody waits any more. */
    private volatile boolean unwanted;

    LateAnswer(CompletionStage<Response> stage) {
        this.stage = stage;
    }

    void await(ConnectionRef ref, Consumer<LateAnswer> whenThere) {
        var _ =
                stage.whenComplete(
                        (response, failure) -> {
                            outcome.set(new Outcome(response, failure));
                            if (!unwanted) {
                                tell(ref, whenThere);
                            }
                        });
    }

    /** Where too many tasks wait, again a little later: until nobody wants to hear of it. */
    private void tell(ConnectionRef ref, Consumer<LateAnswer> whenThere) {
        try {
            ref.execute(_ -> whenThere.accept(this));
        } catch (RejectedExecutionException e) {
            if (!unwanted) { // as it is when the reactor has stopped
                CompletableFuture.delayedExecutor(RETRY_MILLIS, MILLISECONDS)
                        .execute(() -> tell(ref, whenThere));
            }
        }
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
        unwanted = true;
        if (outcome.get() != null) {
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
