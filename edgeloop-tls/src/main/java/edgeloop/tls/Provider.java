package edgeloop.tls;

/** Whose TLS it is. */
public enum Provider {
    /** OpenSSL where the machine has it, and the JDK's else. */
    AUTO,
    /** OpenSSL 3, the machine's {@code libssl.so.3}: faster by far where handshakes are many. */
    OPENSSL,
    /** The JDK's {@code SSLEngine}. */
    JDK
}
