package edgeloop.http;

import edgeloop.Directory;
import edgeloop.FileHandle;
import edgeloop.Reactor;
import edgeloop.SyscallException;
import edgeloop.Timeout;
import edgeloop.http.file.TargetPath;
import edgeloop.http.syntax.Bytes;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@link StaticFiles} on one reactor: finds what a request is for, and keeps what it found. */
final class FileServer {
    /** How long the root is taken to be where it was. */
    private static final long ROOT_CURRENT_NANOS = 1_000_000_000L;

    /**
     * A file that nobody has asked for in so long gives its descriptor back. With the time between
     * two sweeps that is within two seconds.
     */
    private static final long IDLE_NANOS = 1_000_000_000L;

    private static final Duration SWEEP = Duration.ofMillis(500);

    /** The resources that a sweep lets go in one turn: closing a deleted file may take a while. */
    private static final int MOST_AT_ONCE = 16;

    /** How often a file is read that changes meanwhile. */
    private static final int ATTEMPTS = 4;

    private static final byte[] INDEX = Bytes.ascii("index.html");
    private static final Response NOT_FOUND = Response.text(404, "not found\n");
    private static final Response FORBIDDEN = Response.text(403, "forbidden\n");
    private static final Response BAD_PATH = Response.text(400, "bad path\n");

    /** By then idle connections will have gone. */
    private static final Response BUSY =
            Response.text(503, "too many open files\n").withHeader("Retry-After", "1");

    /** Whoever has the lease is asked to give it back, by the attempt. */
    private static final Response LEASED =
            Response.text(503, "the file is in use\n").withHeader("Retry-After", "1");

    private static final Response CHANGING =
            Response.text(503, "the file is being changed\n").withHeader("Retry-After", "1");

    private static final Response NOT_ALLOWED =
            Response.methodNotAllowed(Method.GET, Method.HEAD, Method.OPTIONS);
    private static final Response ALLOWED =
            Response.empty(204)
                    .withHeader("Allow", Method.allow(Method.GET, Method.HEAD, Method.OPTIONS));

    private final Reactor reactor;
    private final Path rootPath;
    private final boolean listing;
    private final boolean dotfiles;
    private final Lister lister;
    private final FileCache cache = new FileCache();
    private @Nullable Directory root;
    private long rootCheckedNanos;
    private boolean sweeping;

    FileServer(Reactor reactor, Path rootPath, boolean listing, boolean dotfiles) {
        this.reactor = reactor;
        this.rootPath = rootPath;
        this.listing = listing;
        this.dotfiles = dotfiles;
        this.lister = new Lister(reactor, dotfiles, this::refusal);
        reactor.atEnd(cache::clear);
        reactor.onDescriptorShortage(cache::clear);
    }

    Response answer(Request request) throws SyscallException {
        switch (request.method()) {
            case GET, HEAD -> {}
            case OPTIONS -> {
                return ALLOWED;
            }
            default -> {
                return NOT_ALLOWED;
            }
        }
        Directory from;
        try {
            from = root();
        } catch (SyscallException e) {
            // A link to itself leads nowhere, as one that is broken does.
            return e.errnoName().equals("ELOOP") ? NOT_FOUND : refusal(e);
        }
        try {
            Response kept = kept(request, from);
            return kept != null ? kept : find(request, from);
        } catch (SyscallException e) {
            return refusal(e);
        }
    }

    /** The root, as it is now or was within the last second. */
    private Directory root() throws SyscallException {
        long now = reactor.nanoTime();
        Directory open = root;
        if (open == null) {
            open = Directory.open(reactor, rootPath);
            root = open;
            rootCheckedNanos = now;
        } else if (now - rootCheckedNanos >= ROOT_CURRENT_NANOS) {
            if (open.renew()) {
                cache.clear();
                lister.beginAgain();
            }
            rootCheckedNanos = now;
        }
        return open;
    }

