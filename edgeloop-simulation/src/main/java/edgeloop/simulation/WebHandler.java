package edgeloop.simulation;

import edgeloop.Connection;
import edgeloop.ConnectionRef;
import edgeloop.IoBuffer;
import edgeloop.SyscallException;
import edgeloop.http.BodyReceiver;
import edgeloop.http.HttpHandler;
import edgeloop.http.Request;
import edgeloop.http.RequestBody;
import edgeloop.http.Response;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of a {@link WebScenario} as each of them plans, and holds what it is given
 * against what was sent.
 */
final class WebHandler implements HttpHandler {
    private static final String TYPE = "application/octet-stream";

    private final WebScenario scenario;
    private final HttpHandler files;

    WebHandler(WebScenario scenario, HttpHandler files) {
        this.scenario = scenario;
        this.files = files;
    }

    private SimulationFailure violation(WebRequest request, String what) {
        return scenario.kernel.violation("%s: %s", request, what);
    }

    @Override
    public Response handle(Request seen) throws Exception {
        WebConnection connection = scenario.connection(seen.connection());
        WebRequest request = connection.nextHandled();
        check(seen, request);
        note(request, "is handled");
        if (request.kind == WebRequest.Kind.FILE) {
            return handleFile(seen, request);
        }
        if (request.intake == WebRequest.Intake.IGNORE) {
            return answer(request);
        }
        connection.wantsBody(request);
        return request.intake == WebRequest.Intake.RECEIVE
                ? seen.receive(new Receiver(request, seen.connection()))
                : seen.collect(body -> collected(request, body));
    }

    /** What is shown to the handler is what the peer has sent. */
    private void check(Request seen, WebRequest request) {
        String wrong =
                !seen.method().name().equals(request.method)
                        ? "its method is " + seen.method()
                        : !seen.target().equals(request.target)
                                ? "its target is " + seen.target()
                                : seen.minorVersion() != request.minor
                                        ? "its version is 1." + seen.minorVersion()
                                        : seen.headerCount() != request.fieldCount
                                                ? seen.headerCount() + " fields"
                                                : checkFields(seen, request);
        if (wrong != null) {
            throw violation(request, wrong);
        }
    }

    private static @Nullable String checkFields(Request seen, WebRequest request) {
        String label = seen.header("x-number");
        if (!request.label.equals(label)) {
            return "its label is " + label;
        }
        boolean body = request.chunked || request.bodyLength > 0;
        if (seen.hasBody() != body) {
            return "whether it has a body: " + seen.hasBody();
        }
        return null;
    }

    private Response handleFile(Request seen, WebRequest request) throws Exception {
        long _ = scenario.kernel.takeFileErrors();
        request.handledNanos = scenario.kernel.elapsedNanos();
        if (request.mayBeListed() && scenario.settings.listing) {
            request.dueTurn = scenario.kernel.turnNanos(); // it takes a while
        }
        try {
            return files.handle(seen);
        } catch (SyscallException | OutOfMemoryError e) {
            boolean refused = scenario.kernel.faults().struck(Fault.MEMORY_REFUSED) > 0;
            request.lacksMemory = e instanceof OutOfMemoryError && refused;
            scenario.books.handlerFails();
            throw e;
        } finally {
            request.fileErrors = scenario.kernel.takeFileErrors();
            request.handledUntilNanos = scenario.kernel.elapsedNanos();
        }
    }

    // ---- Answers ------------------------------------------------------------------------------

    private Response answer(WebRequest request) {
        return switch (request.answer) {
            case THROW -> throw fail(request);
            case NULL -> {
                RuntimeException _ = fail(request);
                yield nothing();
            }
            case LATER -> later(request);
            default -> now(request);
        };
    }

    /** What no handler may answer with. */
    @SuppressWarnings("NullAway") // that is to be noticed
    private static Response nothing() {
        return null;
    }

    private RuntimeException fail(WebRequest request) {
        note(request, "fails");
        request.failed = true;
        scenario.books.handlerFails();
        return new Handlers.Thrown();
    }

    private Response now(WebRequest request) {
        return switch (request.answer) {
            case EMPTY -> {
                request.given = new WebRequest.Given(request.status, 0);
                yield label(request, Response.empty(request.status));
            }
            case STREAM -> {
                request.given = new WebRequest.Given(request.status, -1);
                WebStream stream = new WebStream(scenario, request);
                request.stream = stream;
                yield label(request, Response.stream(request.status, TYPE, stream));
            }
            default -> {
                request.given = new WebRequest.Given(request.status, request.length);
                byte[] content = Pattern.copy(request.answerStream(), 0, request.length);
                yield label(request, Response.bytes(request.status, TYPE, content));
            }
        };
    }

    private static Response label(WebRequest request, Response response) {
        return response.withHeader("X-Number", request.label);
    }

