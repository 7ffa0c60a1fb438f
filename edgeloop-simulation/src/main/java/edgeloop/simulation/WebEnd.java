package edgeloop.simulation;

import edgeloop.CloseReason;
import org.jspecify.annotations.Nullable;

/** What a peer of a {@link WebScenario} may be left with when its connection ends. */
final class WebEnd {
    private WebEnd() {}

    /** What speaks against a reset, or null: whoever is served to the end gets none. */
    static @Nullable String wrongReset(WebScenario scenario, WebPeer peer, WebConnection server) {
        TcpConnection socket = server.socket;
        return switch (server.reason) {
            case CloseReason.LocallyClosed _,
                    CloseReason.ProtocolError _,
                    CloseReason.PeerClosed _ -> {
                boolean broken = socket.lastErrno != 0 || socket.error != 0;
                if (broken
                        || scenario.isShuttingDown()
                        || server.streamFailed()
                        || peer.hasSentAfterClose()) {
                    yield null;
                }
                if (!socket.closedUnread) {
                    yield "it was reset";
                }
                long lingered = server.closedTurn() - socket.shutTurn;
                long least = scenario.settings.server.connection().lingerTimeout().toNanos();
                boolean early = lingered < least - 1_000_000 && !scenario.mayLackDescriptors();
                yield early ? "closed with input unread after " + lingered + " ns" : null;
            }
            case null, default -> null;
        };
    }

    /** What speaks against the end of a connection that was not reset, or null. */
    static @Nullable String wrongFin(
            WebScenario scenario,
            WebPeer peer,
            WebConnection server,
            boolean whole,
            boolean announced) {
        boolean timedOut = server.reason instanceof CloseReason.TimedOut;
        if (!whole) {
            return timedOut ? null : "the end in the middle of an answer";
        }
        if (announced || timedOut || scenario.isShuttingDown()) {
            return null;
        }
        for (int i = peer.answered(); i < peer.requests.size(); i++) {
            WebRequest request = peer.requests.get(i);
            WebRequest before = i == 0 ? null : peer.requests.get(i - 1);
            if (before != null && before.refusal != 0 && before.isBodyLeft()) {
                return null; // nobody can tell where the next one begins
            }
            if (server.hasSeen(request) && !isAbandoned(server, request)) {
                return request + " was not answered";
            }
        }
        return null;
    }

    /** Whether its body ended before its end, so that there is nothing to answer. */
    private static boolean isAbandoned(WebConnection server, WebRequest request) {
        return request.wanted && !request.bodyEnded && server.offered() < request.end();
    }
}
