package edgeloop.cli.load;

import edgeloop.cli.load.result.Criterion;
import edgeloop.cli.load.result.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The conditions that fail a run. */
final class ConditionOptions {
    /** The exit code where one holds. */
    static final int FAILED = 3;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--fail-if",
            paramLabel = "CONDITION",
            description = "Exit with 3 if this holds: 'p99>5ms', 'errors>0'. May be repeated.")
    private List<String> failIf = List.of();

    /** What was asked for. */
    List<Criterion> parse() {
        List<Criterion> conditions = new ArrayList<>();
        for (String condition : failIf) {
            try {
                conditions.add(Criterion.parse(condition));
            } catch (IllegalArgumentException e) {
                if (command == null) {
                    throw new IllegalStateException("picocli fills this in", e);
                }
                throw new ParameterException(
                        command.commandLine(), "--fail-if " + e.getMessage(), e);
            }
        }
        return conditions;
    }

    /**
     * The exit code of a run.
     *
     * @param log told why it is not 0
     */
    static int exitCode(Results results, List<Criterion> conditions, Consumer<String> log) {
        if (!results.booksBalance()) {
            return CommandLine.ExitCode.SOFTWARE;
        }
        int exitCode = CommandLine.ExitCode.OK;
        List<String> endedByServer = results.requests().endedByServer();
        if (!endedByServer.isEmpty()) {
            // What was asked for has not been measured: nobody knows that a condition does not
            // hold.
            log.accept("failed, since the run ended early: " + endedByServer.getFirst());
            exitCode = conditions.isEmpty() ? CommandLine.ExitCode.SOFTWARE : FAILED;
        }
        Criterion.Figures figures = Criterion.Figures.of(results);
        for (Criterion condition : conditions) {
            if (condition.holds(figures)) {
                log.accept("failed, since " + condition.text());
                exitCode = FAILED;
            }
        }
        return exitCode;
    }
}
