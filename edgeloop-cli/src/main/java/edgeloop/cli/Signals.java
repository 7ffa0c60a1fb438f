package edgeloop.cli;

import java.io.IOException;
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

    /**
     * Hands a signal that stops or tells something to {@code handler}, unless it was ignored when
     * the JVM started: a shell without job control has SIGTSTP so.
     *
     * @param name without SIG
     */
    public static void onUnlessIgnored(String name, Runnable handler) {
        try {
            Object before = handle(name, _ -> handler.run());
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object ignore = handlerType.getField("SIG_IGN").get(null);
            if (before.equals(ignore)) {
                install(name, ignore);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("signals cannot be handled", e);
        }
    }

    /**
     * Stops this process until somebody has it continue, as SIGTSTP does where it is not handled.
     * By kill(1), since Java can send itself only what it handles.
     */
    public static void stop() {
        String pid = String.valueOf(ProcessHandle.current().pid());
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -STOP \"$0\"", pid).start();
            kill.waitFor();
        } catch (IOException e) {
            // No shell, and then none that would have the process continue.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers what handled it before. */
    private static Object handle(String name, Consumer<String> handler)
            throws ReflectiveOperationException {
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        return install(
                name,
                Proxy.newProxyInstance(
                        Signals.class.getClassLoader(),
                        new Class<?>[] {handlerType},
                        (_, _, _) -> {
                            handler.accept("SIG" + name);
                            return null;
                        }));
    }

    private static Object install(String name, Object signalHandler)
            throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        return signalType
                .getMethod("handle", signalType, handlerType)
                .invoke(null, signal, signalHandler);
    }
}
