package edgeloop.tls.openssl;

import edgeloop.TlsException;
import edgeloop.layer.LayerSource.Side;
import edgeloop.tls.ClientAuthentication;
import edgeloop.tls.Profile;
import edgeloop.tls.config.Settings;
import edgeloop.tls.config.TlsFile;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** Makes an SSL_CTX as the settings want it, whatever OpenSSL's own configuration says. */
final class ContextMaker {
    // Commands of SSL_CTX_ctrl(3), openssl/ssl.h.
    static final int ADD_CHAIN = 89; // and counts one use of it
    private static final int SET_MODE = 33;
    private static final int SET_SESSION_CACHE_MODE = 44;
    private static final int SET_SERVERNAME_ARG = 54;
    private static final int SET_STATUS_ARG = 64;
    private static final int SET_GROUPS_LIST = 92;
    private static final int SET_DH_AUTO = 118;
    private static final int SET_MIN_VERSION = 123;
    private static final int SET_MAX_VERSION = 124;

    // Of SSL_CTX_callback_ctrl(3).
    private static final int SET_SERVERNAME_CALLBACK = 53;
    private static final int SET_STATUS_CALLBACK = 63;

    private static final int TLS_1_2 = 0x303;
    private static final int TLS_1_3 = 0x304;

    /** SSL_CTX_set_mode(3): a buffer that is empty is given back. */
    private static final int MODE_RELEASE_BUFFERS = 16;

    private static final int SESSION_CACHE_OFF = 0;

    // SSL_CTX_set_options(3).
    private static final long OP_NO_TICKET = 1 << 14;
    private static final long OP_NO_COMPRESSION = 1 << 17;
    private static final long OP_NO_RENEGOTIATION = 1 << 30;

    // SSL_CTX_set_verify(3).
    private static final int VERIFY_NONE = 0;
    private static final int VERIFY_PEER = 1;
    private static final int VERIFY_FAIL_IF_NO_PEER_CERT = 2;

    // Mozilla, Server Side TLS 5.7: wiki.mozilla.org/Security/Server_Side_TLS.
    private static final String SUITES_1_3 =
            "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
    private static final String SUITES_1_2 =
            "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
                    + ":ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
                    + ":ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
                    + ":DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384"
                    + ":DHE-RSA-CHACHA20-POLY1305";
    private static final String GROUPS = "X25519:P-256:P-384";

    /** From OpenSSL 3.5 on. */
    private static final String GROUPS_WITH_ML_KEM = "X25519MLKEM768:" + GROUPS;

    private final Settings settings;
    private final Side side;
    private final long ownerId;

    /**
     * What a callback reads of each SSL_CTX, whose connections may live longer than the
     * certificates that it was made with: the length as an int, and the list.
     */
    private final MemorySegment protocolList;

    /**
     * @param ownerId the number of the OpenSslContext, which callbacks are given
     */
    ContextMaker(Settings settings, Side side, long ownerId) {
        this.settings = settings;
        this.side = side;
        this.ownerId = ownerId;
        byte[] list = protocols();
        this.protocolList = Arena.ofAuto().allocate(Integer.BYTES + list.length, Integer.BYTES);
        protocolList.set(ValueLayout.JAVA_INT, 0, list.length);
        MemorySegment.copy(
                list, 0, protocolList, ValueLayout.JAVA_BYTE, Integer.BYTES, list.length);
    }

    static long control(long context, int command, long number, long pointer) {
        return Native.call("SSL_CTX_ctrl", context, command, number, pointer);
    }

    /**
     * Makes one without a certificate.
     *
     * @param certificatesId the number of the certificates, which callbacks are given
     * @param index which of those it is
     */
    long make(long certificatesId, int index) {
        long context = create();
        try {
            prepare(context);
            if (side == Side.SERVER) {
                prepareServer(context, certificatesId, index);
            } else {
                prepareClient(context);
            }
            return context;
        } catch (RuntimeException e) {
            long _ = Native.call("SSL_CTX_free", context);
            throw e;
        }
    }

