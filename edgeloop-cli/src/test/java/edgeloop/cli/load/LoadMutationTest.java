package edgeloop.cli.load;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulated runs find what they are there to find: each bug of {@link LoadMutations}, put into
 * the load tester, within a stated number of seeds.
 */
@Tag("simulated")
class LoadMutationTest {
    private static final List<String> FOUND = new ArrayList<>();

    static List<LoadMutant> all() {
        return LoadMutations.ALL;
    }

    @ParameterizedTest
    @MethodSource("all")
    void isFound(LoadMutant mutant, @TempDir Path folder) throws Exception {
        LoadMutant.Finding finding = mutant.hunt(folder);
        FOUND.add(
                String.format(
                        Locale.ROOT,
                        "| %s | %,d | %,d | %s |",
                        mutant.name(),
                        finding.seed(),
                        mutant.seeds(),
                        abbreviated(finding.what())));
    }

    private static String abbreviated(String text) {
        return text.length() < 150 ? text : text.substring(0, 150) + " …";
    }

    @Test
    void theLoadTesterItselfTellsTheTruth(@TempDir Path folder) {
        String same = "interval.answered(now - due);";
        LoadMutant unchanged = new LoadMutant("unchanged", "engine/StageRun", same, same, 20);

        assertThatThrownBy(() -> unchanged.hunt(folder)).hasMessageContaining("not found");
    }

    @AfterAll
    static void print() {
        System.out.println("| bug | found by seed | at most | figure that was wrong |");
        FOUND.forEach(System.out::println);
    }
}
