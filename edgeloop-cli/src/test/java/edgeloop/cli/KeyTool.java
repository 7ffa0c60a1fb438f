package edgeloop.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Makes keys and certificates by the {@code keytool} of the running JDK, for tests. */
public final class KeyTool {
    private KeyTool() {}

    /** A folder that goes with this JVM. */
    public static Path folder(String name) throws IOException {
        Path folder = Files.createTempDirectory(name);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
        return folder;
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(each -> each.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Adds a key with its certificate to a store.
     *
     * @param store in PKCS#12, made if it is not there; what keytool says goes into its folder
     * @param more its kind, who signs it if not itself, extensions
     */
    public static void makeKey(
            Path store, String password, String alias, String name, List<String> more)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        command.addAll(List.of("-genkeypair", "-alias", alias, "-dname", "CN=" + name));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", password, "-validity", "365"));
        command.addAll(more);
        Path output = store.resolveSibling("keytool.log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .redirectInput(new File("/dev/null"))
                        .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("keytool hangs: " + command);
        }
        if (process.exitValue() != 0) {
            throw new IOException(command + ": " + Files.readString(output));
        }
    }

    /** What is in DER, in PEM, RFC 7468. */
    public static String pem(String type, byte[] der) {
        Base64.Encoder encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(type, encoder.encodeToString(der), type);
    }
}
