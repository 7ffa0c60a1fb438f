package edgeloop.cli;

import edgeloop.Trigger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code myepollserver} about when the kernel tells of a connection. */
final class TriggerOptions {
    private final OptionSpec trigger =
            Options.choice("--trigger", "edge", "level", "oneshot")
                    .defaultValue("edge")
                    .description(
                            "When epoll tells of a connection: at each change, as long as there is"
                                    + " something, or once until it is asked again (default:"
                                    + " ${DEFAULT-VALUE}).")
                    .build();

    private final OptionSpec readUntil =
            Options.choice("--read-until", "eagain", "short")
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
        boolean edge = "edge".equals(trigger.getValue());
        return edge || readUntil.getValue() == null
                ? null
                : "--read-until is an option of --trigger edge";
    }

    Trigger value() {
        return switch (trigger.<String>getValue()) {
            case "level" -> Trigger.LEVEL;
            case "oneshot" -> Trigger.ONE_SHOT;
            default ->
                    "short".equals(readUntil.getValue()) ? Trigger.EDGE_UNTIL_SHORT : Trigger.EDGE;
        };
    }

    /** As the second line of the server says it. */
    static String words(Trigger trigger) {
        return switch (trigger) {
            case EDGE, EDGE_UNTIL_SHORT -> "edge-triggered";
            case LEVEL -> "level-triggered";
            case ONE_SHOT -> "one-shot";
        };
    }
}
