import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Gives the classes in jars a class-file version that an AOT cache takes: RenewClassFiles JAR...
 *
 * <p>A class file older than Java 6 has no stack maps, so the JVM must verify it anew at each start,
 * and leaves it out of the cache. picocli's are of Java 5, and most of what a start loads is picocli.
 * Their code stays as it is; stack maps are added. A jar without such classes is not touched.
 */
final class RenewClassFiles {
    /** Of Java 6: the first with stack maps. */
    private static final int FIRST_WITH_STACK_MAPS = 50;

    private static final String NOTE = "META-INF/EDGELOOP.txt";

    void main(String[] jars) throws IOException {
        for (String jar : jars) {
            Path file = Path.of(jar);
            try (var old = new ZipFile(file.toFile())) {
                if (hasOldClasses(old)) {
                    renew(file, old);
                }
            }
        }
    }

    private static boolean hasOldClasses(ZipFile jar) throws IOException {
        for (ZipEntry entry : jar.stream().toList()) {
            if (isOldClass(entry, read(jar, entry))) {
                return true;
            }
        }
        return false;
    }

    private static void renew(Path file, ZipFile old) throws IOException {
        Path renewed = Path.of(file + ".renewed");
        URL[] path = {file.toUri().toURL()};
        try (var loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader());
                var out = new ZipOutputStream(Files.newOutputStream(renewed))) {
            ClassFile classFile =
                    ClassFile.of(
                            StackMapsOption.GENERATE_STACK_MAPS,
                            ClassHierarchyResolverOption.of(
                                    ClassHierarchyResolver.ofResourceParsing(loader)));
            for (ZipEntry entry : old.stream().toList()) {
                byte[] content = read(old, entry);
                add(out, entry, isOldClass(entry, content) ? renew(classFile, content) : content);
            }
            String note =
                    "Changed for Edgeloop: class files have stack maps and version %d.%n"
                            .formatted(ClassFile.latestMajorVersion());
            add(out, new ZipEntry(NOTE), note.getBytes());
        }
        Files.move(renewed, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] renew(ClassFile classFile, byte[] old) {
        ClassTransform version =
                ClassTransform.endHandler(
                        builder -> builder.withVersion(ClassFile.latestMajorVersion(), 0));
        // Only what passes a transformation is written anew, with stack maps.
        ClassTransform code = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
        return classFile.transformClass(classFile.parse(old), code.andThen(version));
    }

    /** The version's higher half is at offset 6, JVM specification 4.1. */
    private static boolean isOldClass(ZipEntry entry, byte[] content) {
        return entry.getName().endsWith(".class")
                && ((content[6] & 0xFF) << 8 | content[7] & 0xFF) < FIRST_WITH_STACK_MAPS;
    }

    private static byte[] read(ZipFile jar, ZipEntry entry) throws IOException {
        try (var in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    /** With the old time, or the earliest: two builds give the same jar. */
    private static void add(ZipOutputStream out, ZipEntry entry, byte[] content)
            throws IOException {
        var copy = new ZipEntry(entry.getName());
        copy.setTime(Math.max(entry.getTime(), 315_619_200_000L)); // 1980, as early as zip goes
        out.putNextEntry(copy);
        out.write(content);
        out.closeEntry();
    }
}
