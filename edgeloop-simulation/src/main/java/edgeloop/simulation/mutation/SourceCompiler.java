package edgeloop.simulation.mutation;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;

/** Compiles one class of a program anew. */
final class SourceCompiler {
    private static final ToolProvider JAVAC = ToolProvider.findFirst("javac").orElseThrow();

    /** All that the tests run with; modules are none here. */
    private static final String PATH =
            System.getProperty("jdk.module.path", "")
                    + File.pathSeparator
                    + System.getProperty("java.class.path", "");

    private SourceCompiler() {}

    /**
     * Compiles {@code source}.
     *
     * @param name the name of the class, with slashes
     * @param folder where its source and its class files come to lie
     */
    static void compile(String name, String source, Path folder) throws IOException {
        Path file = folder.resolve(name + ".java");
        Files.createDirectories(file.getParent());
        Files.writeString(file, source);
        StringWriter messages = new StringWriter();
        PrintWriter log = new PrintWriter(messages);
        int result =
                JAVAC.run(
                        log,
                        log,
                        "-proc:none",
                        "-nowarn",
                        "-classpath",
                        PATH,
                        "-d",
                        folder.toString(),
                        file.toString());
        if (result != 0) {
            throw new AssertionError(messages);
        }
    }
}
