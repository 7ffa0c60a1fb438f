package edgeloop.http;

import edgeloop.Reactor;
import edgeloop.SyscallException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers GET and HEAD with the files of a directory, RFC 9110: conditional requests, ranges, and a
 * {@code .br} or {@code .gz} beside a file where the client takes that. {@code index.html} stands
 * for its directory. Nothing outside of the directory can be reached, see {@link
 * edgeloop.Directory}.
 *
 * <pre>{@code
 * Server.start(8080, Http.serve(StaticFiles.of(Path.of("/srv/www"))));
 * }</pre>
 *
 * <p>A file that changed is noticed within a second. One that is to be changed while it is served
 * should be replaced, by a rename, and not written to: one that becomes shorter meanwhile ends the
 * connections that are being sent it.
 */
public final class StaticFiles implements HttpHandler {
    private final Path root;
    private final boolean listing;
    private final Map<Reactor, FileServer> servers = new ConcurrentHashMap<>();

    private StaticFiles(Path root, boolean listing) {
        this.root = root;
        this.listing = listing;
    }

    /**
     * {@return what serves the files beneath {@code root}}
     *
     * @param root an existing directory; symbolic links on the way to it are followed
     * @throws NoSuchFileException if there is nothing
     * @throws NotDirectoryException if it is no directory
     */
    public static StaticFiles of(Path root) throws NoSuchFileException, NotDirectoryException {
        if (Files.notExists(root)) {
            throw new NoSuchFileException(root.toString());
        }
        if (!Files.isDirectory(root)) {
            throw new NotDirectoryException(root.toString());
        }
        MediaTypes.load();
        return new StaticFiles(root, false);
    }

    /**
     * {@return a copy that answers with a list of names, or does not, for a directory without
     * {@code index.html}} Names that begin with a dot are left out, though files of such names are
     * served.
     *
     * @param on whether it does; by default it does not
     */
    public StaticFiles withListing(boolean on) {
        return new StaticFiles(root, on);
    }

    @Override
    public Response handle(Request request) throws SyscallException {
        Reactor reactor = request.connection().reactor();
        FileServer server = servers.get(reactor);
        if (server == null) {
            server = new FileServer(reactor, root, listing);
            servers.put(reactor, server);
            reactor.atEnd(() -> servers.remove(reactor));
        }
        return server.answer(request);
    }
}
