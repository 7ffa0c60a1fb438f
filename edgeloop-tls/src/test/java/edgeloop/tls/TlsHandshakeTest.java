package edgeloop.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.Client;
import edgeloop.Connection;
import edgeloop.HandshakeStats;
import edgeloop.Server;
import edgeloop.TlsSession;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is agreed on, and with whom there is no agreement. */
@ParameterizedClass(name = "{0}")
@MethodSource("edgeloop.tls.Exchange#providers")
class TlsHandshakeTest {
    private static final TestCertificates CERTIFICATES = Exchange.CERTIFICATES;

    @Parameter Provider provider;

    private Exchange exchange;

    @BeforeEach
    void open() {
        exchange = new Exchange(provider);
    }

    @AfterEach
    void close() {
        exchange.close();
    }

    private X509Certificate shownTo(Server server, String name) throws Exception {
        Client client = exchange.client(exchange.clientTls().withoutVerification());
        return exchange.call(client, name, server.port()).session().peerCertificates().getFirst();
    }

    // ---- Application protocols ----------------------------------------------------------------

    @Test
    void serverChoosesTheProtocol() throws Exception {
        Talk served = new Talk();
        Tls both = exchange.serverTls().withApplicationProtocols("http/1.1", "echo");
        Server server = exchange.serve(both, served::on);
        Client client = exchange.client(exchange.clientTls().withApplicationProtocols("x", "echo"));
        TlsSession session = exchange.call(client, server.port()).session();
        assertThat(session.applicationProtocol()).isEqualTo("echo");
        assertThat(served.session().applicationProtocol()).isEqualTo("echo");
    }

    @Test
    void clientOfOtherProtocolsIsRefused() throws Exception {
        Tls one = exchange.serverTls().withApplicationProtocols("http/1.1");
        Server server = exchange.serve(one, Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls().withApplicationProtocols("other"));
        assertThat(exchange.call(client, server.port()).refusal()).contains("alert");
        Exchange.awaitStats(server, all -> all.handshakes().failed() == 1);
    }

    @Test
    void clientThatOffersNoProtocolIsServed() throws Exception {
        Tls one = exchange.serverTls().withApplicationProtocols("http/1.1");
        Server server = exchange.serve(one, Exchange.ECHO);
        Talk talk = exchange.call(exchange.client(exchange.clientTls()), server.port());
        assertThat(talk.session().applicationProtocol()).isNull();
    }

    // ---- Several certificates -----------------------------------------------------------------

    @Test
    void certificateIsThatOfTheName() throws Exception {
        Tls tls =
                exchange.serverTls()
                        .withCertificate(
                                CERTIFICATES.secondServer().chain(),
                                CERTIFICATES.secondServer().key());
        Server server = exchange.serve(tls, Exchange.ECHO);
        X509Certificate first = CERTIFICATES.server().certificate();
        X509Certificate second = CERTIFICATES.secondServer().certificate();
        assertThat(shownTo(server, "second.test")).isEqualTo(second);
        assertThat(shownTo(server, "SECOND.test")).isEqualTo(second);
        assertThat(shownTo(server, "a.second.test")).isEqualTo(second);
        assertThat(shownTo(server, "a.b.second.test")).isEqualTo(first);
        assertThat(shownTo(server, "a.example.test")).isEqualTo(first);
        assertThat(shownTo(server, "unknown.test")).isEqualTo(first);
        assertThat(shownTo(server, "127.0.0.1")).isEqualTo(first);
    }

    /** Of two certificates for one name, the one whose kind of key the client can use. */
    @Test
    void certificateIsOneThatTheClientCanUse() throws Exception {
        Tls tls =
                exchange.serverTls()
                        .withCertificate(
                                CERTIFICATES.rsaServer().chain(), CERTIFICATES.rsaServer().key());
        Server server = exchange.serve(tls, Exchange.ECHO);
        SSLSocket socket = exchange.secure(exchange.socket(server.port()), "TLSv1.2");
        socket.setEnabledCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
        assertThat(socket.getSession().getPeerCertificates()[0])
                .isEqualTo(CERTIFICATES.rsaServer().certificate());
        assertThat(shownTo(server, "localhost")).isEqualTo(CERTIFICATES.server().certificate());
    }

    // ---- Whom the client trusts ---------------------------------------------------------------

