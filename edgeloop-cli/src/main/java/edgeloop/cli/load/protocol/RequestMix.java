package edgeloop.cli.load.protocol;

import edgeloop.cli.load.measure.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Requests that differ: each is a template, dealt by its weight, that is filled in with the next
 * row of data. A request's number, template and row determine its bytes, so that nothing else need
 * be kept of one whose answer is to be an echo.
 */
public final class RequestMix extends RequestSource {
    private final Template[] templates;
    private final Deck requests;
    private final @Nullable Deck rows;
    private final Shard shard;
    private final byte[] bytes;

    private long number;
    private int request;
    private int row;
    private int length;

    private RequestMix(List<Template> templates, Deck requests, @Nullable Deck rows, Shard shard) {
        this.templates = templates.toArray(Template[]::new);
        this.requests = requests;
        this.rows = rows;
        this.shard = shard;
        this.number = (long) shard.index() - shard.count();
        long most = 0;
        for (Template template : templates) {
            most = Math.max(most, template.mostBytes());
        }
        if (most > Payload.MAX_BYTES) {
            throw new IllegalArgumentException("a request of more than 64 MiB is too long");
        }
        this.bytes = new byte[(int) most];
    }

    @Override
    public void next() {
        number += shard.count(); // those between are the other shards'
        request = requests.next();
        row = rows != null && templates[request].usesRow() ? rows.next() : 0;
        length = templates[request].write(bytes, number, row);
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int mostBytes() {
        return bytes.length;
    }

    @Override
    public boolean differ() {
        return true;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public long choice() {
        return (long) request << Integer.SIZE | row;
    }

    /** The index of the request that was chosen. */
    static int request(long choice) {
        return (int) (choice >>> Integer.SIZE);
    }

    /** Writes an earlier request's bytes once more, and answers their number. */
    int write(byte[] to, long ofNumber, long choice) {
        return templates[request(choice)].write(to, ofNumber, (int) choice);
    }

    /** Puts the requests together that are to be sent. */
    public static final class Builder {
        private final List<Template> templates = new ArrayList<>();
        private final List<Integer> weights = new ArrayList<>();

        /** Adds one; its index is the number of those before it. */
        public void add(Template template, int weight) {
            templates.add(template);
            weights.add(weight);
        }

        /** How many have been added. */
        public int size() {
            return templates.size();
        }

        /**
         * What is to be sent of them, of which there is at least one.
         *
         * @param data whose rows are read now; null where there is none
         * @param random shuffles; null for requests and rows in their order
         * @param shard whose part of the numbers and rows is taken
         * @throws IllegalArgumentException if the data cannot be read, or a request is empty or
         *     longer than 64 MiB
         */
        public RequestSource build(
                @Nullable DataFile data, @Nullable SplittableRandom random, Shard shard) {
            int rows = data == null ? 0 : data.load();
            templates.stream()
                    .filter(Template::usesRow)
                    .forEach(template -> requireBytes(template, rows));
            if (templates.size() == 1 && templates.getFirst().isFixed()) {
                return new Payload(templates.getFirst().bytes());
            }
            int[] each = weights.stream().mapToInt(Integer::intValue).toArray();
            return new RequestMix(
                    templates,
                    Deck.ofWeights(each, random),
                    rows == 0
                            ? null
                            : Deck.of(rows, random == null ? null : random.split()).partOf(shard),
                    shard);
        }

        private static void requireBytes(Template template, int rows) {
            for (int row = 0; row < rows; row++) {
                if (template.length(1, row) == 0) {
                    throw new IllegalArgumentException(
                            "a payload has at least one byte, and that of row "
                                    + (row + 1)
                                    + " has none");
                }
            }
        }
    }
}