    /** The answer with what is kept; null if there is none, or it is not what is there now. */
    private @Nullable Response kept(Request request, Directory from) {
        Resource known = cache.get(request);
        if (known == null) {
            return null;
        }
        Response answer = known.isCurrent(from, reactor) ? known.answer(request) : null;
        if (answer == null) {
            cache.remove(known);
        }
        return answer;
    }

    private Response find(Request request, Directory from) throws SyscallException {
        byte[] sent = sentPath(request);
        byte[] path = TargetPath.decode(sent);
        if (path == null) {
            return BAD_PATH;
        }
        if (!dotfiles && TargetPath.isHidden(path)) {
            return NOT_FOUND;
        }
        Object found = open(request, from, sent, path);
        for (int i = 1; i < ATTEMPTS && isTorn(found); i++) {
            ((Resource) found).close();
            found = open(request, from, sent, path);
        }
        if (isTorn(found)) {
            ((Resource) found).close();
            return CHANGING;
        }
        if (found instanceof Response answer) {
            return answer;
        }
        Resource resource = (Resource) found;
        cache.add(resource);
        if (!sweeping && cache.descriptors() > 0) {
            sweepIn(SWEEP);
        }
        return resource.firstAnswer(request);
    }

    private static boolean isTorn(Object found) {
        return found instanceof Resource resource && resource.isTorn();
    }

    private void sweepIn(Duration delay) {
        sweeping = true;
        Timeout _ = reactor.schedule(delay, this::sweep);
    }

    /** Goes on as long as there is a descriptor, so that a server at rest stays so. */
    private void sweep() {
        sweeping = false;
        boolean more = cache.letGoIdle(reactor.nanoTime() - IDLE_NANOS, MOST_AT_ONCE);
        if (cache.descriptors() > 0) {
            sweepIn(more ? Duration.ZERO : SWEEP);
        }
    }

    private Response refusal(SyscallException e) throws SyscallException {
        return switch (e.errnoName()) {
            case "ENOENT", "ENOTDIR", "ENAMETOOLONG" -> NOT_FOUND;
            case "EACCES", "EPERM", "EXDEV", "ELOOP", "ENXIO" -> FORBIDDEN;
            case "EMFILE", "ENFILE", "ENOMEM" -> {
                reactor.reportProblem("A file could not be opened; the client gets 503", e);
                yield BUSY;
            }
            case "EAGAIN", "EINTR" -> LEASED;
            default -> throw e; // EIO: the client gets 500, the operator the cause
        };
    }

    /** The path as it was sent. */
    private static byte[] sentPath(Request request) {
        byte[] path = new byte[request.pathLength()];
        for (int i = 0; i < path.length; i++) {
            path[i] = request.pathByte(i);
        }
        return path;
    }

    /**
     * What is at {@code path}: a {@link Resource}, or the {@link Response} where there is none.
     *
     * @param sent the path as it was sent
     * @param path the same decoded
     */
    private Object open(Request request, Directory from, byte[] sent, byte[] path)
            throws SyscallException {
        boolean directory = path.length == 0 || path[path.length - 1] == '/';
        byte[] filePath = directory ? TargetPath.join(path, INDEX) : path;
        FileHandle file;
        try {
            file = from.open(filePath);
        } catch (SyscallException e) {
            if (directory && listing && e.errnoName().equals("ENOENT")) {
                return lister.list(from, path);
            }
            throw e;
        }
        if (file.isDirectory()) {
            file.close();
            if (!directory) {
                return redirect(request);
            }
            return listing ? lister.list(from, path) : FORBIDDEN;
        }
        return new Resource(sent, from, filePath, file, reactor);
    }

    /**
     * To the same with a slash behind it: else the names in its page would be sought one directory
     * too high. More than one slash in front would begin another host's name.
     */
    private static Response redirect(Request request) {
        String path = request.path();
        int start = 0;
        while (start + 1 < path.length() && path.charAt(start + 1) == '/') {
            start++;
        }
        @Nullable String query = request.query();
        String location = path.substring(start) + "/" + (query == null ? "" : "?" + query);
        return Response.text(301, "see " + location + "\n").withHeader("Location", location);
    }
}
