package edgeloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PrepareTest {
    @Test
    void nothingIsLeftOpen() throws IOException {
        Server.prepare();
        int before = openReactors();

        Server.prepare();

        assertThat(openReactors()).isEqualTo(before);
    }

    /** Counted by the eventfd, which each reactor has. */
    private static int openReactors() throws IOException {
        int count = 0;
        try (var fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : fds) {
                if (isEventfd(fd)) {
                    count++;
                }
            }
        }
        return count;
    }

    private static boolean isEventfd(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString().contains("[eventfd]");
        } catch (IOException e) {
            return false; // that of the listing itself, closed by now
        }
    }
}
