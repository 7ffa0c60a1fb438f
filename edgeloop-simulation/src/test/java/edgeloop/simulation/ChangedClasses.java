package edgeloop.simulation;

import edgeloop.Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A copy of the library and of the simulation, in which some classes are others. */
final class ChangedClasses extends ClassLoader {
    private static final String OURS = "edgeloop.";

    private final Path changed;

    /**
     * @param changed a folder with the class files that differ
     */
    ChangedClasses(Path changed) {
        super(ChangedClasses.class.getClassLoader());
        this.changed = changed;
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

    private static byte[] original(String file) throws IOException, ClassNotFoundException {
        // A module does not show resources of its packages to others, but its class files.
        for (Class<?> neighbour : new Class<?>[] {Mutant.class, Server.class}) {
            try (InputStream in = neighbour.getModule().getResourceAsStream(file)) {
                if (in != null) {
                    return in.readAllBytes();
                }
            }
        }
        throw new ClassNotFoundException(file);
    }
}
