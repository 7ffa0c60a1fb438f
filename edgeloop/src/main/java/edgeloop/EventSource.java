package edgeloop;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The socket that an event is about. Valid while {@link ReactorListener#onEvents} runs, on the
 * reactor's thread; what it is asked, it asks the kernel.
 */
public interface EventSource {
    /** {@return the descriptor} */
    int fd();

    /** {@return whether it is a listening socket} */
    boolean isListener();

    /**
     * {@return the address and port on this side: those listened on, or those that the peer
     * reached; null where the kernel does not know them} By getsockname(2).
     */
    @Nullable InetSocketAddress localAddress();

    /**
     * {@return the peer's address and port; null for a listening socket, and where the peer had
     * gone before anybody asked} By getpeername(2), at most once for each connection.
     */
    @Nullable InetSocketAddress remoteAddress();
}
