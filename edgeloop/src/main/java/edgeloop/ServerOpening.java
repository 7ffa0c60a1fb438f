package edgeloop;

import edgeloop.layer.LayerContext;
import edgeloop.layer.LayerSource;
import edgeloop.layer.Layers;
import edgeloop.platform.Platform;
import edgeloop.sys.Syscalls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens a server: its reactors, the sockets that they listen on, and what they share. */
final class ServerOpening {
    private final Platform platform;
    private final ServerOptions options;
    private final HandlerFactory handlers;
    private final ConnectionLimits limits;
    private final ConnectionOptions connection;
    private final int[] processors;
    private final List<ServerReactor> listening = new ArrayList<>();

    ServerOpening(Platform platform, ServerOptions options, HandlerFactory handlers) {
        long least = options.reactors() * ServerOptions.MIN_BUFFER_BYTES;
        if (options.maxBufferBytes() != 0 && options.maxBufferBytes() < least) {
            throw new IllegalArgumentException(
                    "maxBufferBytes must be at least "
                            + least
                            + " for so many reactors: "
                            + options.maxBufferBytes());
        }
        this.platform = platform;
        this.options = options;
        this.handlers = handlers;
        this.limits = new ConnectionLimits(options);
        this.connection = handlers.connectionOptions(options.connection());
        this.processors = processors();
    }

    private int[] processors() {
        if (!options.pinned()) {
            return new int[0];
        }
        int[] usable = platform.syscalls().processors();
        if (usable.length < options.reactors()) {
            throw new IllegalArgumentException(
                    "pinned: "
                            + options.reactors()
                            + " reactors, and the process may use "
                            + usable.length
                            + " processors");
        }
        return Arrays.copyOf(usable, options.reactors());
    }

    /** Where it throws, nothing is left open. */
    Server open() throws SyscallException {
        ReactorListener[] listeners = new ReactorListener[options.reactors()];
        if (options.listeners() != null) {
            Arrays.setAll(listeners, options.listeners());
        }
        OpenedReactors opened =
                OpenedReactors.open(
                        platform,
                        options.transport(),
                        options.trigger(),
                        options.maxEvents(),
                        options.maxBufferBytes(),
                        listeners);
        List<Reactor> reactors = opened.reactors();
        try {
            Syscalls syscalls = reactors.getFirst().syscalls;
            int[] sockets = ListeningSockets.open(syscalls, options, processors);
            try {
                InetSocketAddress address = ListeningSockets.address(syscalls, sockets[0]);
                LayerContext layers = loadLayers();
                listen(reactors, sockets, layers);
                return new Server(options, address, listening, opened.choice(), layers);
            } finally {
                for (int i = listening.size(); i < sockets.length; i++) {
                    reactors.getFirst().close(sockets[i]);
                }
            }
        } catch (SyscallException | RuntimeException | Error e) {
            reactors.forEach(Reactor::terminate);
            throw e;
        }
    }

    private @Nullable LayerContext loadLayers() {
        TransportSecurity tls = options.tls();
        return tls == null ? null : LayerContext.of(tls, LayerSource.Side.SERVER);
    }

    private void listen(List<Reactor> reactors, int[] sockets, @Nullable LayerContext layers)
            throws SyscallException {
        boolean shared = options.sharedAcceptQueue();
        AcceptQueue ofAll = new AcceptQueue(sockets.length);
        for (int i = 0; i < sockets.length; i++) {
            int number = i;
            ConnectionGroup group = new ConnectionGroup(connection, Duration.ZERO, limits, layers);
            if (layers != null) {
                Layers _ = group.layers(reactors.get(i)); // what is missing is missed now
            }
            listening.add(
                    new ServerReactor(
                            platform,
                            reactors.get(i),
                            sockets[i],
                            shared ? ofAll : new AcceptQueue(1),
                            options.pinned() ? processors[i] : ReactorThread.ANY,
                            group,
                            handlers,
                            options.drainTimeout(),
                            () -> askOthers(number),
                            this::endOthers));
        }
    }

    /** One reactor is short of descriptors, and has none to free. */
    private void askOthers(int asker) {
        for (int i = 0; i < listening.size(); i++) {
            if (i != asker) {
                listening.get(i).freeDescriptors();
            }
        }
    }

    /** A server that has lost a reactor would serve some and not others. */
    private void endOthers() {
        listening.forEach(ServerReactor::shutdown);
    }
}
