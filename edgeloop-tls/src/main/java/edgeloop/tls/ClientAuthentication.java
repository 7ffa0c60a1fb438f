package edgeloop.tls;

/** Whether a server asks its clients for certificates. */
public enum ClientAuthentication {
    /** It does not. */
    NONE,
    /** It does, and serves those who have none. One that can't be verified is refused. */
    ASK,
    /** It does, and refuses those who have none. */
    DEMAND
}
