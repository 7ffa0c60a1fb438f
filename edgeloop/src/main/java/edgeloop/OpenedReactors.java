package edgeloop;

import edgeloop.buffer.MemoryBudget;
import edgeloop.platform.Platform;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reactors that begin together: all go by one transport, and share the memory that they may use.
 *
 * @param choice of the transport
 */
record OpenedReactors(List<Reactor> reactors, TransportChoice choice) {
    /**
     * Opens them; where it throws, none is left open.
     *
     * @param maxBufferBytes for all of them, 0 for what the process may use
     * @param listeners one for each reactor, or null in its place
     * @throws IllegalArgumentException if the trigger does not go with the transport
     * @throws SyscallException if the kernel refuses a descriptor, or the transport
     */
    static OpenedReactors open(
            Platform platform,
            Transport asked,
            Trigger trigger,
            int maxEvents,
            long maxBufferBytes,
            @Nullable ReactorListener[] listeners)
            throws SyscallException {
        List<Reactor> reactors = new ArrayList<>();
        TransportChoice.Opening opening =
                transport -> {
                    MemoryBudget budget =
                            MemoryBudget.of(maxBufferBytes, platform.syscalls(), listeners.length);
                    try {
                        for (ReactorListener listener : listeners) {
                            reactors.add(
                                    Reactor.open(
                                            platform, transport, trigger, maxEvents, budget,
                                            listener));
                        }
                    } catch (SyscallException | RuntimeException | Error e) {
                        reactors.forEach(Reactor::terminate);
                        reactors.clear();
                        throw e;
                    }
                };
        TransportChoice choice = TransportChoice.open(asked, trigger, opening);
        return new OpenedReactors(reactors, choice);
    }
}
