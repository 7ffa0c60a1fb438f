package edgeloop.cli.load;

import edgeloop.cli.load.protocol.Exchange;
import edgeloop.cli.load.protocol.Expectation;
import edgeloop.cli.load.protocol.HttpAnswer;
import edgeloop.cli.load.protocol.HttpRequest;
import edgeloop.cli.load.protocol.Payload;
import edgeloop.cli.load.protocol.StatusSet;
import edgeloop.cli.load.protocol.Target;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What each request sends and what its answer is to be: bytes of any protocol, or HTTP where the
 * target is a URL.
 */
final class RequestOptions {
    @Option(
            names = "--size",
            paramLabel = "BYTES",
            converter = CountConverter.Size.class,
            description = "Send so many bytes of noise per request (default: 64).")
    private @Nullable Integer size;

    @Option(
            names = "--payload",
            paramLabel = "TEXT",
            description =
                    "Send TEXT, in which \\r \\n \\t \\0 \\xHH stand for bytes, or the content of"
                            + " @FILE, or hex:DIGITS.")
    private @Nullable String payload;

    @Option(
            names = "--expect",
            paramLabel = "ANSWER",
            description =
                    "What each answer is: echo (default), length:N, until:TEXT, pattern:REGEX,"
                            + " hex:DIGITS, or the exact text, perhaps behind exact:.")
    private @Nullable String expect;

    @Option(
            names = {"-X", "--method"},
            paramLabel = "METHOD",
            description = "HTTP: the method (default: GET; POST with --body).")
    private @Nullable String method;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "FIELD",
            description = "HTTP: also send this field, 'Name: value'. May be repeated.")
    private List<String> headers = List.of();

    @Option(
            names = "--body",
            paramLabel = "TEXT",
            description = "HTTP: send this body, written like --payload.")
    private @Nullable String body;

    @Option(
            names = "--expect-status",
            paramLabel = "STATUS",
            description =
                    "HTTP: statuses that are no error, such as 200, 2xx or 200,404"
                            + " (default: 2xx,3xx).")
    private @Nullable String expectStatus;

    /**
     * Puts together what is sent and expected.
     *
     * @param closes whether each connection serves one request, which an HTTP server is told
     * @throws IllegalArgumentException if an option is wrong; the message names it
     */
    Exchange exchange(Target target, boolean closes) {
        return target.path() == null ? bytes() : http(target, target.path(), closes);
    }

    private Exchange bytes() {
        if (method != null || !headers.isEmpty() || body != null || expectStatus != null) {
            throw new IllegalArgumentException(
                    "--method, --header, --body and --expect-status are for targets that begin with"
                            + " http://");
        }
        if (payload != null && size != null) {
            throw new IllegalArgumentException("--payload and --size exclude each other");
        }
        Payload sent;
        if (payload == null) {
            sent = Payload.noise(size == null ? 64 : size);
        } else {
            String text = payload;
            sent = named("--payload", () -> Payload.parse(text));
        }
        String expected = expect == null ? "echo" : expect;
        return new Exchange(
                sent, named("--expect", () -> new Expectation(expected).reader(sent)), expected);
    }

    private Exchange http(Target target, String path, boolean closes) {
        if (payload != null || size != null || expect != null) {
            throw new IllegalArgumentException(
                    "--payload, --size and --expect are for bytes; HTTP has --body and"
                            + " --expect-status");
        }
        String verb = method == null ? body == null ? "GET" : "POST" : method;
        HttpRequest request = new HttpRequest(verb, path);
        if (!hasHeader("host")) {
            request.header("Host", target.authority());
        }
        if (closes && !hasHeader("connection")) {
            request.header("Connection", "close");
        }
        headers.forEach(request::header);
        String statuses = expectStatus == null ? StatusSet.DEFAULT : expectStatus;
        StatusSet expected = named("--expect-status", () -> StatusSet.parse(statuses));
        String text = body;
        byte[] content = text == null ? null : named("--body", () -> Payload.bytesOf(text));
        return new Exchange(
                new Payload(request.bytes(content)),
                new HttpAnswer(expected, verb.equals("HEAD")),
                "status " + statuses);
    }

    private static <R> R named(String option, Supplier<R> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + " " + e.getMessage(), e);
        }
    }

    private boolean hasHeader(String lowerCase) {
        return headers.stream().anyMatch(field -> HttpRequest.isNamed(field, lowerCase));
    }
}
