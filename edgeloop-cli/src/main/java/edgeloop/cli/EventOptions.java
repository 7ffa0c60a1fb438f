package edgeloop.cli;

import edgeloop.Server;
import edgeloop.ServerOptions;
import edgeloop.Transport;
import edgeloop.Trigger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code myepollserver} about how the kernel tells of a connection, and when. */
final class EventOptions {
    private final OptionSpec engine =
            Options.choice("--engine", EngineWords.ALL.toArray(String[]::new))
                    .defaultValue("epoll")
                    .description(
                            "How the kernel is spoken to: by readiness, by completions (Linux 6.1"
                                    + " or later), or by these where the kernel has them (default:"
                                    + " ${DEFAULT-VALUE}).")
                    .build();

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
        spec.addOption(engine).addOption(trigger).addOption(readUntil);
    }

    /** What is wrong with them, or null. */
    @Nullable String problem() {
        if (transport() == Transport.IO_URING && whatIsOfEpoll() != null) {
            return whatIsOfEpoll();
        }
        return isEdge() || readUntil.getValue() == null
                ? null
                : "--read-until is an option of --trigger edge";
    }

    /** What was asked for that no other engine has, or null. */
    private @Nullable String whatIsOfEpoll() {
        if (!isEdge()) {
            return "--trigger " + trigger.getValue() + " is of --engine epoll";
        }
        return readUntil.getValue() == null ? null : "--read-until is an option of --engine epoll";
    }

    private boolean isEdge() {
        return "edge".equals(trigger.getValue());
    }

    private Transport transport() {
        return EngineWords.transport(engine.getValue());
    }

    private Trigger trigger() {
        return switch (trigger.<String>getValue()) {
            case "level" -> Trigger.LEVEL;
            case "oneshot" -> Trigger.ONE_SHOT;
            default ->
                    "short".equals(readUntil.getValue()) ? Trigger.EDGE_UNTIL_SHORT : Trigger.EDGE;
        };
    }

    ServerOptions apply(ServerOptions options) {
        Transport transport = whatIsOfEpoll() == null ? transport() : Transport.EPOLL;
        return options.withTransport(transport).withTrigger(trigger());
    }

    /** Why auto has taken epoll; null where it was not asked for, or has not. */
    @Nullable String refusal(Server server) {
        return transport() == Transport.AUTO && whatIsOfEpoll() != null
                ? whatIsOfEpoll()
                : server.ioUringRefusal();
    }

    /** The mode, as the second line of the server says it. */
    String words(Server server) {
        if (server.transport() == Transport.IO_URING) {
            return "completion";
        }
        return switch (trigger()) {
            case EDGE, EDGE_UNTIL_SHORT -> "edge-triggered";
            case LEVEL -> "level-triggered";
            case ONE_SHOT -> "one-shot";
        };
    }
}
