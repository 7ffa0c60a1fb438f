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
    private static final String[] FAVOURITES = {"/a.txt", "/a.txt", "/", "/", "/b.bin", "/b.bin"};
    private static final int MAX_BYTES = 32_000;
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

    /** A path that is asked for more often than others. */
    final String favourite;

    private int changesLeft;
    private long nextNanos = World.NEVER;

    /** When a file became shorter last, by the name that it had. */
    private final Map<String, Long> shrunkNanos = new HashMap<>();

    /** How often something changes, in 16ths of the occasions. */
    private final int restlessness;

    WebFiles(SimulatedKernel kernel, WebSettings.Theme theme, Choices choices) {
        boolean files = theme == WebSettings.Theme.FILES;
        this.kernel = kernel;
        this.disk = kernel.disk();
        this.choices = choices;
        this.mostBytes = choices.below(files ? 4 : 16) > (files ? 0 : 14) ? MAX_BYTES : 2_000;
        this.restlessness = files ? choices.below(17) : choices.below(3) * choices.below(9);
        this.favourite = FAVOURITES[choices.below(FAVOURITES.length)];
        this.changesLeft = files ? choices.below(24) : choices.below(4);
        drawNext();
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

    /** Whether a file with one of these names became shorter since. */
    boolean hasShrunk(List<String> names, long sinceNanos) {
        return names.stream().anyMatch(name -> shrunkNanos.getOrDefault(name, -1L) >= sinceNanos);
    }

    // ---- Changes ------------------------------------------------------------------------------

    /** A new directory with files in it, most of them some time old. */
    private void fill() {
        for (String name : NAMES) {
            if (choices.below(name.equals(INDEX) ? 2 : 4) > 0) {
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
        boolean large = name.equals(LARGE) && choices.below(4) > 0;
        int length = choices.magnitude(0, Math.min(mostBytes, large ? MAX_BYTES : SMALL_BYTES));
        if (large && mostBytes > SMALL_BYTES) {
            length = choices.between(SMALL_BYTES, MAX_BYTES);
        }
        replace(name, length, age);
    }

    /** A file is renamed over the one that there may be. */
    private void replace(String name, int length, long age) {
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

    private void drawNext() {
        nextNanos = World.NEVER;
        if (changesLeft > 0) {
            changesLeft--;
            nextNanos = kernel.elapsedNanos() + choices.magnitude(1, 1 << 30);
        }
    }

    /** When something happens to a file next. */
    long nextNanos() {
        return nextNanos;
    }

    /** Does what is due. */
    void act(long now) {
        if (nextNanos <= now) {
            change();
            drawNext();
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
        boolean liked = choices.below(2) == 0;
        String name = liked ? WebFileRules.fileOf(favourite) : NAMES[choices.below(NAMES.length)];
        Disk.File file = disk.root().find(name);
        int draw = choices.below(16);
        if (file == null || draw < 4) {
            put(name, choices.below(2) == 0 ? 0 : age());
        } else if (draw == 4) {
            file.changedNanos = kernel.nanoTime();
            disk.remove(name);
            note(name, null);
        } else if (draw == 5) { // its permissions change, or the like
            file.changedNanos = kernel.nanoTime();
            note(name, file);
        } else if (draw < 8) { // as of another release: all that is easily seen is the same
            long age = kernel.nanoTime() - file.modifiedNanos;
            replace(name, file.length, age);
        } else {
            int longest = name.equals(LARGE) ? MAX_BYTES : SMALL_BYTES;
            int before = file.length;
            file.length = draw < 12 ? choices.below(before + 1) : grown(file, longest);
            if (file.length < before) {
                shrunkNanos.put(name, kernel.elapsedNanos());
            }
            file.modifiedNanos = kernel.nanoTime();
            file.changedNanos = file.modifiedNanos;
            note(name, file);
        }
    }

    private int grown(Disk.File file, int longest) {
        return Math.min(longest, file.length + choices.magnitude(1, 2_000));
    }
}
