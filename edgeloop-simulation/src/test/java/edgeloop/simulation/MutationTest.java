package edgeloop.simulation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.tls.openssl.OpenSsl;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation finds what it is there to find: each bug of the lists in {@link #all}, put into
 * the library, among a stated number of seeds. A simulation that can't fail is worth nothing.
 *
 * <p>The seeds are always the same, so that a bug that is no longer found is the simulation's fault
 * and not chance.
 */
class MutationTest {
    private static final Map<String, String> FOUND = new ConcurrentHashMap<>();

    static Stream<Mutant> all() {
        return Stream.of(
                        AcceptingMutations.ALL,
                        ReadingMutations.ALL,
                        WritingMutations.ALL,
                        ClosingMutations.ALL,
                        LoopMutations.ALL,
                        EndingMutations.ALL,
                        ShortageMutations.ALL,
                        FailedCallMutations.ALL,
                        ClientMutations.ALL,
                        HandOverMutations.ALL,
                        ReactorMutations.ALL,
                        TimeMutations.ALL,
                        HttpMutations.ALL,
                        FileMutations.ALL,
                        ModeMutations.ALL,
                        RingMutations.ALL,
                        OpenSsl.missing() == null ? TlsMutations.ALL : List.<Mutant>of())
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("all")
    @Execution(ExecutionMode.CONCURRENT) // each has classes of its own
    void isFound(Mutant mutant, @TempDir Path folder) throws Exception {
        Mutant.Finding finding = mutant.hunt(folder);
        FOUND.put(
                mutant.name(),
                String.format(
                        "| %s | %,d | %,d | %s |",
                        mutant.name(),
                        finding.seed(),
                        mutant.last(),
                        finding.rule().lines().findFirst().orElse("")));
    }

    @Test
    void theLibraryItselfBreaksNoRule(@TempDir Path folder) {
        String same = "engine.dispatch();";
        Mutant unchanged = new Mutant("unchanged", "Reactor", same, same, 1_000);

        assertThatThrownBy(() -> unchanged.hunt(folder)).hasMessageContaining("not found");
    }

    @AfterAll
    static void print() {
        System.out.println("| mutation | found by seed | at the latest by | broken rule |");
        all().map(Mutant::name)
                .filter(FOUND::containsKey)
                .map(FOUND::get)
                .forEach(System.out::println);
    }
}
