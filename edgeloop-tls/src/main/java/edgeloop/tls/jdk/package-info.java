/**
 * TLS by the JDK's {@code SSLEngine}: needs nothing of the machine, and costs more where handshakes
 * are many.
 */
@NullMarked
package edgeloop.tls.jdk;

import org.jspecify.annotations.NullMarked;