    private Response later(WebRequest request) {
        CompletableFuture<Response> future = new CompletableFuture<>();
        request.future = future;
        request.dueTurn = scenario.kernel.turnNanos();
        int draw = request.choices.below(16);
        long limit = scenario.settings.http.answerTimeout().toNanos();
        if (draw == 0) {
            complete(request, future); // before the library has seen it
        } else if (request.answersNever && limit > 0 && draw < 9) {
            // At about the time at which the client gets 503.
            long delay = limit + request.choices.magnitude(0, (int) (limit / 8_000)) * 1_000L;
            scenario.later(delay, () -> complete(request, future));
        } else if (request.answersNever) {
            scenario.whenCalm(() -> complete(request, future));
        } else {
            long scale = request.choices.below(4) == 0 ? 128 : 1; // up to 8 s
            scenario.later(
                    scale * request.choices.magnitude(1, 1 << 26), () -> complete(request, future));
        }
        return Response.later(future);
    }

    /** Some thread has the answer. */
    private void complete(WebRequest request, CompletableFuture<Response> future) {
        if (future.isDone()) {
            return; // cancelled
        }
        note(request, "has its answer");
        request.completedTurn = scenario.kernel.turnNanos();
        switch (request.choices.below(8)) {
            case 0 -> {
                request.failed = true;
                request.failedLate = true;
                boolean _ = future.completeExceptionally(new Handlers.Thrown());
            }
            case 1 -> {
                request.answer = WebRequest.Answer.STREAM;
                boolean _ = future.complete(now(request));
            }
            default -> {
                boolean _ = future.complete(now(request));
            }
        }
    }

    // ---- Bodies -------------------------------------------------------------------------------

    private Response collected(WebRequest request, byte[] body) {
        if (!Pattern.matches(body, body.length, request.bodyStream(), 0)) {
            throw violation(request, "its body is another one");
        }
        request.received = body.length;
        return ended(request);
    }

    private Response ended(WebRequest request) {
        note(request, "has its body");
        if (request.refusal != 0) {
            throw violation(request, "a body that is to be refused is whole");
        }
        if (request.bodyEnded || request.received != Math.max(0, request.bodyLength)) {
            throw violation(request, request.received + " bytes of a body are its end");
        }
        request.bodyEnded = true;
        return answer(request);
    }

    private final class Receiver implements BodyReceiver {
        private final WebRequest request;
        private final Connection connection;
        private boolean paused;

        private Receiver(WebRequest request, Connection connection) {
            this.request = request;
            this.connection = connection;
        }

        @Override
        public void onData(RequestBody body, IoBuffer data) {
            int n = data.remaining();
            byte[] bytes = data.readBytes(n);
            if (n == 0 || paused || request.bodyEnded || request.bodyAborted) {
                throw violation(request, "a piece of its body comes out of turn");
            }
            if (!Pattern.matches(bytes, n, request.bodyStream(), request.received)) {
                throw violation(request, "wrong bytes in its body from " + request.received);
            }
            request.received += n;
            note(request, "gets a piece of its body");
            if (request.receiverFailsAt >= 0 && request.received >= request.receiverFailsAt) {
                request.bodyAborted = true;
                if (request.choices.below(2) == 0) {
                    body.pause(); // which nobody will take back
                }
                throw fail(request);
            }
            if (request.receiverPauses && request.choices.below(2) == 0) {
                pause(body);
            }
        }

        private void pause(RequestBody body) {
            body.pause();
            if (request.choices.below(8) == 0) {
                body.resume();
                return;
            }
            paused = true;
            request.dueTurn = scenario.kernel.turnNanos();
            if (request.answersNever) {
                ConnectionRef ref = connection.ref();
                scenario.whenCalm(() -> scenario.tell(ref, () -> resume(body)));
                return;
            }
            var _ =
                    connection.schedule(
                            Duration.ofNanos(request.choices.magnitude(0, 1 << 26)),
                            () -> resume(body));
        }

        private void resume(RequestBody body) {
            paused = false;
            request.dueTurn = -1;
            body.resume();
        }

        @Override
        public Response onEnd(RequestBody body) {
            Map<String, String> trailers = body.trailers();
            if (!trailers.equals(request.trailers)) {
                throw violation(request, "its trailers are " + trailers);
            }
            return ended(request);
        }

        @Override
        public void onAbort() {
            note(request, "hears that no more of its body comes");
            if (request.bodyEnded || request.bodyAborted) {
                throw violation(request, "its receiver is told twice of an end");
            }
            request.bodyAborted = true;
        }
    }

    private void note(WebRequest request, String what) {
        if (scenario.kernel.isTraced()) {
            scenario.kernel.note("    %s %s", request, what);
        }
    }
}
