package edgeloop.tls;

/** Which versions and cipher suites are spoken: Mozilla's recommendations, by their names. */
public enum Profile {
    /** TLS 1.3 and 1.2, with forward secrecy and AEAD alone. */
    INTERMEDIATE,
    /** TLS 1.3 alone. */
    MODERN
}
