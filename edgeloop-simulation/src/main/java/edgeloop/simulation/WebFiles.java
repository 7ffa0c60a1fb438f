package edgeloop.simulation;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of a {@link WebScenario}: they come, grow, shrink, go, are replaced by others, and the
 * directory that they are in is switched for another. Keeps what each name stood for and when, so
 * that answers can be judged by it.
 */
final class WebFiles {
    /** A small file, which the library keeps in memory, in three codings. */
    static final String PLAIN = "a.txt";

    static final String GZIP = "a.txt.gz";
    static final String BROTLI = "a.txt.br";

    /** A file that may be large enough to be sent by sendfile(2). */
    static final String LARGE = "b.bin";

    static final String INDEX = "index.html";
    static final String HIDDEN = ".hidden";

    private static final String[] NAMES = {PLAIN, GZIP, BROTLI, LARGE, INDEX, HIDDEN};
    private static final int MAX_BYTES = 60_000;
    private static final int SMALL_BYTES = 16 * 1024;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US)
                    .withZone(ZoneOffset.UTC);

    /** What a name stood for, from one moment to another. */
    static final class Version {
        /** 0 where there was no such file. */
        final long inode;

        final int length;
        final long modifiedSeconds;
        final long modifiedNanos;
        final long changedNanos;
        final long fromNanos;
        long toNanos = World.NEVER;
        private @Nullable String date;

        private Version(Disk.@Nullable File file, long fromNanos) {
            this.inode = file == null ? 0 : file.inode;
            this.length = file == null ? 0 : file.length;
            this.modifiedNanos = file == null ? 0 : file.modifiedNanos;
            this.changedNanos = file == null ? 0 : file.changedNanos;
            this.modifiedSeconds = Math.floorDiv(modifiedNanos, SECOND_NANOS);
            this.fromNanos = fromNanos;
        }

        boolean exists() {
            return inode != 0;
        }

        /** The date as Last-Modified has it. */
        String date() {
            String text = date;
            if (text == null) {
                text = dateOf(modifiedSeconds);
                date = text;
            }
            return text;
        }

        @Override
        public String toString() {
            return exists() ? "inode " + inode + " of " + length + " bytes" : "none";
        }
    }

    private final SimulatedKernel kernel;
    private final Disk disk;
    private final Choices choices;
    private final Map<String, List<Version>> history = new HashMap<>();

    /** What files may be this long at most. */
    private final int mostBytes;

    /** How often something changes, in 16ths of the occasions. */
    private final int restlessness;

    WebFiles(SimulatedKernel kernel, Choices choices) {
        this.kernel = kernel;
        this.disk = kernel.disk();
        this.choices = choices;
        this.mostBytes = choices.below(8) == 0 ? MAX_BYTES : 2_000;
        this.restlessness = choices.below(3) * choices.below(9);
        disk.remove(FileCalls.PATTERN);
        fill();
    }

    /** {@return a date as HTTP writes it, RFC 9110 section 5.6.7} */
    static String dateOf(long epochSeconds) {
        return DATE.format(Instant.ofEpochSecond(epochSeconds));
    }

    /** What {@code name} stood for at some time from {@code since} on until now. */
    List<Version> versions(String name, long sinceNanos) {
        List<Version> found = new ArrayList<>();
        List<Version> all = history.getOrDefault(name, List.of());
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).toNanos >= sinceNanos) {
                found.add(all.get(i));
            }
        }
        return found;
    }

    /** What {@code name} stands for now; null if nothing. */
    @Nullable Version now(String name) {
        List<Version> all = history.get(name);
        Version last = all == null ? null : all.getLast();
        return last != null && last.exists() ? last : null;
    }

    // ---- Changes ------------------------------------------------------------------------------

    /** A new directory with files in it, most of them some time old. */
    private void fill() {
        for (String name : NAMES) {
            if (choices.below(4) > 0) {
                put(name, age());
            } else {
                note(name, null);
            }
        }
    }

    private long age() {
        return choices.below(4) == 0 ? 0 : choices.magnitude(0, 1 << 30) * 16L;
    }

    private void put(String name, long age) {
        boolean large = name.equals(LARGE) && choices.below(2) == 0;
        int length = choices.magnitude(0, Math.min(mostBytes, large ? MAX_BYTES : SMALL_BYTES));
        if (large && mostBytes > SMALL_BYTES) {
            length = choices.between(SMALL_BYTES, MAX_BYTES);
        }
        Disk.File before = disk.root().find(name);
        if (before != null) {
            before.changedNanos = kernel.nanoTime(); // it has a name less
        }
        Disk.File file = disk.put(name, length);
        file.modifiedNanos = kernel.nanoTime() - age;
        file.changedNanos = kernel.nanoTime();
        note(name, file);
    }

    private void note(String name, Disk.@Nullable File file) {
        List<Version> all = history.computeIfAbsent(name, _ -> new ArrayList<>());
        long now = kernel.elapsedNanos();
        if (!all.isEmpty()) {
            all.getLast().toNanos = now;
        }
        Version version = new Version(file, now);
        all.add(version);
        if (kernel.isTraced()) {
            kernel.note("    file %s is now: %s", name, version);
        }
    }

    /** Something may happen to a file, in the midst of whatever the program does. */
    void mayChange() {
        if (choices.below(16) < restlessness) {
            change();
        }
    }

    private void change() {
        if (choices.below(16) == 0) {
            kernel.note("    the directory is switched");
            disk.switchRoot();
            fill();
            return;
        }
        String name = NAMES[choices.below(NAMES.length)];
        Disk.File file = disk.root().find(name);
        int draw = choices.below(8);
        if (file == null || draw < 3) {
            put(name, choices.below(2) == 0 ? 0 : age());
        } else if (draw == 3) {
            file.changedNanos = kernel.nanoTime();
            disk.remove(name);
            note(name, null);
        } else if (draw == 4) { // its permissions change, or the like
            file.changedNanos = kernel.nanoTime();
            note(name, file);
        } else {
            int longest = name.equals(LARGE) ? MAX_BYTES : SMALL_BYTES;
            file.length = draw < 7 ? choices.below(file.length + 1) : grown(file, longest);
            file.modifiedNanos = kernel.nanoTime();
            file.changedNanos = file.modifiedNanos;
            note(name, file);
        }
    }

    private int grown(Disk.File file, int longest) {
        return Math.min(longest, file.length + choices.magnitude(1, 2_000));
    }
}