    private long create() {
        String method = side == Side.SERVER ? "TLS_server_method" : "TLS_client_method";
        long context = Native.call("SSL_CTX_new", Native.call(method));
        if (context == 0) {
            throw refused("SSL_CTX_new");
        }
        return context;
    }

    /**
     * Makes one of nothing that is in a file, and frees it.
     *
     * @throws TlsException if OpenSSL refuses that
     */
    void probe() {
        long context = create();
        try {
            prepare(context);
        } finally {
            long _ = Native.call("SSL_CTX_free", context);
        }
    }

    /** Names OPENSSL_CONF, as a configuration is what keeps a whole OpenSSL from this. */
    private static TlsException refused(String what) {
        String reason = OpenSsl.takeError("no reason given");
        String configuration = System.getenv("OPENSSL_CONF");
        String where =
                configuration == null
                        ? "see its configuration, openssl version -d tells where that is"
                        : "see its configuration, OPENSSL_CONF=" + configuration;
        return new TlsException("OpenSSL refuses " + what + " (" + reason + "): " + where, null);
    }

    private static void check(long result, String what) {
        if ((int) result != 1) {
            throw refused(what);
        }
    }

    private void prepare(long context) {
        boolean modern = settings.profile() == Profile.MODERN;
        check(
                control(context, SET_MIN_VERSION, modern ? TLS_1_3 : TLS_1_2, 0),
                modern ? "TLS 1.3" : "TLS 1.2");
        check(control(context, SET_MAX_VERSION, TLS_1_3, 0), "TLS 1.3");
        checkText(context, "SSL_CTX_set_ciphersuites", SUITES_1_3, "the cipher suites of TLS 1.3");
        if (!modern) {
            checkText(context, "SSL_CTX_set_cipher_list", SUITES_1_2, "those of TLS 1.2");
        }
        setGroups(context);
        long options = OP_NO_COMPRESSION | OP_NO_RENEGOTIATION;
        options |= settings.resumed() ? 0 : OP_NO_TICKET;
        long _ = Native.call("SSL_CTX_set_options", context, options);
        long _ = control(context, SET_MODE, MODE_RELEASE_BUFFERS, 0);
        long _ = control(context, SET_SESSION_CACHE_MODE, SESSION_CACHE_OFF, 0);
        long _ = Native.call("SSL_CTX_set_ex_data", context, 0, ownerId);
        if (settings.keyLog() != null) {
            long _ = Native.call("SSL_CTX_set_keylog_callback", context, Callbacks.KEY_LOG);
        }
    }

    private static void checkText(long context, String function, String value, String what) {
        try (Arena arena = Arena.ofConfined()) {
            check(Native.call(function, context, arena.allocateFrom(value).address()), what);
        }
    }

    private static void setGroups(long context) {
        try (Arena arena = Arena.ofConfined()) {
            long all = arena.allocateFrom(GROUPS_WITH_ML_KEM).address();
            if ((int) control(context, SET_GROUPS_LIST, 0, all) == 1) {
                return;
            }
            String _ = OpenSsl.takeError("");
            long old = arena.allocateFrom(GROUPS).address();
            check(control(context, SET_GROUPS_LIST, 0, old), "the groups " + GROUPS);
        }
    }

    // ---- Servers ------------------------------------------------------------------------------

