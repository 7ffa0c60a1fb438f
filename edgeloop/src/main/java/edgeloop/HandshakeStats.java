package edgeloop;

/**
 * How the TLS handshakes of a server have ended.
 *
 * @param full those that succeeded, sessions that were taken up again not counted
 * @param resumed those that took an earlier session up again
 * @param failed those that could not come to an agreement: another protocol, version or cipher, a
 *     certificate that was refused, bytes that are no TLS
 * @param strangers of those that failed, peers that spoke HTTP without TLS, and were told so
 * @param timedOut those that took longer than they may
 * @param abandoned those whose peer ended the connection, by a FIN or a reset
 * @param truncated connections that were established and whose peer's FIN came without
 *     close_notify, {@link CloseReason.Truncated}
 */
public record HandshakeStats(
        long full,
        long resumed,
        long failed,
        long strangers,
        long timedOut,
        long abandoned,
        long truncated) {}
