package edgeloop.http;

import edgeloop.ConnectionRef;
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

    private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();

    void await(CompletionStage<Response> stage, ConnectionRef ref, Consumer<LateAnswer> whenThere) {
        var _ =
                stage.whenComplete(
                        (response, failure) -> {
                            outcome.set(new Outcome(response, failure));
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
}
