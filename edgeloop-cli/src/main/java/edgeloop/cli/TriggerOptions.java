package edgeloop.cli;

import edgeloop.Trigger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** The options of {@code myepollserver} about when the kernel tells of a connection. */
final class TriggerOptions {
    private final OptionSpec trigger =
            OptionSpec.builder("--trigger")
                    .type(Trigger.class)
                    .converters(new Mode())
                    .paramLabel("edge|level|oneshot")
                    .defaultValue("edge")
                    .description(
                            "When epoll tells of a connection: at each change, as long as there is"
                                    + " something, or once until it is asked again (default:"
                                    + " ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec readUntil =
            OptionSpec.builder("--read-until")
                    .type(String.class)
                    .converters(new ReadEnd())
                    .paramLabel("eagain|short")
                    .description(
                            "What ends reading with --trigger edge: that the kernel has no more, or"
                                    + " already a read that brings less than it could (default:"
                                    + " eagain).")
                    .build();

    void addTo(CommandSpec spec) {
        spec.addOption(trigger).addOption(readUntil);
    }

    /** What is wrong with the two, or null. */
    @Nullable String problem() {
        boolean edge = trigger.<Trigger>getValue() == Trigger.EDGE;
        return edge || readUntil.getValue() == null
                ? null
                : "--read-until is an option of --trigger edge";
    }

    Trigger value() {
        return "short".equals(readUntil.getValue())
                ? Trigger.EDGE_UNTIL_SHORT
                : trigger.<Trigger>getValue();
    }

    /** As the second line of the server says it. */
    static String words(Trigger trigger) {
        return switch (trigger) {
            case EDGE, EDGE_UNTIL_SHORT -> "edge-triggered";
            case LEVEL -> "level-triggered";
            case ONE_SHOT -> "one-shot";
        };
    }

    private static final class Mode implements ITypeConverter<Trigger> {
        @Override
        public Trigger convert(String text) {
            return switch (text) {
                case "edge" -> Trigger.EDGE;
                case "level" -> Trigger.LEVEL;
                case "oneshot" -> Trigger.ONE_SHOT;
                default -> throw new TypeConversionException("must be edge, level or oneshot");
            };
        }
    }

    private static final class ReadEnd implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!text.equals("eagain") && !text.equals("short")) {
                throw new TypeConversionException("must be eagain or short");
            }
            return text;
        }
    }
}
