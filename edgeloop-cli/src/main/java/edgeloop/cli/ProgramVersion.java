package edgeloop.cli;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A program's name, and the version that it was built as. */
public final class ProgramVersion implements IVersionProvider {
    @Spec private @Nullable CommandSpec spec;

    /** For picocli. */
    public ProgramVersion() {}

    @Override
    public String[] getVersion() {
        String name = spec == null ? "edgeloop" : spec.root().name();
        return new String[] {name + " " + number()};
    }

    /** The version alone. */
    public static String number() {
        // A module knows it. The programs run on the class path, where the jar's manifest has it.
        return Optional.ofNullable(ProgramVersion.class.getModule().getDescriptor())
                .flatMap(ModuleDescriptor::rawVersion)
                .or(() -> Optional.ofNullable(implementationVersion()))
                .orElse("(unknown version)");
    }

    private static @Nullable String implementationVersion() {
        return ProgramVersion.class.getPackage().getImplementationVersion();
    }
}
