package edgeloop.cli.load.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A terminal that can be drawn on.
 *
 * @param blocks whether it shows more than ASCII
 * @param measure tells its size; may start a process
 * @param foreground tells whether it is this program's now, and not an editor's, say, that was
 *     started after this program had been sent to the background
 */
public record Terminal(boolean blocks, Supplier<Size> measure, BooleanSupplier foreground) {

    /** The size of a terminal that tells none, a serial line for one. */
    private static final Size USUAL = new Size(80, 24);

    private static final Pattern SIZE = Pattern.compile("(\\d{1,5}) (\\d{1,5})\\s*");
    private static final long MEASURE_SECONDS = 1;

    /** In characters. */
    public record Size(int columns, int rows) {}

    /** Standard error as a terminal. */
    public static Terminal ofStderr() {
        return new Terminal(
                System.err.charset().equals(StandardCharsets.UTF_8),
                Terminal::stderrSize,
                Terminal::isForeground);
    }

    /** Whether standard error is a terminal: Java's Console tells of the other streams only. */
    public static boolean isStderr() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Whether it can and may be drawn on: of {@code TERM}'s kinds, terminfo(5), {@code dumb} has no
     * cursor to move, and who sets {@code NO_COLOR}, https://no-color.org, wants plain lines.
     */
    public static boolean isForDrawing(Map<String, String> environment) {
        String kind = environment.getOrDefault("TERM", "");
        boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty();
        return !kind.isEmpty() && !kind.equals("dumb") && !plain;
    }

    /**
     * As stty(1) tells, since Java cannot: an ioctl is not worth a library that takes longer to
     * load. It gets the descriptor and no name, as the device is another user's after su(1).
     */
    private static Size stderrSize() {
        try {
            Process stty =
                    new ProcessBuilder("sh", "-c", "stty size <&2 2>/dev/null")
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            stty.getOutputStream().close();
            if (!stty.waitFor(MEASURE_SECONDS, TimeUnit.SECONDS)) {
                stty.destroyForcibly();
                return USUAL;
            }
            return parseSize(
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return USUAL;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL;
        }
    }

    /** Rows and columns; the usual ones for what is no size, or 0. */
    static Size parseSize(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            return USUAL;
        }
        int rows = Integer.parseInt(size.group(1));
        int columns = Integer.parseInt(size.group(2));
        return rows == 0 || columns == 0 ? USUAL : new Size(columns, rows);
    }

    private static boolean isForeground() {
        try {
            return isForeground(Files.readString(Path.of("/proc/self/stat")));
        } catch (IOException e) {
            return true;
        }
    }

    /** From proc_pid_stat(5): pgrp is field 5, tpgid field 8, which is -1 without a terminal. */
    static boolean isForeground(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return fields[5].equals("-1") || fields[5].equals(fields[2]);
    }
}
