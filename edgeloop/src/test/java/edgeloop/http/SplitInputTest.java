package edgeloop.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** However an input is cut into pieces, it tells the same: TCP keeps no boundaries. */
class SplitInputTest {
    private static final HttpOptions OPTIONS = HttpOptions.defaults();
    private static final HttpOptions NARROW = OPTIONS.withMaxHead(24, 48, 3).withMaxBodyBytes(8);

    static Stream<String> inputs() {
        return Stream.concat(Inputs.GOOD.stream(), Inputs.BAD.stream());
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void eachPrefixAndItsRestTellTheSameAsTheWhole(String input) {
        byte[] bytes = input.getBytes(ISO_8859_1);
        for (HttpOptions options : List.of(OPTIONS, NARROW)) {
            List<String> whole = Events.of(options, bytes);
            for (int cut = 0; cut <= bytes.length; cut++) {
                assertThat(Events.of(options, bytes, cut)).as("cut at %d", cut).isEqualTo(whole);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void byteByByteTellsTheSameAsTheWhole(String input) {
        byte[] bytes = input.getBytes(ISO_8859_1);
        int[] cuts = IntStream.range(0, bytes.length).toArray();
        for (HttpOptions options : List.of(OPTIONS, NARROW)) {
            assertThat(Events.of(options, bytes, cuts)).isEqualTo(Events.of(options, bytes));
        }
    }

    @Test
    void anyCutsOfMutatedInputsTellTheSame() {
        List<String> seeds = new ArrayList<>(Inputs.GOOD);
        seeds.addAll(Inputs.BAD);
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Mutations.of(seeds, random);
            List<Integer> cuts = new ArrayList<>();
            for (int n = random.nextInt(4); n >= 0; n--) {
                cuts.add(random.nextInt(bytes.length + 1));
            }
            Collections.sort(cuts);
            int[] places = cuts.stream().mapToInt(Integer::intValue).toArray();
            assertThat(Events.of(OPTIONS, bytes, places))
                    .as("%s", new String(bytes, ISO_8859_1))
                    .isEqualTo(Events.of(OPTIONS, bytes));
        }
    }
}
