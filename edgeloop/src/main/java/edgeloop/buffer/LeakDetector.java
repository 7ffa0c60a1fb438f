package edgeloop.buffer;

import java.util.IdentityHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Knows of each pooled object in use who took it, so that one that is never given back is reported
 * with that place. On with {@code -Dedgeloop.debug=true}, or {@code -Dedgeloop.leaks=true} for this
 * alone: it costs a stack trace for each object taken.
 */
public final class LeakDetector<T> {
    private static final boolean DEBUG =
            Boolean.getBoolean("edgeloop.debug") || Boolean.getBoolean("edgeloop.leaks");

    private final IdentityHashMap<T, Place> taken = new IdentityHashMap<>();

    LeakDetector() {}

    /** {@return a detector, or null outside debug mode} */
    public static <T> @Nullable LeakDetector<T> ifDebug() {
        return DEBUG ? new LeakDetector<>() : null;
    }

    /** Notes that the caller's caller has {@code object} now. */
    public void taken(T object) {
        Place before = taken.put(object, new Place("taken here"));
        if (before != null) {
            throw new IllegalStateException(object + " is in use already", before);
        }
    }

    /** Notes that {@code object} is back. */
    public void given(T object) {
        if (taken.remove(object) == null) {
            throw new IllegalStateException(object + " was given back, but is not in use");
        }
    }

    /** Passes on each object that is still in use, and where it was taken. */
    public void report(BiConsumer<? super T, Throwable> leak) {
        taken.forEach(leak);
    }

    /** Not an error, but a stack trace. */
    private static final class Place extends Throwable {
        private static final long serialVersionUID = 1;

        Place(String message) {
            super(message);
        }
    }
}
