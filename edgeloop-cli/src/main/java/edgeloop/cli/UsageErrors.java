package edgeloop.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line, in one line, and where the options are listed. */
public final class UsageErrors implements IParameterExceptionHandler {
    private final LineWriter err;

    public UsageErrors(LineWriter err) {
        this.err = err;
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        String program = e.getCommandLine().getCommandSpec().qualifiedName();
        err.print(Diagnostics.oneLine(program + ": " + describe(e) + "; see --help"));
        return e.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String describe(ParameterException e) {
        return switch (e) {
            case UnmatchedArgumentException unmatched when !unmatched.getUnmatched().isEmpty() ->
                    describe(unmatched);
            case MissingParameterException missing ->
                    name(missing.getMissing().getFirst()) + " needs a value";
            case OverwrittenOptionException twice ->
                    name(twice.getOverwritten()) + " is given more than once";
            case ParameterException _ when isFlag(e.getArgSpec()) ->
                    name(e.getArgSpec()) + " takes no value";
            case ParameterException _ when isOneOfNames(e.getArgSpec()) ->
                    name(e.getArgSpec())
                            + " must be "
                            + String.join(" or ", e.getArgSpec().typeInfo().getEnumConstantNames())
                            + ", not "
                            + quote(e.getValue());
            case ParameterException _ when e.getCause() instanceof TypeConversionException cause ->
                    name(e.getArgSpec())
                            + " "
                            + cause.getMessage()
                            + ", not "
                            + quote(e.getValue());
            default -> String.valueOf(e.getMessage());
        };
    }

    private static String describe(UnmatchedArgumentException e) {
        String argument = e.getUnmatched().getFirst();
        List<String> similar = e.getSuggestions();
        boolean afterOptionsEnded = similar.contains(argument); // the "--" before it ended them
        if (!e.isUnknownOption() || afterOptionsEnded) {
            return "unexpected argument '" + argument + "'";
        }
        return "unknown option "
                + argument
                + (similar.isEmpty() ? "" : ", perhaps " + String.join(" or ", similar));
    }

    private static boolean isFlag(@Nullable ArgSpec argument) {
        return argument != null && argument.typeInfo().isBoolean();
    }

    /** Where a converter of its own reads the names, that one words what they are. */
    private static boolean isOneOfNames(@Nullable ArgSpec argument) {
        return argument != null
                && argument.typeInfo().isEnum()
                && argument.converters().length == 0;
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    /** Numbers stand as they are; what may hold blanks, or be empty, is quoted. */
    private static String quote(String value) {
        return value.matches("[-+]?[0-9]+") ? value : "'" + value + "'";
    }
}
