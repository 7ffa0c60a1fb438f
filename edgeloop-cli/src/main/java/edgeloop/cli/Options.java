package edgeloop.cli;

import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/** Builders of the kinds of option that there are several of: what all of a kind share is set. */
final class Options {
    private Options() {}

    /** A whole number from {@code min} to {@code max}. */
    static OptionSpec.Builder number(int min, int max, String... names) {
        return OptionSpec.builder(names)
                .type(Integer.class)
                .converters(new IntConverter(min, max))
                .paramLabel("N");
    }

    static OptionSpec.Builder time(String name) {
        return OptionSpec.builder(name)
                .type(Duration.class)
                .converters(new DurationConverter())
                .paramLabel("TIME");
    }

    /** One of {@code words}. */
    static OptionSpec.Builder choice(String name, String... words) {
        return OptionSpec.builder(name)
                .type(String.class)
                .converters(new WordConverter(List.of(words)))
                .paramLabel(String.join("|", words));
    }

    /** One that is there or not. */
    static OptionSpec.Builder flag(String name) {
        return OptionSpec.builder(name).type(boolean.class).defaultValue("false");
    }
}
