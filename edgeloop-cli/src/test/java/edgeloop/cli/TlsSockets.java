package edgeloop.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The JDK's own sockets of TLS, as clients of a server's process. */
final class TlsSockets {
    private TlsSockets() {}

    /** One that trusts the authority of the tests. */
    static SSLSocket connect(int port) throws IOException, GeneralSecurityException {
        return connect(TlsFiles.get().clientContext(null), port, "localhost");
    }

    /** One that asks for a name, and has not shaken hands yet. */
    static SSLSocket connect(SSLContext context, int port, String name) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setSoTimeout((int) ServerProcess.PATIENCE.toMillis());
        plain.setTcpNoDelay(true);
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** The number of the certificate that a server shows to who asks for a name. */
    static String serial(int port, String name) throws IOException, GeneralSecurityException {
        try (SSLSocket socket = connect(TlsFiles.get().clientContext(null), port, name)) {
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSerialNumber().toString(16);
        }
    }

    static int echo(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        return socket.getInputStream().read();
    }

    /** All that comes after a request, until the end. */
    static String exchange(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(ISO_8859_1));
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
}
