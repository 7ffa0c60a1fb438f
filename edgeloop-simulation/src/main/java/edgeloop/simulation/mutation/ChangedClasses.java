package edgeloop.simulation.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A copy of a program and of the simulation that it runs in, in which some classes are others. */
final class ChangedClasses extends ClassLoader {
    private static final String OURS = "edgeloop.";

    private final Path changed;
    private final List<Class<?>> neighbours;

    /**
     * @param changed a folder with the class files that differ
     * @param neighbours one class of each module that others may be of
     */
    ChangedClasses(Path changed, List<Class<?>> neighbours) {
        super(ChangedClasses.class.getClassLoader());
        this.changed = changed;
        this.neighbours = neighbours;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        try {
            Path changedFile = changed.resolve(file);
            byte[] bytes =
                    Files.exists(changedFile) ? Files.readAllBytes(changedFile) : original(file);
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] original(String file) throws IOException, ClassNotFoundException {
        // A module does not show resources of its packages to others, but its class files.
        for (Class<?> neighbour : neighbours) {
            try (InputStream in = neighbour.getModule().getResourceAsStream(file)) {
                if (in != null) {
                    return in.readAllBytes();
                }
            }
        }
        throw new ClassNotFoundException(file);
    }
}
