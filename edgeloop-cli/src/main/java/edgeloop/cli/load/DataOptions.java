package edgeloop.cli.load;

import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.protocol.DataFile;
import edgeloop.cli.load.protocol.RequestMix;
import edgeloop.cli.load.protocol.RequestSource;
import edgeloop.cli.load.protocol.RequestsFile;
import java.nio.file.Path;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The files that requests come from, or that they are filled in with. */
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "FILE",
            description =
                    "Fill {NAME} in URL, fields, body and payload in with the next row of FILE.csv"
                            + " or FILE.jsonl; {seq}, {uuid} and {random:hex:16} need no file.")
    private @Nullable Path data;

    @Option(
            names = "--requests-file",
            paramLabel = "FILE",
            description =
                    "Send the requests of FILE, each line an object of JSON: method, path, headers,"
                            + " body, weight; or payload, weight.")
    private @Nullable Path requestsFile;

    @Option(
            names = "--data-order",
            paramLabel = "ORDER",
            description =
                    "The order of rows and of the requests of a file: sequential, or shuffle, by"
                            + " --seed (default: sequential).")
    private @Nullable Order order;

    /** The names are what the user writes. */
    enum Order {
        sequential,
        shuffle
    }

    /**
     * Opens the file of data; null where there is none.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    @Nullable DataFile open() {
        if (order != null && data == null && requestsFile == null) {
            throw new IllegalArgumentException("--data-order goes with --data or --requests-file");
        }
        Path file = data;
        return file == null ? null : RequestOptions.named("--data", () -> DataFile.open(file));
    }

    @Nullable Path requestsFile() {
        return requestsFile;
    }

    /** As they stand in the results; null where there is none. */
    @Nullable String data() {
        return data == null ? null : data.toString();
    }

    @Nullable String requests() {
        return requestsFile == null ? null : requestsFile.toString();
    }

    @Nullable String orderName() {
        if (data == null && requestsFile == null) {
            return null;
        }
        return (order == null ? Order.sequential : order).name();
    }

    /** Reads the file's requests: see {@link RequestsFile#read}. */
    static void read(Path file, Set<String> names, Consumer<RequestsFile.Entry> requests) {
        RequestOptions.named(
                "--requests-file",
                () -> {
                    RequestsFile.read(file, names, requests);
                    return file;
                });
    }

    /** Reads the rows, and puts together what is to be sent. */
    RequestSource build(
            RequestMix.Builder requests, @Nullable DataFile rows, long seed, Shard shard) {
        SplittableRandom random = order == Order.shuffle ? new SplittableRandom(seed) : null;
        String option = rows == null ? "--requests-file" : "--data";
        return RequestOptions.named(option, () -> requests.build(rows, random, shard));
    }
}
