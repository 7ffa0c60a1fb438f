package edgeloop.bench;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** The C programs for tests, which are left out where there is no C compiler. */
final class CompiledPrograms {
    private CompiledPrograms() {}

    static CPrograms compile() throws IOException, InterruptedException, BenchException {
        assumeTrue(Executables.find("cc").isPresent(), "a C compiler (cc) is installed");
        return CPrograms.compile(module());
    }

    /** Tests run in the module's folder, or in the project's root. */
    static Path module() {
        Path here = Path.of("").toAbsolutePath();
        return here.endsWith("edgeloop-bench") ? here : here.resolve("edgeloop-bench");
    }
}
