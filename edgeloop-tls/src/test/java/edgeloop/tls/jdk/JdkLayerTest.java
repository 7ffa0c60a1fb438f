package edgeloop.tls.jdk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.TlsException;
import edgeloop.layer.Flow;
import edgeloop.layer.Layer;
import edgeloop.layer.Layer.Step;
import edgeloop.layer.LayerContext;
import edgeloop.layer.LayerSource.Side;
import edgeloop.layer.Sink;
import edgeloop.tls.Profile;
import edgeloop.tls.TestCertificates;
import edgeloop.tls.config.Identity;
import edgeloop.tls.config.Settings;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** The layers of a client and a server, hand in hand, without a loop and without threads. */
class JdkLayerTest {
    private static final TestCertificates CERTIFICATES = TestCertificates.get();
    private static final int SPACE = 64 * 1024;

    private final List<Runnable> tasks = new ArrayList<>();
    private boolean delayed;

    private final Executor executor =
            task -> {
                if (delayed) {
                    tasks.add(task);
                } else {
                    task.run();
                }
            };

    /** One of the two, as the core would drive it. */
    private static final class End implements Sink {
        final Layer layer;
        final Flow flow = new Flow();
        final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        final ByteArrayOutputStream read = new ByteArrayOutputStream();
        final List<Step> steps = new ArrayList<>();
        private final MemorySegment input = Arena.ofAuto().allocate(4 * SPACE);
        private final MemorySegment output = Arena.ofAuto().allocate(SPACE);
        private byte[] kept = {};
        private boolean waits;
        int space = SPACE;

        End(LayerContext context, InetSocketAddress remote) {
            layer = context.open(this).begin(remote);
            flow.turns = 1;
        }

        @Override
        public void put(MemorySegment memory, int offset, int length) {
            sent.writeBytes(memory.asSlice(offset, length).toArray(JAVA_BYTE));
        }

        @Override
        public Runnable continuation() {
            return () -> waits = false;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        byte[] takeSent() {
            byte[] all = sent.toByteArray();
            sent.reset();
            return all;
        }

        /** Answers what the last step was. */
        Step receive(byte... bytes) {
            byte[] all = Arrays.copyOf(kept, kept.length + bytes.length);
            System.arraycopy(bytes, 0, all, kept.length, bytes.length);
            MemorySegment.copy(all, 0, input, JAVA_BYTE, 0, all.length);
            int at = 0;
            Step step;
            do {
                flow.setInput(input, at, all.length);
                flow.setOutput(output, SPACE - space, SPACE);
                waits = true; // until an inline task is done
                step = layer.decode(flow);
                steps.add(step);
                at = flow.inputAt;
                int from = SPACE - space;
                read.writeBytes(output.asSlice(from, flow.outputAt - from).toArray(JAVA_BYTE));
            } while (step == Step.GOES_ON
                    || step == Step.ESTABLISHED
                    || (step == Step.WAITS_FOR_TASK && !waits));
            kept = Arrays.copyOfRange(all, at, all.length);
            return step;
        }

        boolean say(byte[] bytes) {
            MemorySegment.copy(bytes, 0, input, JAVA_BYTE, 0, bytes.length);
            flow.setInput(input, 0, bytes.length);
            return layer.encode(flow);
        }

        boolean say(String text) {
            return say(text.getBytes(UTF_8));
        }

        boolean isEstablished() {
            return steps.contains(Step.ESTABLISHED);
        }
    }

    private static Settings serverSettings() {
        var entry = CERTIFICATES.server();
        return Settings.defaults()
                .withIdentities(List.of(new Identity.Pem(entry.chain(), entry.key(), null)));
    }

    private static Settings clientSettings() {
        return Settings.defaults().withTrust(CERTIFICATES.authority());
    }

    private End server() {
        return new End(JdkContext.load(serverSettings(), Side.SERVER, executor), null);
    }

    private End client(Settings settings) {
        return new End(
                JdkContext.load(settings, Side.CLIENT, executor),
                InetSocketAddress.createUnresolved("localhost", 443));
    }

    private static void exchange(End one, End other) {
        byte[] bytes = one.takeSent();
        byte[] back = other.takeSent();
        while (bytes.length + back.length > 0) {
            Step _ = other.receive(bytes);
            Step _ = one.receive(back);
            bytes = one.takeSent();
            back = other.takeSent();
        }
    }

    private static void shakeHands(End client, End server) {
        Step _ = client.receive();
        exchange(client, server);
        assertThat(client.isEstablished()).isTrue();
        assertThat(server.isEstablished()).isTrue();
    }

    /** TLS 1.2 has no setting of its own: it is what an SSLContext may be restricted to. */
    private static Settings oldClientSettings() throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.2");
        context.init(null, new TrustAll[] {new TrustAll()}, null);
        return Settings.defaults().withContext(context).withVerified(false);
    }

    @Test
    void tasksMayBeRunAtOnce() {
        End client = client(clientSettings());
        End server = server();
        shakeHands(client, server);
        assertThat(server.steps).contains(Step.WAITS_FOR_TASK);
        assertThat(client.say("hello")).isTrue();
        exchange(client, server);
        assertThat(server.read.toString(UTF_8)).isEqualTo("hello");
        assertThat(client.layer.agreement().protocol()).isEqualTo("TLSv1.3");
    }

    /** netty#3361: while another thread works on it nothing is asked of the engine. */
    @Test
    void taskIsHandedOverOnce() {
        End client = client(clientSettings());
        End server = server();
        Step _ = client.receive();
        delayed = true;
        assertThat(server.receive(client.takeSent())).isEqualTo(Step.WAITS_FOR_TASK);
        assertThat(tasks).hasSize(1);
        assertThat(server.sent.size()).isZero();
        tasks.removeFirst().run();
        assertThat(server.receive()).isNotEqualTo(Step.WAITS_FOR_TASK);
        assertThat(server.sent.size()).isPositive();
    }

