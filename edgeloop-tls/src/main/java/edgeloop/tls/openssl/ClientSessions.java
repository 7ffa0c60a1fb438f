package edgeloop.tls.openssl;

import edgeloop.tls.config.PeerName;
import java.util.LinkedHashMap;
import java.util.Map;

/** The sessions that a reactor's clients may take up again: the last one of each peer. */
final class ClientSessions {
    /** With more, the one that was used longest ago is forgotten. */
    private static final int MOST = 1_000;

    private final LinkedHashMap<PeerName, Long> sessions = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Keeps the session of a connection, if it can be taken up again.
     *
     * @return whether it can
     */
    boolean save(PeerName peer, long ssl) {
        long session = Native.call("SSL_get1_session", ssl);
        if (session == 0) {
            return false;
        }
        if ((int) Native.call("SSL_SESSION_is_resumable", session) == 0) {
            free(session);
            return false;
        }
        Long before = sessions.put(peer, session);
        if (before != null) {
            free(before);
        } else if (sessions.size() > MOST) {
            Map.Entry<PeerName, Long> eldest = sessions.pollFirstEntry();
            if (eldest != null) {
                free(eldest.getValue());
            }
        }
        return true;
    }

    /** Has a new connection take up what there is. */
    void resume(PeerName peer, long ssl) {
        Long session = sessions.get(peer);
        if (session != null) {
            long _ = Native.call("SSL_set_session", ssl, session);
        }
    }

    void clear() {
        sessions.values().forEach(ClientSessions::free);
        sessions.clear();
    }

    private static void free(long session) {
        long _ = Native.call("SSL_SESSION_free", session);
    }
}
