package edgeloop.http;

import edgeloop.Reactor;
import edgeloop.ReactorLocal;
import edgeloop.SyscallException;
import edgeloop.http.file.MediaTypes;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

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
 * <p>A file that changed is noticed within two seconds, as is a root that is a link and was
 * switched. One that is to be changed while it is served should be replaced, by a rename, and not
 * written to: one that becomes shorter meanwhile ends the connections that are being sent it.
 */
public final class StaticFiles implements HttpHandler {
    private final Path root;
    private final boolean listing;
    private final boolean dotfiles;
    private final ReactorLocal<FileServer> servers = ReactorLocal.withInitial(this::server);

    private StaticFiles(Path root, boolean listing, boolean dotfiles) {
        this.root = root;
        this.listing = listing;
        this.dotfiles = dotfiles;
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
        return new StaticFiles(root, false, false);
    }

    /**
     * {@return a copy that answers with a list of names, or does not, for a directory without
     * {@code index.html}} A list has what can be got, up to 10,000 names: directories first, each
     * in the order of their bytes.
     *
     * @param on whether it does; by default it does not
     */
    public StaticFiles withListing(boolean on) {
        return new StaticFiles(root, on, dotfiles);
    }

    /**
     * {@return a copy that serves files and directories whose names begin with a dot, or does not}
     * Where it does not they are 404, and in no list; {@code /.well-known/} (RFC 8615) is served
     * always.
     *
     * @param on whether it does; by default it does not
     */
    public StaticFiles withDotfiles(boolean on) {
        return new StaticFiles(root, listing, on);
    }

    @Override
    public Response handle(Request request) throws SyscallException {
        return servers.get(request.connection().reactor()).answer(request);
    }

    private FileServer server(Reactor reactor) {
        return new FileServer(reactor, root, listing, dotfiles);
    }
}
