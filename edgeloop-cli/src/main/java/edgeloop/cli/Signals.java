package edgeloop.cli;

import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * The signals that ask a program to end.
 *
 * <p>Java handles signals by {@code sun.misc.Signal} alone. It is called by reflection, because
 * javac warns of it with a warning that no annotation and no {@code -Xlint} option turns off.
 */
public final class Signals {
    private Signals() {}

    /**
     * Hands SIGINT and SIGTERM, by these names, to {@code handler} instead of ending the JVM. Each
     * comes on a thread of its own, two of them perhaps at once. A signal that was ignored when the
     * JVM started stays so; bin/launch sees to that.
     */
    public static void onTermination(Consumer<String> handler) {
        try {
            handle("INT", handler);
            handle("TERM", handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("signals cannot be handled", e);
        }
    }

    private static void handle(String name, Consumer<String> handler)
            throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object signalHandler =
                Proxy.newProxyInstance(
                        Signals.class.getClassLoader(),
                        new Class<?>[] {handlerType},
                        (_, _, _) -> {
                            handler.accept("SIG" + name);
                            return null;
                        });
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, signalHandler);
    }
}
