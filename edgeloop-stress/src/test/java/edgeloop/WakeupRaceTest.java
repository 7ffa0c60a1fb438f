package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Runs {@link WakeupRace} for a while, in JVMs of its own, as jcstress does. */
class WakeupRaceTest {
    private static final String ITERATIONS = "15";
    private static final String ITERATION_MILLIS = "1000";

    @Test
    @DisplayName("E34: no wakeup is lost")
    void noWakeupIsLost() throws Exception {
        Path log = Path.of("target", "jcstress.log");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "org.openjdk.jcstress.Main",
                                "-t",
                                "WakeupRace",
                                "-f",
                                "1",
                                "-sc",
                                "false",
                                "-af",
                                "NONE",
                                "-iters",
                                ITERATIONS,
                                "-time",
                                ITERATION_MILLIS,
                                "-jvmArgs",
                                "-XX:+UseSerialGC",
                                "-r",
                                "jcstress")
                        .directory(new File("target"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
            assertThat(Files.readString(log)).contains("1 passed, 0 failed");
        } finally {
            process.destroyForcibly();
        }
    }
}
