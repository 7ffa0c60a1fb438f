package edgeloop.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project of a user's whose code is a named module: what docs/RELIABILITY.md says of it, done.
 */
@Timeout(300)
final class UserModuleIT {
    @TempDir private Path folder;

    @Test
    void testOfTheGuideRunsWithSurefireAsTheGuideSays() throws Exception {
        String guide = Files.readString(Path.of("docs/RELIABILITY.md"));
        guide = guide.substring(guide.indexOf("### For your own protocol"));
        Path project = folder.resolve("pom.xml");
        Files.writeString(project, pom(block(guide, "xml\n<plugin>")));
        write("src/main/java/module-info.java", "module user { requires edgeloop; }");
        write(
                "src/main/java/user/Greeter.java",
                """
                package user;
                import edgeloop.Connection;
                import edgeloop.ConnectionHandler;
                import edgeloop.IoBuffer;
                final class Greeter implements ConnectionHandler {
                    @Override
                    public void onRead(Connection connection, IoBuffer in) {
                        connection.write("Hello, " + in.readLine() + "!\\n");
                    }
                }
                """);
        write("src/test/java/user/GreeterTest.java", block(guide, "java\npackage user;"));

        File said = folder.resolve("said").toFile();
        Process maven =
                new ProcessBuilder("bin/maven", "--file", project.toString(), "test")
                        .redirectErrorStream(true)
                        .redirectOutput(said)
                        .start();
        assertThat(maven.waitFor(240, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(said.toPath(), UTF_8))
                .contains("Tests run: 1, Failures: 0, Errors: 0, Skipped: 0")
                .contains("BUILD SUCCESS");
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** The block of code that begins so. */
    private static String block(String guide, String begin) {
        int at = guide.indexOf("```" + begin);
        assertThat(at).as(begin).isNotNegative();
        int start = guide.indexOf('\n', at) + 1;
        return guide.substring(start, guide.indexOf("```", start));
    }

    /** With the versions of this build, whose plugins and libraries are there already. */
    private static String pom(String surefire) throws IOException {
        String versions = Files.readString(Path.of("pom.xml"));
        return """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>user</groupId>
          <artifactId>user</artifactId>
          <version>1</version>
          <properties>
            <maven.compiler.release>25</maven.compiler.release>
            <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
          </properties>
          <dependencies>
            %s
            %s
            <dependency>
              <groupId>org.junit.jupiter</groupId>
              <artifactId>junit-jupiter</artifactId>
              <version>%s</version>
              <scope>test</scope>
            </dependency>
          </dependencies>
          <build>
            <plugins>
              %s
              %s
              %s
            </plugins>
          </build>
        </project>
        """
                .formatted(
                        jar("edgeloop"),
                        jar("edgeloop-simulation"),
                        find(versions, "<junit.version>(.*)</junit.version>"),
                        plugin(versions, "maven-resources-plugin"),
                        plugin(versions, "maven-compiler-plugin"),
                        surefire.replace(
                                "<configuration>",
                                version(versions, "maven-surefire-plugin") + "<configuration>"));
    }

    /** The scope is another than the guide's, as nothing is to be installed for a test. */
    private static String jar(String module) {
        return """
        <dependency>
          <groupId>io.edgeloop</groupId>
          <artifactId>%s</artifactId>
          <version>0</version>
          <scope>system</scope>
          <systemPath>%s</systemPath>
        </dependency>
        """
                .formatted(module, Path.of(module, "target", module + ".jar").toAbsolutePath());
    }

    private static String plugin(String versions, String name) {
        return "<plugin><artifactId>%s</artifactId>%s</plugin>"
                .formatted(name, version(versions, name));
    }

    private static String version(String versions, String plugin) {
        return find(versions, "<artifactId>" + plugin + "</artifactId>\\s*(<version>.*</version>)");
    }

    private static String find(String text, String regex) {
        Matcher matcher = Pattern.compile(regex).matcher(text);
        assertThat(matcher.find()).as(regex).isTrue();
        return matcher.group(1);
    }
}