    @Test
    void engineIsMadeWhenItIsTheHellosTurn() {
        End client = client(clientSettings());
        End server = server();
        Step _ = client.receive();
        byte[] hello = client.takeSent();
        server.flow.turns = 0;
        assertThat(server.receive(Arrays.copyOf(hello, 10))).isEqualTo(Step.WANTS_INPUT);
        assertThat(server.receive(Arrays.copyOfRange(hello, 10, hello.length)))
                .isEqualTo(Step.WAITS_FOR_TURN);
        server.flow.turns = 1;
        assertThat(server.receive()).isEqualTo(Step.WANTS_INPUT);
        exchange(client, server);
        assertThat(server.isEstablished()).isTrue();
    }

    @Test
    void everyRecordMayComeByteByByte() {
        End client = client(clientSettings());
        End server = server();
        Step _ = client.receive();
        byte[] bytes = client.takeSent();
        while (bytes.length > 0) {
            for (byte each : bytes) {
                Step _ = server.receive(each);
            }
            for (byte each : server.takeSent()) {
                Step _ = client.receive(each);
            }
            bytes = client.takeSent();
        }
        assertThat(server.isEstablished()).isTrue();
        assertThat(client.isEstablished()).isTrue();
    }

    /** netty#1134: where there is no room for a record, that is not tried for ever. */
    @Test
    void recordIsGivenInPiecesWhereThereIsLittleRoom() {
        End client = client(clientSettings());
        End server = server();
        shakeHands(client, server);
        byte[] bytes = new byte[40_000];
        new Random(5).nextBytes(bytes);
        server.space = 1_000;
        assertThat(client.say(bytes)).isTrue();
        exchange(client, server);
        assertThat(server.read.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void whatCameBeforeABrokenRecordIsGiven() {
        End client = client(clientSettings());
        End server = server();
        shakeHands(client, server);
        assertThat(client.say("good")).isTrue();
        byte[] good = client.takeSent();
        assertThat(client.say("bad")).isTrue();
        byte[] both = Arrays.copyOf(good, good.length + client.sent.size());
        System.arraycopy(client.takeSent(), 0, both, good.length, both.length - good.length);
        both[both.length - 1] ^= 1;
        assertThat(server.receive(both)).isEqualTo(Step.FAILED);
        assertThat(server.read.toString(UTF_8)).isEqualTo("good");
        assertThat(server.layer.failure()).isNotEmpty().doesNotContain("\n");
        assertThat(server.say("more")).isFalse();
        assertThat(client.receive(server.takeSent())).isEqualTo(Step.FAILED);
        assertThat(client.layer.failure()).isEqualTo("the peer sent alert bad_record_mac");
    }

    /** RFC 8446 section 6.1: the other direction goes on. */
    @Test
    void endOfOneDirectionLeavesTheOther() {
        End client = client(clientSettings());
        End server = server();
        shakeHands(client, server);
        client.layer.finish();
        assertThat(server.receive(client.takeSent())).isEqualTo(Step.ENDED);
        byte[] bytes = new byte[100_000];
        assertThat(server.say(bytes)).isTrue();
        server.layer.finish();
        assertThat(client.receive(server.takeSent())).isEqualTo(Step.ENDED);
        assertThat(client.read.toByteArray()).isEqualTo(bytes);
    }

    /** RFC 5246 section 7.2.1: with TLS 1.2 it does not, and that is said and not kept quiet. */
    @Test
    void endOfOneDirectionOfOldTlsEndsTheOther() throws Exception {
        End client = client(oldClientSettings());
        End server = server();
        shakeHands(client, server);
        assertThat(server.layer.agreement().protocol()).isEqualTo("TLSv1.2");
        client.layer.finish();
        assertThat(server.receive(client.takeSent())).isEqualTo(Step.ENDED);
        assertThat(server.sent.size()).isPositive(); // its own close_notify
        assertThat(server.say("lost")).isFalse();
        assertThat(server.layer.failure()).contains("TLS 1.2");
    }

    @Test
    void endInTheMidstOfTheHandshakeIsAFailure() {
        End client = client(clientSettings());
        End server = server();
        Step _ = client.receive();
        Step _ = server.receive(client.takeSent());
        byte[] closeNotify = {21, 3, 3, 0, 2, 1, 0};
        assertThat(server.receive(closeNotify)).isEqualTo(Step.FAILED);
        assertThat(server.layer.failure()).isNotEmpty();
    }

    @Test
    void whatOpenSslAloneCanDoIsRefused() {
        Settings logging = serverSettings().withKeyLog(Path.of("keys.log"));
        assertThatThrownBy(() -> JdkContext.load(logging, Side.SERVER))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("OpenSSL alone")
                .hasMessageContaining("keys.log");
        Identity stapled =
                serverSettings().identities().getFirst().withOcspResponse(Path.of("ocsp.der"));
        Settings stapling = serverSettings().withIdentities(List.of(stapled));
        assertThatThrownBy(() -> JdkContext.load(stapling, Side.SERVER))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("OpenSSL alone")
                .hasMessageContaining("ocsp.der");
    }

    @Test
    void contextThatCannotDoWhatTheProfileWantsIsRefused() throws Exception {
        Settings modern = oldClientSettings().withProfile(Profile.MODERN);
        assertThatThrownBy(() -> JdkContext.load(modern, Side.CLIENT))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("TLSv1.3");
    }
}
