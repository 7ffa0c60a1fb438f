package edgeloop.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The C programs: compiled at the start of every run, as that takes a blink. */
record CPrograms(
        Path echoFloor, Path ringFloor, Path crowdServer, Path loadClient, Path ringClient) {
    private static final List<String> FLAGS = List.of("-O2", "-Wall", "-pthread");

    /**
     * @param module the folder of this Maven module
     * @throws BenchException if there is no C compiler or it refuses
     */
    static CPrograms compile(Path module) throws BenchException, IOException, InterruptedException {
        if (Executables.find("cc").isEmpty()) {
            throw new BenchException(
                    "no C compiler found, so the floor and the load client can't be built:"
                            + " install one (apt-get install gcc libc6-dev, dnf install gcc)");
        }
        Path sources = module.resolve("src/main/c");
        Path target = Files.createDirectories(module.resolve("target/c"));
        System.err.println("Compiling the C servers and clients: cc -O2");
        return new CPrograms(
                compile(sources, target, "echo_floor"),
                compile(sources, target, "ring_floor"),
                compile(sources, target, "crowd_server"),
                compile(sources, target, "load_client"),
                compile(sources, target, "ring_client"));
    }

    private static Path compile(Path sources, Path target, String name)
            throws BenchException, IOException, InterruptedException {
        Path program = target.resolve(name);
        var command = new ArrayList<String>(List.of("cc"));
        command.addAll(FLAGS);
        command.addAll(List.of("-o", program.toString(), sources.resolve(name + ".c").toString()));
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new BenchException(name + ".c does not compile: see above");
        }
        return program;
    }
}
