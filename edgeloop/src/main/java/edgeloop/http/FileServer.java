package edgeloop.http;

import edgeloop.Directory;
import edgeloop.FileHandle;
import edgeloop.Reactor;
import edgeloop.SyscallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@link StaticFiles} on one reactor: finds what a request is for, and keeps what it found. */
final class FileServer {
    /** Names in a listing; a directory with more of them is no page to read. */
    private static final int MAX_LISTED = 10_000;

    private static final byte[] INDEX = Bytes.ascii("index.html");
    private static final Response NOT_FOUND = Response.text(404, "not found\n");
    private static final Response FORBIDDEN = Response.text(403, "forbidden\n");
    private static final Response BAD_PATH = Response.text(400, "bad path\n");

    /** By then idle connections will have gone. */
    private static final Response BUSY =
            Response.text(503, "too many open files\n").withHeader("Retry-After", "1");

    private static final Response NOT_ALLOWED =
            Response.methodNotAllowed(Method.GET, Method.HEAD, Method.OPTIONS);
    private static final Response ALLOWED =
            Response.empty(204)
                    .withHeader("Allow", Method.allow(Method.GET, Method.HEAD, Method.OPTIONS));

    private final Reactor reactor;
    private final Directory root;
    private final boolean listing;
    private final FileCache cache = new FileCache();

    FileServer(Reactor reactor, Path root, boolean listing) throws IOException {
        this.reactor = reactor;
        this.root = Directory.open(reactor, root);
        this.listing = listing;
        reactor.atEnd(cache::clear);
        reactor.onDescriptorShortage(cache::clear);
    }

    Response answer(Request request) throws IOException {
        switch (request.method()) {
            case GET, HEAD -> {}
            case OPTIONS -> {
                return ALLOWED;
            }
            default -> {
                return NOT_ALLOWED;
            }
        }
        long now = reactor.nanoTime();
        Resource known = cache.get(request);
        if (known == null || !known.isCurrent(root, now)) {
            if (known != null) {
                cache.remove(known);
            }
            byte[] path = TargetPath.decode(request);
            if (path == null) {
                return BAD_PATH;
            }
            Object found = find(request, path, now);
            if (found instanceof Response answer) {
                return answer;
            }
            known = (Resource) found;
            cache.add(known);
        }
        return known.answer(request);
    }

    /** What is at {@code path}: a {@link Resource}, or the {@link Response} where there is none. */
    private Object find(Request request, byte[] path, long now) throws IOException {
        try {
            return open(request, path, now);
        } catch (SyscallException e) {
            return refusal(e);
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
            default -> throw e; // EIO: the client gets 500, the operator the cause
        };
    }

    private Object open(Request request, byte[] path, long now) throws IOException {
        boolean directory = path.length == 0 || path[path.length - 1] == '/';
        byte[] filePath = directory ? TargetPath.join(path, INDEX) : path;
        FileHandle file;
        try {
            file = root.open(filePath);
        } catch (SyscallException e) {
            if (directory && listing && e.errnoName().equals("ENOENT")) {
                return list(path);
            }
            throw e;
        }
        if (file.isDirectory()) {
            file.close();
            return directory ? FORBIDDEN : redirect(request);
        }
        return new Resource(TargetPath.raw(request), root, filePath, file, now);
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

    private Response list(byte[] path) throws IOException {
        try (FileHandle opened = root.open(path)) {
            String page = Listing.page(path, opened.names(MAX_LISTED), MAX_LISTED);
            return Response.bytes(
                    200, "text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8));
        }
    }
}
