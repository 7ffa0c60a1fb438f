package edgeloop.cli;

import java.text.MessageFormat;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@code System.Logger}, which the library reports problems to, write warnings and errors to
 * stderr: one line each, with the cause in its own words and no stack trace.
 *
 * <p>A program hands its own writer in, which does not wait for stderr.
 */
public final class StderrLoggers extends System.LoggerFinder {
    private static volatile @Nullable LineWriter writer;

    /** For {@code java.util.ServiceLoader}, which finds this by the module's declaration. */
    public StderrLoggers() {}

    /** From now on {@code err} prints what is logged; with null, or before, stderr itself does. */
    public static void printWith(@Nullable LineWriter err) {
        writer = err;
    }

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new StderrLogger(name);
    }

    /** The words of one problem: who, what, why. */
    static String line(String logger, @Nullable String message, @Nullable Throwable cause) {
        return Diagnostics.oneLine(logger + ": " + message + (cause == null ? "" : ": " + cause));
    }

    private static void print(String line) {
        LineWriter err = writer;
        if (err == null) {
            System.err.println(line);
        } else {
            err.print(line);
        }
    }

    private record StderrLogger(String name) implements System.Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.compareTo(Level.WARNING) >= 0 && level != Level.OFF;
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String message,
                @Nullable Throwable cause) {
            if (isLoggable(level)) {
                print(line(name, message, cause));
            }
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String format,
                @Nullable Object... parameters) {
            boolean plain = format == null || parameters == null || parameters.length == 0;
            log(
                    level,
                    bundle,
                    plain ? format : MessageFormat.format(format, parameters),
                    (Throwable) null);
        }
    }
}
