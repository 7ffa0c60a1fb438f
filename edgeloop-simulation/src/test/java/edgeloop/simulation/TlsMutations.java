package edgeloop.simulation;

import static edgeloop.simulation.Mutant.withTls;

import java.util.List;

/** Bugs of TLS on connections: those that others shipped, and traps of OpenSSL's. */
final class TlsMutations {
    static final List<Mutant> ALL =
            List.of(
                    withTls(
                            "E49 an error that stays in OpenSSL's queue is another connection's",
                            "tls/openssl/OpenSslLayer",
                            "failed(OpenSsl.takeError(\"the peer broke the protocol\"))",
                            "failed(\"the peer broke the protocol\")",
                            3_000),
                    withTls(
                            "E50 what OpenSSL has decoded and the handler had no room for stays there",
                            "tls/openssl/OpenSslLayer",
                            "        Step step = Step.GOES_ON;",
                            "        Step step = Step.WANTS_INPUT;",
                            20_000),
                    withTls(
                            "an alert stays in the BIO that all share, and goes to another peer",
                            "tls/openssl/OpenSslLayer",
                            "        failure = why;\n        layers.drain();",
                            "        failure = why;",
                            3_000),
                    withTls(
                            "what a handshake has to say waits for the next one",
                            "tls/openssl/OpenSslLayer",
                            "WANT_READ) {\n            layers.drain();",
                            "WANT_READ) {",
                            1_000),
                    withTls(
                            "the end is said and not sent",
                            "tls/openssl/OpenSslLayer",
                            "shutDown(ssl);\n            layers.drain();",
                            "shutDown(ssl);",
                            1_000),
                    withTls(
                            "the input that all share is pointed at once",
                            "tls/openssl/OpenSslLayer",
                            "    final Step read(Flow flow) {\n        layers.point(flow);",
                            "    final Step read(Flow flow) {",
                            1_000),
                    withTls(
                            "all input passes for taken",
                            "tls/openssl/OpenSslLayers",
                            "flow.inputEnd - OpenSsl.pending(input)",
                            "flow.inputEnd",
                            3_000),
                    withTls(
                            "output is sent twice",
                            "tls/openssl/OpenSslLayers",
                            "            sink.put(outputMemory, 0, (int) length);\n"
                                    + "            emptyOutput();",
                            "            sink.put(outputMemory, 0, (int) length);",
                            1_000),
                    withTls(
                            "the hello that came in pieces begins with the last",
                            "tls/hello/ClientHello",
                            "        MemorySegment.copy(kept, 0, target, JAVA_BYTE, 0, length);\n",
                            "",
                            3_000),
                    withTls(
                            "a FIN passes for the end that was said",
                            "Layering",
                            "            reactor.closer.truncated(connection);",
                            "            reactor.inbound.endInput(connection, input, 0);",
                            1_000),
                    withTls(
                            "the FIN goes out without close_notify",
                            "Layering",
                            "            layer.finish();\n",
                            "",
                            1_000),
                    withTls(
                            "what came behind the handshake is not looked at",
                            "Layering",
                            "case ESTABLISHED -> established(connection, layer);",
                            "case ESTABLISHED -> { established(connection, layer); return false; }",
                            3_000),
                    withTls(
                            "what is kept while its handler pauses is not shown",
                            "Layering",
                            "            showAgain(connection);\n            takeKept(connection);",
                            "            showAgain(connection);",
                            3_000),
                    withTls(
                            "who has gone still waits for its turn",
                            "Layering",
                            "            boolean _ = waiting.remove(connection);",
                            "",
                            3_000),
                    withTls(
                            "a handshake whose turn has come goes on waiting",
                            "Layering",
                            "        connection.clear(Connection.LAYER_WAITS);\n",
                            "",
                            1_000),
                    withTls(
                            "what has come while a handshake waited is not read",
                            "Layering",
                            "            reactor.inbound.resume(connection); // what",
                            "            // what",
                            3_000),
                    withTls(
                            "what waits to be encoded waits for ever",
                            "Outbound",
                            "LAYERED) && reactor.layering().encoding.goesOn(connection)) {",
                            "LAYERED) && false) {",
                            1_000));

    private TlsMutations() {}
}
