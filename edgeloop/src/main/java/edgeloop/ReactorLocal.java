package edgeloop;

import java.util.Objects;
import java.util.function.Function;

/**
 * What each reactor of a server has one of: state that the handlers on it share, and that no other
 * thread touches, so that there is no lock.
 *
 * <pre>{@code
 * final ReactorLocal<Map<Connection, String>> names =
 *         ReactorLocal.withInitial(reactor -> new HashMap<>());
 * ...
 * names.get(connection.reactor()).put(connection, line);
 * }</pre>
 *
 * <p>What a reactor has is kept until it ends: make few of these, and early.
 *
 * @param <T> what there is one of
 */
public final class ReactorLocal<T> {
    private final Function<? super Reactor, ? extends T> initial;

    private ReactorLocal(Function<? super Reactor, ? extends T> initial) {
        this.initial = initial;
    }

    /**
     * {@return one that is made for each reactor when it is first asked for there}
     *
     * @param initial makes it, on the reactor's thread; not null
     * @param <T> what there is one of
     */
    public static <T> ReactorLocal<T> withInitial(Function<? super Reactor, ? extends T> initial) {
        return new ReactorLocal<>(Objects.requireNonNull(initial, "initial"));
    }

    /**
     * {@return what {@code reactor} has} On its thread only. What making it throws comes out, and
     * it is made anew the next time.
     *
     * @param reactor that of the connection at hand, for one
     */
    public T get(Reactor reactor) {
        return reactor.local(this, initial);
    }
}
