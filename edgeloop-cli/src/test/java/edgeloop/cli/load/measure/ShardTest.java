package edgeloop.cli.load.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One tester's part among several. */
class ShardTest {
    @Test
    void thePartsOfAllAreTheWhole() {
        for (long total : new long[] {7, 8, 9, 1_000_000}) {
            long sum = 0;
            for (int i = 1; i <= 7; i++) {
                sum += new Shard(i, 7).partOf(total);
            }
            assertThat(sum).isEqualTo(total);
        }
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThat(new Shard(1, 4).missing(List.of(new Shard(2, 4), new Shard(4, 4))))
                .containsExactly(1, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/2", "3/2", "1", "1/", "/2", "1/0", "-1/2", "1/2/3", "1/999999"})
    void whatIsNoPartIsRefused(String text) {
        assertThatThrownBy(() -> Shard.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("must be I/N");
        assertThat(Shard.parse("2/3")).isEqualTo(new Shard(2, 3)).hasToString("2/3");
    }
}
