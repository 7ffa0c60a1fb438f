package edgeloop.simulation;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What HTTP, and docs/HTTP.md, allow as an answer to a request: a plain model, which knows what the
 * peer has sent and what the handler did.
 */
final class WebRules {
    private final WebScenario scenario;
    private final WebPeer peer;
    private @Nullable WebRequest request;
    private @Nullable AnswerHead head;

    /** The bytes of the answer's content so far. */
    private int read;

    /** Whether the content is the handler's, and known. */
    private boolean known;

    WebRules(WebScenario scenario, WebPeer peer) {
        this.scenario = scenario;
        this.peer = peer;
    }

    int peerIndex() {
        return peer.index;
    }

    private WebRequest request() {
        return Objects.requireNonNull(request);
    }

    private AnswerHead head() {
        return Objects.requireNonNull(head);
    }

    private SimulationFailure violation(String what) {
        return scenario.kernel.violation(
                "peer %d, answer to %s: %s: %s", peer.index, request(), what, head());
    }

    // ---- Heads --------------------------------------------------------------------------------

    /** RFC 9110 section 10.1.1. */
    void judgeContinue(WebRequest current, AnswerHead answer) {
        request = current;
        head = answer;
        if (!current.expects || !current.wanted) {
            throw violation("100 where nobody has asked for it");
        }
        if (current.continued) {
            throw violation("a second 100");
        }
        current.continued = true;
        peer.wake();
    }

    void judgeHead(WebRequest current, AnswerHead answer) {
        request = current;
        head = answer;
        read = 0;
        known = false;
        current.answeredStatus = answer.status;
        if (answer.field("date") == null) {
            throw violation("no Date");
        }
        if (!scenario.hasSeen(peer, current) && answer.status != 408) {
            throw violation("an answer to what has not come");
        }
        if (current.mustContinue && !current.continued) {
            throw violation("no 100 before it");
        }
        judgeStatus(current, answer);
        judgeConnection(current, answer);
    }

    private void judgeStatus(WebRequest current, AnswerHead answer) {
        int status = answer.status;
        if (status == 408) {
            return; // the log has judged it
        }
        if (current.kind == WebRequest.Kind.REFUSED) {
            if (status != current.refusal) {
                throw violation("not refused with " + current.refusal);
            }
            return;
        }
        if (isRefusalOfBody(current, status)) {
            if (peer.sent() <= current.start + current.refusedAt) {
                throw violation("refused before the mistake");
            }
            return;
        }
        switch (current.kind) {
            case SERVER -> expect(status == 204 && answer.has("allow"), "OPTIONS *");
            case MISDIRECTED -> expect(status == 421, "a target with https");
            case FILE -> scenario.fileRules.judgeHead(this, current, answer);
            default -> judgeHandlers(current, answer);
        }
    }

    /** Whether it is the refusal of a body that the handler wanted. */
    private static boolean isRefusalOfBody(WebRequest current, int status) {
        boolean wanted = current.wanted && !current.bodyEnded && current.refusal != 0;
        return wanted && (status == current.refusal || (current.mayBeTooLong && status == 413));
    }

    void expect(boolean holds, String what) {
        if (!holds) {
            throw violation("wrong for " + what);
        }
    }

    private void judgeHandlers(WebRequest current, AnswerHead answer) {
        int status = answer.status;
        if (current.handledTurn < 0) {
            throw violation("nobody has handled it");
        }
        // The peer may have it before the log, which judges the time.
        boolean toBeJudged = mayBeOverdue(current, scenario) && current.loggedStatus == 0;
        if (status == 503 && (current.overdue || toBeJudged)) {
            return;
        }
        boolean streamFailed = current.stream != null && current.stream.failed;
        if ((current.failed || streamFailed) && status == 500) {
            return;
        }
        WebRequest.Given given = current.given;
        if (given == null || status != given.status()) {
            throw violation("the handler has given " + given);
        }
        expect(current.label.equals(answer.field("x-number")), "its X-Number");
        if (given.length() < 0) {
            expect(answer.contentLength() == -1, "a stream");
            expect(answer.isChunked() == (current.minor == 1), "a stream to 1." + current.minor);
        } else if (status == 204) {
            expect(answer.contentLength() == -1, "204");
        } else {
            expect(answer.contentLength() == given.length(), given.length() + " bytes");
        }
        known = true;
    }

