package edgeloop.cli.load;

import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.protocol.DataFile;
import edgeloop.cli.load.protocol.Exchange;
import edgeloop.cli.load.protocol.Expectation;
import edgeloop.cli.load.protocol.HttpAnswer;
import edgeloop.cli.load.protocol.HttpRequest;
import edgeloop.cli.load.protocol.Payload;
import edgeloop.cli.load.protocol.Placeholders;
import edgeloop.cli.load.protocol.RequestMix;
import edgeloop.cli.load.protocol.RequestSource;
import edgeloop.cli.load.protocol.StatusSet;
import edgeloop.cli.load.protocol.Target;
import edgeloop.cli.load.protocol.Template;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
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

    @Mixin private DataOptions data = new DataOptions();

    /** What is sent, once it is known what it is made of. */
    private interface Mix {
        RequestSource of(RequestMix.Builder requests);
    }

    /** The files that requests come from. */
    DataOptions files() {
        return data;
    }

    /**
     * Puts together what is sent and expected.
     *
     * @param closes whether each connection serves one request, which an HTTP server is told
     * @param seed of what is by chance
     * @param shard whose part of the requests this is
     * @throws IllegalArgumentException if an option is wrong; the message names it
     */
    Exchange exchange(Target target, boolean closes, long seed, Shard shard) {
        try (DataFile rows = data.open()) {
            Placeholders placeholders = new Placeholders(rows, seed);
            Mix mix = requests -> data.build(requests, rows, seed, shard);
            return target.path() == null
                    ? bytes(placeholders, mix)
                    : http(target, target.path(), closes, placeholders, mix);
        }
    }

    private Exchange bytes(Placeholders placeholders, Mix mix) {
        if (method != null || !headers.isEmpty() || body != null || expectStatus != null) {
            throw new IllegalArgumentException(
                    "--method, --header, --body and --expect-status are for targets that begin with"
                            + " http:// or https://");
        }
        if (payload != null && size != null) {
            throw new IllegalArgumentException("--payload and --size exclude each other");
        }
        RequestMix.Builder requests = new RequestMix.Builder();
        Path file = data.requestsFile();
        if (file != null) {
            if (payload != null || size != null) {
                throw new IllegalArgumentException(
                        "--requests-file says what is sent, without --payload and --size");
            }
            DataOptions.read(
                    file,
                    Set.of("payload"),
                    entry -> {
                        String text = entry.text("payload");
                        requests.add(
                                placeholders.payload(text == null ? "" : text), entry.weight());
                    });
        } else if (payload == null) {
            requests.add(Template.fixed(Payload.noise(size == null ? 64 : size).bytes()), 1);
        } else {
            String text = payload;
            requests.add(named("--payload", () -> placeholders.payload(text)), 1);
        }
        RequestSource sent = mix.of(requests);
        String expected = expect == null ? "echo" : expect;
        return new Exchange(
                sent, named("--expect", () -> new Expectation(expected).reader(sent)), expected);
    }

    private Exchange http(
            Target target, String path, boolean closes, Placeholders placeholders, Mix mix) {
        if (payload != null || size != null || expect != null) {
            throw new IllegalArgumentException(
                    "--payload, --size and --expect are for bytes; HTTP has --body and"
                            + " --expect-status");
        }
        headers.forEach(field -> check("--header", field, HttpRequest::checkField));
        RequestMix.Builder requests = new RequestMix.Builder();
        BitSet bodiless = new BitSet();
        Path file = data.requestsFile();
        if (file != null) {
            if (method != null || body != null) {
                throw new IllegalArgumentException(
                        "--requests-file says what is sent, without --method and --body");
            }
            DataOptions.read(
                    file,
                    Set.of("method", "path", "headers", "body"),
                    entry -> {
                        Template content = entry.body(placeholders);
                        String verb = verb(entry.text("method"), content);
                        String own = entry.text("path");
                        bodiless.set(requests.size(), verb.equals("HEAD"));
                        HttpRequest request =
                                new HttpRequest(verb, own == null ? path : own, placeholders);
                        addFields(request, target, closes, withOwn(entry.fields()));
                        requests.add(request.with(content), entry.weight());
                    });
        } else {
            String text = body;
            Template content =
                    text == null ? null : named("--body", () -> placeholders.content(text));
            String verb = verb(method, content);
            check("--method", verb, HttpRequest::checkMethod);
            bodiless.set(0, verb.equals("HEAD"));
            HttpRequest request = new HttpRequest(verb, path, placeholders);
            addFields(request, target, closes, headers);
            requests.add(request.with(content), 1);
        }
        String statuses = expectStatus == null ? StatusSet.DEFAULT : expectStatus;
        StatusSet expected = named("--expect-status", () -> StatusSet.parse(statuses));
        return new Exchange(
                mix.of(requests), new HttpAnswer(expected, bodiless), "status " + statuses);
    }

    private static String verb(@Nullable String method, @Nullable Template content) {
        return method == null ? content == null ? "GET" : "POST" : method;
    }

    /** A request's own fields, and those of all requests that it has none in place of. */
    private List<String> withOwn(List<String> own) {
        List<String> fields = new ArrayList<>(own);
        for (String field : headers) {
            String name = field.substring(0, field.indexOf(':')).toLowerCase(Locale.ROOT);
            if (!hasHeader(own, name)) {
                fields.add(field);
            }
        }
        return fields;
    }

    private static void addFields(
            HttpRequest request, Target target, boolean closes, List<String> fields) {
        if (!hasHeader(fields, "host")) {
            request.header("Host", target.authority());
        }
        if (closes && !hasHeader(fields, "connection")) {
            request.header("Connection", "close");
        }
        fields.forEach(request::header);
    }

    private static boolean hasHeader(List<String> fields, String lowerCase) {
        return fields.stream().anyMatch(field -> HttpRequest.isNamed(field, lowerCase));
    }

    private static void check(String option, String text, Consumer<String> check) {
        named(
                option,
                () -> {
                    check.accept(text);
                    return text;
                });
    }

    static <R> R named(String option, Supplier<R> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + " " + e.getMessage(), e);
        }
    }
}
