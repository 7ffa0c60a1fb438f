package edgeloop.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A second strict parser reads what this one does: Node's llhttp. What it refuses is refused here
 * too, but for what docs/HTTP.md names; and what both take, they take for the same.
 */
class LlhttpTest {
    private static final int MUTATIONS = 20_000;

    @TempDir Path folder;

    @Test
    void whatLlhttpRefusesIsRefused() throws Exception {
        assumeTrue(nodeIsThere(), "there is no node on the PATH");
        List<byte[]> inputs = new ArrayList<>();
        List<String> seeds = new ArrayList<>(Inputs.GOOD);
        seeds.addAll(Inputs.BAD);
        seeds.forEach(input -> inputs.add(input.getBytes(ISO_8859_1)));
        Random random = new Random(2);
        for (int i = 0; i < MUTATIONS; i++) {
            inputs.add(Mutations.of(seeds, random));
        }
        // RFC 9110 section 2.5: a higher minor version is a 1.1. llhttp knows 1.0 and 1.1 alone.
        inputs.removeIf(input -> new String(input, ISO_8859_1).matches("(?s).*HTTP/1\\.[2-9].*"));
        List<String> theirs = parseWithLlhttp(inputs);
        List<String> differences = new ArrayList<>();
        int taken = 0;
        for (int i = 0; i < inputs.size(); i++) {
            List<String> ours = Events.requestsOf(inputs.get(i));
            taken += ours.size();
            List<String> known = theirs.get(i).lines().toList();
            if (ours.size() > known.size() || !known.subList(0, ours.size()).equals(ours)) {
                differences.add(
                        "input  "
                                + Events.escaped(new String(inputs.get(i), ISO_8859_1))
                                + "\n  ours   "
                                + ours
                                + "\n  llhttp "
                                + known);
            }
        }
        assertThat(taken).as("requests that were taken at all").isGreaterThan(MUTATIONS / 10);
        assertThat(differences).isEmpty();
    }

    @Test
    void whatIsRightIsTakenByBoth() throws Exception {
        assumeTrue(nodeIsThere(), "there is no node on the PATH");
        List<byte[]> inputs =
                Inputs.GOOD.stream().map(input -> input.getBytes(ISO_8859_1)).toList();
        List<String> theirs = parseWithLlhttp(inputs);
        for (int i = 0; i < inputs.size(); i++) {
            List<String> ours = Events.requestsOf(inputs.get(i));
            assertThat(ours).as(Inputs.GOOD.get(i)).isNotEmpty();
            assertThat(ours).as(Inputs.GOOD.get(i)).isEqualTo(theirs.get(i).lines().toList());
        }
    }

    private static boolean nodeIsThere() throws InterruptedException {
        try {
            return new ProcessBuilder("node", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** For each input a text with a line for each request that llhttp took. */
    private List<String> parseWithLlhttp(List<byte[]> inputs) throws Exception {
        Path script = folder.resolve("llhttp.js");
        try (InputStream source = getClass().getResourceAsStream("llhttp.js")) {
            Files.copy(source, script);
        }
        Path in = folder.resolve("in");
        Path out = folder.resolve("out");
        Files.write(in, inputs.stream().map(Base64.getEncoder()::encodeToString).toList());
        Process node =
                new ProcessBuilder("node", script.toString())
                        .redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        boolean ended = node.waitFor(60, TimeUnit.SECONDS);
        node.destroyForcibly();
        assertThat(ended).as("node ends").isTrue();
        assertThat(node.exitValue()).isZero();
        return Files.readAllLines(out).stream()
                .map(line -> new String(Base64.getDecoder().decode(line), ISO_8859_1))
                .toList();
    }
}