    /** RFC 9112 section 9.3. */
    private void judgeConnection(WebRequest current, AnswerHead answer) {
        boolean closes = answer.closes();
        if (!closes && mustClose(current, scenario)) {
            throw violation("it keeps the connection");
        }
        if (closes && !mayClose(current, scenario)) {
            throw violation("it closes the connection");
        }
        if (!closes && current.minor == 0 && !"keep-alive".equals(answer.field("connection"))) {
            throw violation("it does not say that it keeps the connection");
        }
    }

    private static boolean mustClose(WebRequest current, WebScenario scenario) {
        boolean tooLong =
                !current.chunked && current.bodyLength > scenario.settings.http.maxBodyBytes();
        boolean streamed = current.given != null && current.given.length() < 0;
        boolean refused =
                current.refusal != 0
                        && current.kind != WebRequest.Kind.REFUSED
                        && isRefusalOfBody(current, current.answeredStatus);
        return !current.keepsAlive
                || tooLong
                || refused
                || (current.awaitsContinue && !current.wanted)
                || current.answeredStatus == 408
                || (current.overdue && current.answeredStatus == 503)
                || (streamed && current.minor == 0 && current.answeredStatus != 500);
    }

    /** Whether the connection may be closed behind the answer to this. */
    static boolean mayClose(WebRequest current, WebScenario scenario) {
        boolean body = current.chunked || current.bodyLength > 0;
        boolean stream = current.stream != null && current.minor == 0;
        return mustClose(current, scenario)
                || stream
                || (current.expects && body)
                || current.overdue
                || (mayBeOverdue(current, scenario) && current.answeredStatus == 503)
                || current.loggedStatus == 408
                || (current.mayBeListed() && current.loggedStatus == 503)
                || scenario.isShuttingDown();
    }

    private static boolean mayBeOverdue(WebRequest current, WebScenario scenario) {
        return current.mayBeOverdue(scenario.settings.http.answerTimeout().toNanos());
    }

    // ---- Content ------------------------------------------------------------------------------

    void content(byte[] bytes, int at, int n) {
        WebRequest current = request();
        if (known && !Pattern.matches(bytes, at, n, current.answerStream(), read)) {
            throw violation("wrong bytes from " + read + " on");
        }
        if (current.kind == WebRequest.Kind.FILE) {
            scenario.fileRules.content(this, bytes, at, n, read);
        }
        read += n;
        if (known && current.stream != null && read > current.stream.written) {
            throw violation(read + " bytes, of which " + current.stream.written + " were written");
        }
    }

    void trailers(String text) {
        WebRequest current = request();
        StringBuilder expected = new StringBuilder();
        for (Map.Entry<String, String> field : current.answerTrailers.entrySet()) {
            expected.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
        }
        if (!text.contentEquals(expected)) {
            throw violation("its trailers are " + text);
        }
    }

    /** The answer has come to its end. */
    void judgeWhole() {
        WebRequest current = request();
        boolean content = !current.isHead() && head().status != 204 && head().status != 304;
        WebStream stream = current.stream;
        if (known && stream != null && content && (!stream.ended || read != stream.written)) {
            throw violation("the end after " + read + " bytes of " + stream.written);
        }
        if (current.kind == WebRequest.Kind.FILE) {
            scenario.fileRules.judgeWhole(this, current);
        }
        current.answeredBytes = read;
        current.answered = true;
        checkLogged(scenario.kernel, current);
    }

    /** The access log says what the peer has got, whoever of them comes first. */
    static void checkLogged(SimulatedKernel kernel, WebRequest current) {
        if (current.loggedStatus == 0 || !current.answered) {
            return;
        }
        boolean streamed = current.loggedBytes < 0 && current.stream != null;
        boolean same = current.loggedStatus == current.answeredStatus;
        if (!same || (current.loggedBytes != current.answeredBytes && !streamed)) {
            throw kernel.violation(
                    "%s is logged with %d and %d bytes, and was answered with %d and %d",
                    current,
                    current.loggedStatus,
                    current.loggedBytes,
                    current.answeredStatus,
                    current.answeredBytes);
        }
    }
}
