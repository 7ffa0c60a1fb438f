package edgeloop;

import edgeloop.engine.Channel;
import edgeloop.engine.Engine;
import edgeloop.engine.Readiness;
import edgeloop.engine.ReadinessEngine;
import edgeloop.engine.RingEngine;
import edgeloop.sys.Syscalls;
import java.util.function.ObjIntConsumer;

/** Opens the engine of a reactor. */
final class EngineOpening {
    private EngineOpening() {}

    static Engine open(Reactor reactor, Trigger trigger, int maxEvents) throws SyscallException {
        Syscalls syscalls = reactor.syscalls;
        ReactorListener listener = reactor.listener;
        ObjIntConsumer<Channel> observer = listener == null ? null : observer(syscalls, listener);
        return reactor.transport == Transport.IO_URING
                ? RingEngine.open(
                        syscalls,
                        reactor.channels,
                        reactor.segments,
                        observer,
                        reactor::engineFailed,
                        TransportChoice::checkRing)
                : ReadinessEngine.open(
                        syscalls,
                        reactor.channels,
                        reactor.segments,
                        Readiness.valueOf(trigger.name()),
                        maxEvents,
                        observer,
                        reactor::engineFailed,
                        SyscallException::check);
    }

    private static ObjIntConsumer<Channel> observer(Syscalls syscalls, ReactorListener listener) {
        ChannelSource source = new ChannelSource(syscalls);
        return (channel, events) -> listener.onEvents(source.of(channel), events);
    }
}
