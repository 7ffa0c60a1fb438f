package edgeloop.cli;

import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * The signals that a program heeds.
 *
 * <p>Java handles signals by {@code sun.misc.Signal} alone. It is called by reflection, because
 * javac warns of it with a warning that no annotation and no {@code -Xlint} option turns off.
 */
public final class Signals {
    private Signals() {}

    /**
     * Hands signals to {@code handler}, by their names with SIG, instead of ending the JVM. Each
     * comes on a thread of its own, two of them perhaps at once. A SIGHUP, SIGINT or SIGTERM that
     * was ignored when the JVM started stays so: nohup(1) wants that of the first, and bin/launch
     * sees to it that the others are not.
     *
     * @param names without SIG
     */
    public static void on(Consumer<String> handler, String... names) {
        try {
            for (String name : names) {
                handle(name, handler);
            }
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
