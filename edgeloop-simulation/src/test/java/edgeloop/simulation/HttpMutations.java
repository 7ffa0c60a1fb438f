package edgeloop.simulation;

import java.util.List;

/** Bugs in HTTP: how requests are told apart, refused, handled, answered and logged. */
final class HttpMutations {
    static final List<Mutant> ALL =
            List.of(
                    new Mutant(
                            "RFC 9110 9.3.2 HEAD is answered with content",
                            "http/AnswerWriter",
                            "if (http.headOnly) {\n            answered(http);\n        } else if (bytes",
                            "if (false) {\n            answered(http);\n        } else if (bytes",
                            1_000),
                    new Mutant(
                            "E54 over budget, pipelined requests are forgotten",
                            "http/HttpConnection",
                            "giveWay(Connection::resume);",
                            "",
                            20_000),
                    new Mutant(
                                    "E54 a client that was congested is not read again",
                                    "http/HttpConnection",
                                    "} else if (!bodyPaused) {\n            connection.resume();\n        }",
                                    "}",
                                    20_000)
                            .rarely(6_001),
                    new Mutant(
                            "RFC 9112 9.6 a refusal does not say that it is the last answer",
                            "http/AnswerWriter",
                            "http.keepAlive = false;\n        if (http.phase == Phase.HEAD) {",
                            "if (http.phase == Phase.HEAD) {",
                            1_000),
                    new Mutant(
                            "E51 a body that nobody wants is taken for the next request",
                            "http/AnswerWriter",
                            "} else if (http.bodyLeft) {",
                            "} else if (false) {",
                            1_000),
                    new Mutant(
                                    "E51 Transfer-Encoding after Content-Length is taken",
                                    "http/syntax/HeadParser",
                                    "if (lengthSeen) {\n                return refuse(400, \"Transfer-Encoding and Content-Length\");\n            }",
                                    "",
                                    20_000)
                            .rarely(3_701),
                    new Mutant(
                                    "E51 the second Content-Length counts",
                                    "http/syntax/HeadParser",
                                    "if (lengthSeen) {\n                return refuse(400, \"two Content-Length headers\");\n            }",
                                    "contentLength = 0;",
                                    20_000)
                            .rarely(3_601),
                    new Mutant(
                                    "E52 a chunk may be longer than its size",
                                    "http/syntax/BodyDecoder",
                                    "if (b != expected) {",
                                    "if (false) {",
                                    50_000)
                            .rarely(6_001),
                    new Mutant(
                                    "E53 a CR alone ends a line",
                                    "http/syntax/FieldLines",
                                    "if (b != '\\n') {\n            return refuse(400, \"a CR in a header\");\n        }\n        at++;\n        state = STARTING;",
                                    "at++;\n        state = STARTING;",
                                    20_000)
                            .rarely(7_001),
                    new Mutant(
                            "E72 a mistake is found at the end of its line",
                            "http/syntax/HeadParser",
                            "int refused = result == Parsing.DONE ? complete() : unfinished(in);",
                            "int refused = result == Parsing.DONE ? complete() : Parsing.MORE;",
                            20_000),
                    new Mutant(
                                    "RFC 9112 7.1 the sum of the chunks has no limit",
                                    "http/syntax/BodyDecoder",
                                    "line.size() > maxBodyBytes - total",
                                    "line.size() > maxBodyBytes",
                                    20_000)
                            .rarely(13_001),
                    new Mutant(
                            "RFC 9112 9.3 HTTP/1.0 is kept alive unasked",
                            "http/syntax/HeadParser",
                            "!closeWanted && (line.minorVersion() > 0 || keepAliveWanted)",
                            "!closeWanted",
                            5_000),
                    new Mutant(
                                    "RFC 9112 8 a stream that fails ends like a whole one",
                                    "http/AnswerWriter",
                                    "failed.abort();",
                                    "failed.end();",
                                    20_000)
                            .rarely(2_801),
                    new Mutant(
                                    "RFC 9110 10.1.1 who does not wait for it gets a 100",
                                    "http/HttpConnection",
                                    "bodyLeft && current.expectsContinue() && ",
                                    "bodyLeft && ",
                                    20_000)
                            .rarely(701),
                    new Mutant(
                            "RFC 9110 10.1.1 a body that is not sent is taken for the next request",
                            "http/AnswerWriter",
                            "http.continueAwaited = false;\n            http.keepAlive = false;",
                            "http.continueAwaited = false;",
                            20_000),
                    new Mutant(
                            "RFC 9112 9.8 an answer does not renew the keep-alive timeout",
                            "http/HttpConnection",
                            "phase = Phase.HEAD;\n        idleSinceNanos = loop.reactor.nanoTime();",
                            "phase = Phase.HEAD;",
                            20_000),
                    new Mutant(
                                    "RFC 9110 15.6.4 the answer that comes after 503 goes out as well",
                                    "http/HttpDeadlines",
                                    "loop.answers.answer(http, HttpLoop.OVERDUE);\n        http.abandon();",
                                    "loop.answers.answer(http, HttpLoop.OVERDUE);",
                                    200_000)
                            .rarely(9_001),
                    new Mutant(
                                    "E60 a body that was paused at its end does not end",
                                    "http/BodyIntake",
                                    "if (!http.inRead && decoder(http).isComplete()) {",
                                    "if (false) {",
                                    20_000)
                            .rarely(3_901),
                    new Mutant(
                            "E62 an answer that nobody waits for is not cancelled",
                            "http/HttpConnection",
                            "tell(awaited::cancel, \"An answer could not be cancelled\");",
                            "",
                            5_000),
                    new Mutant(
                                    "E60 a receiver is not told of the end",
                                    "http/HttpConnection",
                                    "tell(receiving::onAbort, \"A receiver failed when told that no more of its body comes\");",
                                    "",
                                    20_000)
                            .rarely(3_701),
                    new Mutant(
                                    "E70 a shutdown cuts off an answer that is under way",
                                    "http/HttpConnection",
                                    "boolean underWay = phase == Phase.ANSWERING || (phase == Phase.BODY && receiver != null);",
                                    "boolean underWay = false;",
                                    20_000)
                            .rarely(501),
                    new Mutant(
                            "E66 a refusal is not logged",
                            "http/AnswerWriter",
                            "countAnswer(http, refusal);\n        http.phase",
                            "http.phase",
                            1_000),
                    new Mutant(
                            "RFC 9110 9.3.2 the content that HEAD has not is logged",
                            "http/AnswerWriter",
                            "http.headOnly ? 0 : bytes",
                            "bytes",
                            5_000),
                    new Mutant(
                                    "E62 nobody resumes what a receiver has paused that fails",
                                    "http/BodyIntake",
                                    "            http.bodyPaused = false;\n            http.connection.resume();\n"
                                            + "        }\n    }\n\n    void pause",
                                    "            http.bodyPaused = false;\n        }\n    }\n\n    void pause",
                                    20_000)
                            .rarely(7_001),
                    new Mutant(
                                    "E62 the end that came with the last request is not read",
                                    "engine/SocketEngine",
                                    "        if (isEndAhead(stream)) {\n            return false;\n        }\n",
                                    "",
                                    20_000)
                            .rarely(501));

    private HttpMutations() {}
}