    @Test
    void certificateIsForTheAddress() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls());
        TlsSession session = exchange.call(client, "127.0.0.1", server.port()).session();
        assertThat(session.serverName()).isNull();
    }

    @Test
    void certificateForAnotherNameIsRefused() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls());
        assertThat(exchange.call(client, "wrong.test", server.port()).refusal())
                .startsWith("the certificate of wrong.test is refused: ");
        Exchange.awaitStats(server, stats -> stats.activeConnections() == 0);
    }

    /** What looks like an address and is none can't be verified as one, and so is nobody's. */
    @ParameterizedTest
    @ValueSource(strings = {"999.0.0.1", "host.1", "::1::"})
    void certificateIsForNoAddressThatIsNone(String name) throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls());
        assertThat(exchange.call(client, name, server.port()).refusal())
                .startsWith("the certificate of " + name + " is refused: ");
    }

    /** It would be asked for by no name then, and any would do. */
    @Test
    void nameThatIsNoneIsRefused() {
        assertThatThrownBy(() -> exchange.clientTls().withServerName(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("serverName");
    }

    @Test
    void addressThatIsAskedForIsVerifiedAsOne() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls().withServerName("127.0.0.1"));
        TlsSession session = exchange.call(client, "wrong.test", server.port()).session();
        assertThat(session.serverName()).isNull();
    }

    @Test
    void nameThatIsAskedForIsVerified() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls().withServerName("a.example.test"));
        TlsSession session = exchange.call(client, "wrong.test", server.port()).session();
        assertThat(session.serverName()).isEqualTo("a.example.test");
    }

    @Test
    void certificateOfAnUnknownIssuerIsRefused() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Tls other = exchange.clientTls().withTrust(CERTIFICATES.otherAuthority());
        assertThat(exchange.call(exchange.client(other), server.port()).refusal())
                .startsWith("the certificate of localhost is refused: ");
        Talk talk =
                exchange.call(
                        exchange.client(exchange.clientTls().withoutVerification()), server.port());
        assertThat(talk.say("hello").hear(5)).isEqualTo("hello");
    }

    /** It is the client that finds out; a server may have no clock. */
    @Test
    void expiredCertificateIsServedAndRefused() throws Exception {
        Tls expired = exchange.serverTls(CERTIFICATES.expiredServer());
        Server server = exchange.serve(expired, Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls());
        assertThat(exchange.call(client, server.port()).refusal()).contains("expired");
    }

    // ---- Client certificates ------------------------------------------------------------------

    private Tls asking(ClientAuthentication authentication) {
        return exchange.serverTls()
                .withClientAuthentication(authentication, CERTIFICATES.authority());
    }

    private Tls showing(TestCertificates.Entry entry) {
        return exchange.clientTls().withCertificate(entry.chain(), entry.key());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ASK", "DEMAND"})
    void clientShowsItsCertificate(ClientAuthentication authentication) throws Exception {
        Talk served = new Talk();
        Server server = exchange.serve(asking(authentication), served::on);
        Client client = exchange.client(showing(CERTIFICATES.client()));
        TlsSession _ = exchange.call(client, server.port()).session();
        assertThat(served.session().peerCertificates())
                .first()
                .isEqualTo(CERTIFICATES.client().certificate());
    }

    @Test
    void clientWithoutCertificateIsServedWhereItIsOnlyAsked() throws Exception {
        Talk served = new Talk();
        Server server = exchange.serve(asking(ClientAuthentication.ASK), served::on);
        TlsSession _ =
                exchange.call(exchange.client(exchange.clientTls()), server.port()).session();
        assertThat(served.session().peerCertificates()).isEmpty();
    }

    /** With TLS 1.3 the client learns of it after its own handshake is over. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void clientWithoutCertificateIsRefusedWhereItIsDemanded(String version) throws Exception {
        Server server = exchange.serve(asking(ClientAuthentication.DEMAND), Exchange.ECHO);
        SSLSocket socket = exchange.secure(exchange.socket(server.port()), version);
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("alert");
        Exchange.awaitStats(server, all -> all.handshakes().failed() == 1);
        assertThat(server.stats().handshakes().full()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ASK", "DEMAND"})
    void clientOfAnUnknownIssuerIsRefused(ClientAuthentication authentication) throws Exception {
        Server server = exchange.serve(asking(authentication), Exchange.ECHO);
        Talk _ =
                exchange.call(
                        exchange.client(showing(CERTIFICATES.strangeClient())), server.port());
        Exchange.awaitStats(server, stats -> stats.handshakes().failed() == 1);
        Exchange.awaitStats(server, stats -> stats.activeConnections() == 0);
    }

    /** A session that is resumed is not verified again. */
    @Test
    void clientWhoseIssuerWasWithdrawnIsRefusedAfterReload(@TempDir Path folder) throws Exception {
        Path trust = Files.copy(CERTIFICATES.authority(), folder.resolve("trust.pem"));
        Tls tls = exchange.serverTls().withClientAuthentication(ClientAuthentication.DEMAND, trust);
        Server server = exchange.serve(tls, Exchange.ECHO);
        Client client = exchange.client(showing(CERTIFICATES.client()));
        twice(server, client);
        Exchange.awaitStats(server, all -> all.handshakes().resumed() == 1);
        Files.copy(CERTIFICATES.otherAuthority(), trust, StandardCopyOption.REPLACE_EXISTING);
        server.reloadTls();
        Talk _ = exchange.call(client, server.port());
        Exchange.awaitStats(server, all -> all.handshakes().failed() == 1);
        assertThat(server.stats().handshakes().resumed()).isEqualTo(1);
    }

    /** Not of a certificate that it was not to look at. */
    @Test
    void clientThatVerifiesNothingIsToldWhatWentWrong() throws Exception {
        var context = Exchange.context(CERTIFICATES.authority(), CERTIFICATES.server());
        try (var listener =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0)) {
            listener.setEnabledProtocols(new String[] {"TLSv1.2"});
            listener.setNeedClientAuth(true);
            var served =
                    CompletableFuture.runAsync(
                            () -> {
                                try (Socket socket = listener.accept()) {
                                    int _ = socket.getInputStream().read();
                                } catch (IOException e) {
                                    // refused, as it is to be
                                }
                            });
            Tls trusting = Tls.client().withProvider(provider).withoutVerification();
            Client client = exchange.client(trusting);
            String refusal = exchange.call(client, listener.getLocalPort()).refusal();
            assertThat(refusal).doesNotContain("certificate of localhost");
            served.get(30, TimeUnit.SECONDS);
        }
    }

    /** HelloRetryRequest, RFC 8446 section 4.1.4: what takes long comes with the second hello. */
    @Test
    void clientSaysHelloTwice() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        SSLSocket socket = exchange.secure(exchange.socket(server.port()), "TLSv1.3");
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setNamedGroups(new String[] {"secp521r1", "secp384r1"});
        socket.setSSLParameters(parameters);
        socket.getOutputStream().write(7);
        assertThat(socket.getInputStream().read()).isEqualTo(7);
        Exchange.awaitStats(server, all -> all.handshakes().full() == 1);
    }

    // ---- Sessions -----------------------------------------------------------------------------

    private void twice(Server server, Client client) {
        for (int i = 0; i < 2; i++) {
            Talk talk = exchange.call(client, server.port()).say("hello");
            assertThat(talk.hear(5)).isEqualTo("hello"); // the ticket is in front of it
            assertThat(talk.end().reason()).isNotNull();
        }
    }

    @Test
    void secondConnectionTakesUpTheFirst() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Client client = exchange.client(exchange.clientTls());
        twice(server, client);
        TlsSession third = exchange.call(client, server.port()).session();
        assertThat(third.resumed()).isTrue();
        assertThat(third.serverName()).isEqualTo("localhost");
        HandshakeStats stats =
                Exchange.awaitStats(server, all -> all.handshakes().resumed() == 2).handshakes();
        assertThat(stats.full()).isEqualTo(1);
    }

    /** So that who was asked for a certificate once is known by it again. */
    @Test
    void clientOfSessionTakenUpIsKnown() throws Exception {
        List<TlsSession> served = new CopyOnWriteArrayList<>();
        Server server =
                exchange.serve(
                        asking(ClientAuthentication.DEMAND),
                        connection -> {
                            served.add(connection.tls());
                            return Connection::write;
                        });
        twice(server, exchange.client(showing(CERTIFICATES.client())));
        assertThat(served).extracting(TlsSession::resumed).containsExactly(false, true);
        assertThat(served.getLast().peerCertificates())
                .first()
                .isEqualTo(CERTIFICATES.client().certificate());
    }

    @Test
    void sessionIsNotTakenUpWhereThatIsOff() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        twice(server, exchange.client(exchange.clientTls().withResumption(false)));
        Server without = exchange.serve(exchange.serverTls().withResumption(false), Exchange.ECHO);
        twice(without, exchange.client(exchange.clientTls()));
        Exchange.awaitStats(server, all -> all.handshakes().full() == 2);
        Exchange.awaitStats(without, all -> all.handshakes().full() == 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void foreignClientTakesUpItsSession(String version) throws Exception {
        var context = Exchange.context(CERTIFICATES.authority(), null);
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Server without = exchange.serve(exchange.serverTls().withResumption(false), Exchange.ECHO);
        for (int i = 0; i < 3; i++) {
            for (Server each : new Server[] {server, without}) {
                SSLSocket socket = exchange.secure(exchange.socket(each.port()), context, version);
                socket.getOutputStream().write(i);
                assertThat(socket.getInputStream().read()).isEqualTo(i);
                socket.close();
            }
        }
        Exchange.awaitStats(server, all -> all.handshakes().resumed() == 2);
        assertThat(without.stats().handshakes().resumed()).isZero();
    }

    // ---- Strangers ----------------------------------------------------------------------------

    @Test
    void silentPeerIsNotWaitedForForEver() throws Exception {
        Tls quick = exchange.serverTls().withHandshakeTimeout(Duration.ofMillis(100));
        Server server = exchange.serve(quick, Exchange.ECHO);
        Socket socket = exchange.socket(server.port());
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
        Exchange.awaitStats(server, all -> all.handshakes().timedOut() == 1);
    }

    @Test
    void plainHttpIsTold() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Socket socket = exchange.socket(server.port());
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(UTF_8));
        assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                .startsWith("HTTP/1.1 400 ")
                .contains("https://");
        Exchange.awaitStats(server, all -> all.handshakes().strangers() == 1);
    }

    @Test
    void garbageEndsTheConnection() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Socket socket = exchange.socket(server.port());
        socket.getOutputStream().write(new byte[] {1, 2, 3, 4, 5});
        assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        Exchange.awaitStats(server, all -> all.handshakes().failed() == 1);
        assertThat(server.stats().handshakes().strangers()).isZero();
    }

    @Test
    void helloThatIsNoneIsAnsweredByAnAlert() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Socket socket = exchange.socket(server.port());
        socket.getOutputStream().write(new byte[] {22, 3, 1, 0, 6, 1, 0, 0, 2, 9, 9});
        assertThat(socket.getInputStream().readAllBytes()).startsWith(21, 3);
        Exchange.awaitStats(server, all -> all.handshakes().failed() == 1);
    }

    @Test
    void helloThatComesByteByByteIsOne() throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        Socket slow =
                exchange.ending(
                        new Socket() {
                            @Override
                            public OutputStream getOutputStream() throws IOException {
                                return new FilterOutputStream(super.getOutputStream()); // by bytes
                            }
                        });
        Exchange.prepare(slow, server.port());
        SSLSocket socket = exchange.secure(slow);
        socket.getOutputStream().write(7);
        assertThat(socket.getInputStream().read()).isEqualTo(7);
    }

    // ---- Profiles -----------------------------------------------------------------------------

    @Test
    void modernServerRefusesOldTls() throws Exception {
        Tls modern = exchange.serverTls().withProfile(Profile.MODERN);
        Server server = exchange.serve(modern, Exchange.ECHO);
        SSLSocket old = exchange.secure(exchange.socket(server.port()), "TLSv1.2");
        assertThatThrownBy(old::startHandshake).isInstanceOf(IOException.class);
        SSLSocket today = exchange.secure(exchange.socket(server.port()), "TLSv1.3");
        today.startHandshake();
        assertThat(today.getSession().getProtocol()).isEqualTo("TLSv1.3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
                "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"
            })
    void cbcIsRefused(String suite) throws Exception {
        Server server = exchange.serve(exchange.serverTls(), Exchange.ECHO);
        SSLSocket socket = exchange.secure(exchange.socket(server.port()), "TLSv1.2");
        socket.setEnabledCipherSuites(new String[] {suite});
        assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
        Exchange.awaitStats(server, all -> all.handshakes().failed() == 1);
    }
}
