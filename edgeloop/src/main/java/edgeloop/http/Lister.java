package edgeloop.http;

import static edgeloop.http.file.TargetPath.join;

import edgeloop.Directory;
import edgeloop.FileHandle;
import edgeloop.Reactor;
import edgeloop.SyscallException;
import edgeloop.Timeout;
import edgeloop.http.file.Listing;
import edgeloop.http.file.TargetPath;
import edgeloop.http.syntax.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes the pages that list directories, one after the other and a part of the work in a turn: each
 * name is opened to find out whether it leads anywhere, and a directory may have a million of them.
 */
final class Lister {
    private static final byte[] SLASH = Bytes.ascii("/");
    private static final byte[] INDEX = Bytes.ascii("index.html");

    /** Names in a listing; a directory with more of them is no page to read. */
    static final int MAX_LISTED = 10_000;

    /** Names that are looked at to find the first of them. */
    private static final int MAX_LOOKED_AT = 100_000;

    /** The names that are looked at, or written down, in one turn: about half a millisecond. */
    private static final int BUDGET = 256;

    /** Makes the answer to a failure, or throws it where it is the server's own. */
    interface Refusal {
        Response of(SyscallException failure) throws SyscallException;
    }

    private final Reactor reactor;
    private final boolean dotfiles;
    private final Refusal refusal;
    private final Deque<Job> jobs = new ArrayDeque<>();

    Lister(Reactor reactor, boolean dotfiles, Refusal refusal) {
        this.reactor = reactor;
        this.dotfiles = dotfiles;
        this.refusal = refusal;
        reactor.atEnd(() -> jobs.forEach(Job::close));
    }

    /**
     * The page of a directory, as it will be.
     *
     * @param path the directory's from {@code root} on; empty, or with a slash at its end
     */
    Response list(Directory root, byte[] path) {
        Job job = new Job(root, path);
        jobs.add(job);
        if (jobs.size() == 1) {
            workLater();
        }
        return Response.later(job.page);
    }

    /** The root is another directory now: no page is to have names of both. */
    void beginAgain() {
        jobs.forEach(Job::beginAgain);
    }

    private void workLater() {
        Timeout _ = reactor.schedule(Duration.ZERO, this::work);
    }

    private void work() {
        int left = BUDGET;
        while (left > 0 && !jobs.isEmpty()) {
            Job job = jobs.getFirst();
            left -= job.work(left);
            if (job.page.isDone()) { // or the client is gone
                job.close();
                jobs.removeFirst();
            }
        }
        if (!jobs.isEmpty()) {
            workLater();
        }
    }

    private final class Job {
        private final Directory root;
        private final byte[] path;
        private final CompletableFuture<Response> page = new CompletableFuture<>();

        /** The last in order first, since that is the one to go. */
        private final PriorityQueue<Listing.Entry> first =
                new PriorityQueue<>(Listing.ORDER.reversed());

        private List<byte[]> names = List.of();
        private int at;
        private int lookedAt;
        private int listable;
        private boolean more;
        private @Nullable FileHandle opened;
        private @Nullable Listing writing;

        private Job(Directory root, byte[] path) {
            this.root = root;
            this.path = path;
        }

        /** Does work of at most {@code budget}, above 0; answers how much, at least 1. */
        private int work(int budget) {
            if (page.isDone()) {
                return 1;
            }
            try {
                Listing listing = writing;
                if (listing == null) {
                    return look(budget);
                }
                int written = listing.write(budget);
                if (listing.isWritten()) {
                    page.complete(
                            Response.bytes(
                                    200,
                                    "text/html; charset=utf-8",
                                    listing.page().getBytes(StandardCharsets.UTF_8)));
                }
                return written + 1;
            } catch (SyscallException e) {
                refuse(e);
                return 1;
            }
        }

        private void refuse(SyscallException failure) {
            try {
                page.complete(refusal.of(failure));
            } catch (SyscallException e) {
                page.completeExceptionally(e);
            }
        }

        private void beginAgain() {
            close();
            first.clear();
            names = List.of();
            at = 0;
            lookedAt = 0;
            listable = 0;
            more = false;
            writing = null;
        }

        private int look(int budget) throws SyscallException {
            FileHandle directory = opened;
            if (directory == null) {
                directory = root.open(path);
                opened = directory;
            }
            int done = 1; // for the call below
            while (done < budget) {
                if (at == names.size()) {
                    names = directory.names();
                    at = 0;
                    if (names.isEmpty()) {
                        beginToWrite();
                        return done;
                    }
                }
                if (lookedAt == MAX_LOOKED_AT) {
                    more = true;
                    beginToWrite();
                    return done;
                }
                look(names.get(at++));
                lookedAt++;
                done++;
            }
            return done;
        }

        /** Takes a name into account if it leads to something, and a link can be made of it. */
        private void look(byte[] name) throws SyscallException {
            if ((name[0] == '.' && !dotfiles) || !TargetPath.isAskable(name)) {
                return;
            }
            byte[] whole = join(path, name);
            try (FileHandle file = root.open(whole)) {
                if (file.isDirectory() && !hasPage(join(whole, SLASH))) {
                    return;
                }
                first.add(new Listing.Entry(name, file));
            } catch (SyscallException e) {
                checkSaysOfName(e);
                return; // whoever asked for it would get an error
            }
            listable++;
            if (first.size() > MAX_LISTED) {
                first.remove();
            }
        }

        /**
         * Whether a directory that can be opened shows the index that it has, or has none.
         *
         * @param directory as {@link #path}
         */
        private boolean hasPage(byte[] directory) throws SyscallException {
            try (FileHandle _ = root.open(join(directory, INDEX))) {
                return true;
            } catch (SyscallException e) {
                checkSaysOfName(e);
                return e.errnoName().equals("ENOENT");
            }
        }

        /** Whether there is a directory above that shows a page. */
        private boolean hasParent() throws SyscallException {
            if (path.length == 0) {
                return false;
            }
            int end = path.length - 1; // of the last name; "a//" is in "a/"
            while (end > 0 && path[end - 1] != '/') {
                end--;
            }
            byte[] parent = Arrays.copyOf(path, end);
            try (FileHandle _ = root.open(parent)) {
                return hasPage(parent);
            } catch (SyscallException e) {
                checkSaysOfName(e);
                return false;
            }
        }

        /** Throws a failure that says nothing of what was asked for. */
        private static void checkSaysOfName(SyscallException failure) throws SyscallException {
            switch (failure.errnoName()) {
                case "EMFILE", "ENFILE", "ENOMEM" -> throw failure;
                default -> {}
            }
        }

        private void beginToWrite() throws SyscallException {
            close();
            List<Listing.Entry> entries = new ArrayList<>(first);
            entries.sort(Listing.ORDER);
            writing = new Listing(path, hasParent(), entries, listable, more);
        }

        private void close() {
            if (opened != null) {
                opened.close();
                opened = null;
            }
        }
    }
}
