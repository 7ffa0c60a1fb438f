package edgeloop.simulation.mutation;

import edgeloop.Server;
import edgeloop.tls.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A change of one source file, which makes a program wrong in one place.
 *
 * @param sources the folder where packages begin
 * @param name the class, with slashes
 * @param right what it says, once
 * @param wrong what it says instead
 */
public record SourceChange(Path sources, String name, String right, String wrong) {
    /**
     * Makes an object in a copy of the program that has the change.
     *
     * @param entry its class; it and the constructor without arguments are public
     * @param folder an empty one, for the changed class
     * @return of the copy of the class: of its types only those of the JDK are known to the caller
     */
    public Object load(Class<?> entry, Path folder)
            throws IOException, ReflectiveOperationException {
        Path file = sources.resolve(name + ".java");
        String source = Files.readString(file);
        int place = source.indexOf(right);
        if (place < 0 || source.indexOf(right, place + 1) >= 0) {
            throw new AssertionError(
                    file + " says this once, or the change is to be rewritten: " + right);
        }
        SourceCompiler.compile(name, source.replace(right, wrong), folder);
        return new ChangedClasses(folder, List.of(entry, Server.class, Tls.class))
                .loadClass(entry.getName())
                .getDeclaredConstructor()
                .newInstance();
    }
}
