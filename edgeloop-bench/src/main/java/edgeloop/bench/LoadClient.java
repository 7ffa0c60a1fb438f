package edgeloop.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the C load client, on a CPU of its own where there is one. */
record LoadClient(Path program, OptionalInt cpu) {
    /** Beyond what a run should take: for its connect phase, and for a server that is too slow. */
    private static final long EXTRA_SECONDS = 90;

    private static final Pattern ANY_LINE = Pattern.compile("");

    private static final Pattern NUMBER = Pattern.compile("\"(\\w+)\":([-+.\\deE]+)");

    /** A part of a run: so many requests or so many seconds, as the client's options take it. */
    record Span(double seconds, long requests) {
        static Span ofSeconds(double seconds) {
            return new Span(seconds, 0);
        }

        static Span ofRequests(long requests) {
            return new Span(0, requests);
        }
    }

    /**
     * One run of the client.
     *
     * @param rate requests per second on a fixed schedule, or 0 for a closed loop
     */
    record Load(Row row, Span warmup, Span measured, long rate) {}

    /** What the client printed, by name. */
    record Result(Map<String, Double> numbers) {
        double get(String name) {
            Double number = numbers.get(name);
            if (number == null) {
                throw new IllegalArgumentException("the load client printed no " + name);
            }
            return number;
        }

        private long errors() {
            return numbers.entrySet().stream()
                    .filter(e -> e.getKey().startsWith("errors_"))
                    .mapToLong(e -> e.getValue().longValue())
                    .sum();
        }
    }

    /**
     * Loads a server and returns what was seen.
     *
     * @throws BenchException if the client failed, or anything but right answers came back
     */
    Result run(RunningServer server, Load load)
            throws BenchException, IOException, InterruptedException {
        var options = new ArrayList<String>();
        options.addAll(List.of("-p", String.valueOf(load.row().depth())));
        options.addAll(List.of("--watch", String.valueOf(server.pid())));
        Span measured = load.measured();
        if (measured.seconds() > 0) {
            options.addAll(List.of("-d", String.valueOf(measured.seconds())));
        } else {
            options.addAll(List.of("-r", String.valueOf(measured.requests())));
        }
        Span warmup = load.warmup();
        options.add("--warmup");
        options.add(
                warmup.seconds() > 0 ? warmup.seconds() + "s" : String.valueOf(warmup.requests()));
        if (load.rate() > 0) {
            options.addAll(List.of("--rate", String.valueOf(load.rate())));
        }
        Process client = start(server, load.row().connections(), load.row().size(), options);
        try {
            double limit = measured.seconds() + warmup.seconds() + EXTRA_SECONDS;
            if (!client.waitFor((long) limit, TimeUnit.SECONDS)) {
                throw new BenchException("the load client did not end within " + limit + " s");
            }
            return parse(client);
        } finally {
            Children.stop(client);
        }
    }

    /** Connections that are open, have each been answered once, and now do nothing. */
    record Held(Process client) implements AutoCloseable {
        @Override
        public void close() {
            Children.stop(client);
        }
    }

    Held hold(RunningServer server, int connections)
            throws BenchException, IOException, InterruptedException {
        Process client = start(server, connections, Row.DEFAULT_SIZE, List.of("--hold"));
        try {
            // Comes once all are open; ends, without a line, if that fails.
            if (Children.find(ANY_LINE, client).get(EXTRA_SECONDS, TimeUnit.SECONDS).isPresent()) {
                return new Held(client);
            }
        } catch (ExecutionException | TimeoutException e) {
            Children.stop(client);
            throw new BenchException(
                    connections + " connections were not open within " + EXTRA_SECONDS + " s");
        }
        String failure = failure(client);
        Children.stop(client);
        throw new BenchException(failure);
    }

    private Process start(RunningServer server, int connections, int size, List<String> moreOptions)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.addAll(List.of("-c", String.valueOf(connections)));
        Protocol protocol = server.spec().protocol();
        if (protocol == Protocol.ECHO) {
            command.addAll(List.of("-s", String.valueOf(size)));
        } else {
            command.addAll(List.of("--request", protocol.request()));
            command.addAll(List.of("--answer", String.valueOf(server.answerLength())));
        }
        command.addAll(moreOptions);
        command.addAll(List.of("127.0.0.1", String.valueOf(server.port())));
        return Children.start(new ProcessBuilder(Cpus.pinned(cpu, command)));
    }

    /** What a C client that has ended has printed. */
    static Result parse(Process client) throws BenchException, IOException {
        String output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (client.exitValue() != 0) {
            throw new BenchException(failure(client));
        }
        var numbers = new HashMap<String, Double>();
        Matcher matcher = NUMBER.matcher(output);
        while (matcher.find()) {
            numbers.put(matcher.group(1), Double.valueOf(matcher.group(2)));
        }
        var result = new Result(numbers);
        if (result.errors() > 0) {
            throw new BenchException("wrong or missing answers: " + output.strip());
        }
        return result;
    }

    private static String failure(Process client) throws IOException {
        String message = new String(client.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return message.isBlank() ? "the load client was stopped" : message.strip();
    }
}
