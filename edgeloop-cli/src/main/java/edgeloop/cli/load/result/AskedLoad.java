package edgeloop.cli.load.result;

import edgeloop.cli.load.message.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a run was asked to load its server with: what two runs share, or are not comparable. */
public final class AskedLoad {
    private final Results results;
    private final Results.Config config;

    public AskedLoad(Results results) {
        this.results = results;
        this.config = results.config();
    }

    /** In one line: {@code localhost:80, bytes, open loop at 500/s, 10 connections, …}. */
    public String describe() {
        return Text.format(
                "%s, %s, %s, %s connections, %s bytes a request, %s",
                results.target(),
                protocol(),
                loop(),
                Text.count((long) config.connections()),
                Text.count((long) config.requestBytes()),
                config.expect());
    }

    private String protocol() {
        String target = results.target().toLowerCase(Locale.ROOT);
        boolean http = target.startsWith("http://") || target.startsWith("https://");
        return http ? "HTTP" : "bytes";
    }

    boolean isOpenLoop() {
        return config.ratesPerSecond() != null;
    }

    private String loop() {
        return isOpenLoop() ? "open loop at " + rates() : "closed loop";
    }

    private String rates() {
        Results.Search search = results.search();
        if (search != null) {
            return Text.rate(search.highestRate()) + "/s, as found";
        }
        return Objects.requireNonNullElse(config.ratesPerSecond(), List.<Double>of()).stream()
                        .map(rate -> Text.rate(rate))
                        .collect(Collectors.joining(", "))
                + "/s";
    }

    /** What makes its connections and requests cost more, or less. */
    private @Nullable String tls() {
        Results.Tls tls = config.tls();
        if (tls == null) {
            return null;
        }
        Results.Handshakes handshakes = results.handshakes();
        String agreed = handshakes == null ? "" : String.join(", ", handshakes.agreed().keySet());
        return agreed
                + (tls.resumption() ? " with sessions resumed" : "")
                + (tls.verified() ? "" : " unverified");
    }

    /** Why no figure of the one means anything beside that of the other; empty if some do. */
    public String whyIncomparable(AskedLoad other) {
        if (!protocol().equals(other.protocol())) {
            return "one sent " + protocol() + " and the other " + other.protocol();
        }
        if (isOpenLoop() != other.isOpenLoop()) {
            return "one is an "
                    + (isOpenLoop() ? loop() : other.loop())
                    + " and the other a closed loop, whose times are not of the same thing";
        }
        return "";
    }

    /** Where the two were not asked the same, one by one: a difference may be due to that. */
    public List<String> differences(AskedLoad other) {
        List<String> differences = new ArrayList<>();
        add(differences, "rates", rates(), other.rates());
        add(differences, "arrivals", config.arrivals(), other.config.arrivals());
        add(differences, "connections", config.connections(), other.config.connections());
        add(differences, "concurrency", config.concurrency(), other.config.concurrency());
        add(differences, "bytes a request", config.requestBytes(), other.config.requestBytes());
        add(differences, "expected answers", config.expect(), other.config.expect());
        add(
                differences,
                "requests per connection",
                config.requestsPerConnection(),
                other.config.requestsPerConnection());
        add(differences, "TLS", tls(), other.tls());
        add(differences, "data", config.data(), other.config.data());
        add(differences, "file of requests", config.requestsFile(), other.config.requestsFile());
        add(differences, "order of data", config.dataOrder(), other.config.dataOrder());
        return differences;
    }

    private static void add(
            List<String> differences, String name, @Nullable Object first, @Nullable Object other) {
        if (!Objects.equals(first, other)) {
            differences.add(
                    name
                            + ": "
                            + Objects.requireNonNullElse(first, "none")
                            + " and "
                            + Objects.requireNonNullElse(other, "none"));
        }
    }
}
