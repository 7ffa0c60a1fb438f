package edgeloop.cli;

import edgeloop.ServerOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** The options of {@code myepollserver} about its reactors, and how connections come to them. */
final class ReactorOptions {
    /** In the place of a number. */
    private static final int AUTO = 0;

    private final OptionSpec reactors =
            OptionSpec.builder("--reactors")
                    .type(Integer.class)
                    .converters(new Count())
                    .paramLabel("N|auto")
                    .defaultValue("1")
                    .description(
                            "How many threads serve, each with a part of the connections; auto for"
                                    + " as many as there are processors for this process (default:"
                                    + " ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec accept =
            Options.choice("--accept", "separate", "shared")
                    .description(
                            "Whether each reactor has a listening socket of its own, over which the"
                                    + " kernel spreads the connections evenly, or all have one, from"
                                    + " which those take that have time (default: separate).")
                    .build();

    private final OptionSpec pin =
            Options.flag("--pin")
                    .description(
                            "Have each reactor run on a processor of its own; with separate sockets"
                                    + " it gets the connections that arrive there.")
                    .build();

    private final OptionSpec perReactor =
            Options.flag("--per-reactor")
                    .description("With --stats, print a line for each reactor as well.")
                    .build();

    void addTo(CommandSpec spec) {
        spec.addOption(reactors).addOption(accept).addOption(pin).addOption(perReactor);
    }

    /**
     * What is wrong with them, or null.
     *
     * @param stats whether statistics are printed
     * @param bufferBytes the bound on memory, or null
     */
    @Nullable String problem(boolean stats, @Nullable Long bufferBytes) {
        int processors = Runtime.getRuntime().availableProcessors();
        if (reactors.<Integer>getValue() == 1 && accept.getValue() != null) {
            return "--accept is an option of --reactors 2 and more";
        }
        if (pin.<Boolean>getValue() && count() > processors) {
            return "--pin needs a processor for each of --reactors "
                    + count()
                    + ", and this process may use "
                    + processors;
        }
        long least = count() * ServerOptions.MIN_BUFFER_BYTES;
        if (bufferBytes != null && bufferBytes < least) {
            return "--max-buffer-memory must be at least "
                    + (least >> 10)
                    + "k for so many reactors";
        }
        if (isPerReactor() && !stats) {
            return "--per-reactor is an option of --stats";
        }
        return null;
    }

    int count() {
        int count = reactors.<Integer>getValue();
        return count == AUTO
                ? Math.min(Runtime.getRuntime().availableProcessors(), ServerOptions.MAX_REACTORS)
                : count;
    }

    boolean isPerReactor() {
        return perReactor.<Boolean>getValue();
    }

    private boolean isShared() {
        return "shared".equals(accept.getValue());
    }

    ServerOptions apply(ServerOptions options) {
        return options.withReactors(count())
                .withSharedAcceptQueue(isShared())
                .withPinned(pin.getValue());
    }

    /** What the server says of them when it starts: a line, or nothing where there is one. */
    String words() {
        String pinned = pin.<Boolean>getValue() ? ", each on a processor of its own" : "";
        if (count() == 1) {
            return pinned.isEmpty() ? "" : "\nReactors: 1, on one processor";
        }
        return "\nReactors: "
                + count()
                + (isShared() ? " at one listening socket" : ", a listening socket each")
                + pinned;
    }

    private static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (text.equals("auto")) {
                return AUTO;
            }
            try {
                return new IntConverter(1, ServerOptions.MAX_REACTORS).convert(text);
            } catch (TypeConversionException e) {
                throw new TypeConversionException(e.getMessage() + ", or auto");
            }
        }
    }
}
