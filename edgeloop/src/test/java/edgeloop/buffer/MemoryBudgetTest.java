package edgeloop.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryBudgetTest {
    @Test
    void whatIsTakenIsNeverMoreThanThereIs() {
        var budget = new MemoryBudget(100);
        assertThat(budget.take(60)).isTrue();
        assertThat(budget.take(60)).isFalse();
        assertThat(budget.take(40)).isTrue();
        budget.giveBack(60);
        assertThat(budget.take(60)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "128, 256, 32",
        "24000, 256, 512",
        "24000, 6000, 6000",
        "20, 16, 16",
        "8796093022207, 8796093022207, 2199023255551"
    })
    @DisplayName("E67 by default it is a quarter of the memory, within twice the heap, or 16 MiB")
    void byDefaultItIsAQuarterOfTheMemory(long memoryMib, long heapMib, long expectedMib) {
        long bytes = MemoryBudget.defaultBytes(memoryMib << 20, heapMib << 20);
        assertThat(bytes >> 20).isEqualTo(expectedMib);
    }
}