    private void prepareServer(long context, long certificatesId, int index) {
        check(control(context, SET_DH_AUTO, 1, 0), "Diffie-Hellman's parameters");
        long tickets = settings.resumed() ? 1 : 0;
        long _ = Native.call("SSL_CTX_set_num_tickets", context, tickets);
        if (settings.resumed()) {
            long _ =
                    Native.call(
                            "SSL_CTX_set_tlsext_ticket_key_evp_cb", context, Callbacks.TICKET_KEY);
            long _ = Native.call("SSL_CTX_set_timeout", context, TicketKeys.LIFETIME.toSeconds());
        }
        long _ =
                Native.call(
                        "SSL_CTX_callback_ctrl",
                        context,
                        SET_SERVERNAME_CALLBACK,
                        Callbacks.SERVER_NAME);
        long _ = control(context, SET_SERVERNAME_ARG, 0, certificatesId);
        long _ =
                Native.call(
                        "SSL_CTX_callback_ctrl", context, SET_STATUS_CALLBACK, Callbacks.STATUS);
        long _ = control(context, SET_STATUS_ARG, 0, certificatesId);
        if (!settings.applicationProtocols().isEmpty()) {
            long list = protocolList.address();
            long _ = Native.call("SSL_CTX_set_alpn_select_cb", context, Callbacks.PROTOCOL, list);
        }
        MessageDigest sessions = sha256();
        sessions.update(("edgeloop-" + index + '\n').getBytes(StandardCharsets.UTF_8));
        askForCertificates(context, sessions);
        nameSessions(context, sessions.digest());
    }

    /**
     * A session of one certificate's is not for another's, nor one whose client was verified by
     * issuers that have been replaced since: none is verified again when it is resumed.
     */
    private static void nameSessions(long context, byte[] digest) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocateFrom(ValueLayout.JAVA_BYTE, digest);
            check(
                    Native.call(
                            "SSL_CTX_set_session_id_context", context, id.address(), id.byteSize()),
                    "a session's context");
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // each Java has it
        }
    }

    /** As RFC 7301 section 3.1 has them: each with a byte of its length before it. */
    private byte[] protocols() {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (String each : settings.applicationProtocols()) {
            byte[] name = each.getBytes(StandardCharsets.UTF_8);
            list.write(name.length);
            list.writeBytes(name);
        }
        return list.toByteArray();
    }

    /**
     * @param sessions takes in by whom clients are verified: the very bytes that are
     */
    private void askForCertificates(long context, MessageDigest sessions) {
        Path trust = settings.trust();
        if (settings.clientAuthentication() == ClientAuthentication.NONE || trust == null) {
            return;
        }
        boolean demanded = settings.clientAuthentication() == ClientAuthentication.DEMAND;
        int mode = VERIFY_PEER | (demanded ? VERIFY_FAIL_IF_NO_PEER_CERT : 0);
        long _ = Native.call("SSL_CTX_set_verify", context, mode, 0);
        byte[] content = TlsFile.read(trust);
        sessions.update(content);
        List<Long> issuers = Credentials.certificates(trust, content);
        for (long each : issuers) {
            long _ = Native.call("SSL_CTX_add_client_CA", context, each); // its name, copied
        }
        trust(context, trust, issuers);
    }

    /** Takes the certificates of a file, and frees them. */
    private static void trust(long context, Path file, List<Long> issuers) {
        long store = Native.call("SSL_CTX_get_cert_store", context);
        boolean taken = true;
        for (long each : issuers) {
            taken &= (int) Native.call("X509_STORE_add_cert", store, each) == 1;
            long _ = Native.call("X509_free", each);
        }
        if (!taken) {
            throw TlsFile.unusable(file, OpenSsl.takeError("refused"), null);
        }
    }

    // ---- Clients ------------------------------------------------------------------------------

    private void prepareClient(long context) {
        int mode = settings.verified() ? VERIFY_PEER : VERIFY_NONE;
        long _ = Native.call("SSL_CTX_set_verify", context, mode, 0);
        Path trust = settings.trust();
        if (trust != null) {
            trust(context, trust, Credentials.certificates(trust, TlsFile.read(trust)));
        } else if (settings.verified()) {
            long _ = Native.call("SSL_CTX_set_default_verify_paths", context);
        }
        if (!settings.applicationProtocols().isEmpty()) {
            try (Arena arena = Arena.ofConfined()) {
                byte[] list = protocols();
                MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, list);
                // 0 is success here, against all others: SSL_CTX_set_alpn_protos(3).
                long result =
                        Native.call(
                                "SSL_CTX_set_alpn_protos", context, memory.address(), list.length);
                check(result == 0 ? 1 : 0, "the application protocols");
            }
        }
    }
}
