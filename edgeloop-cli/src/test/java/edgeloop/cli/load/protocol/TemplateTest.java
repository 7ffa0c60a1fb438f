package edgeloop.cli.load.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.cli.load.measure.Shard;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is filled in, what is left, and in which order. */
class TemplateTest {
    @TempDir private Path folder;

    private static final Placeholders WITHOUT_DATA = new Placeholders(null, 1);

    private static String filled(Placeholders placeholders, String text, long number) {
        Template template = placeholders.compile(text, Placeholders.Place.BODY);
        byte[] bytes = new byte[(int) template.mostBytes()];
        int length = template.write(bytes, number, 0);
        assertThat(template.length(number, 0)).isEqualTo(length);
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** The next requests of a source. */
    private static List<String> next(RequestSource source, int count) {
        List<String> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            source.next();
            requests.add(
                    new String(source.bytes(), 0, source.length(), StandardCharsets.ISO_8859_1));
        }
        return requests;
    }

    private DataFile data(String name, String content) throws Exception {
        return DataFile.open(Files.writeString(folder.resolve(name), content));
    }

    private List<String> requests(String text, Placeholders.Place place, String csv, int count)
            throws Exception {
        try (DataFile data = data("d.csv", csv)) {
            RequestMix.Builder requests = new RequestMix.Builder();
            requests.add(new Placeholders(data, 1).compile(text, place), 1);
            return next(requests.build(data, null, Shard.WHOLE), count);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{seq}|7",
                "a{seq}b{seq}c|a7b7c",
                "{{seq}}|{seq}",
                "{{{seq}}}|{{seq}}",
                "{\"id\":{seq}}|{\"id\":7}",
                "{\"a\":{\"b\":{}}}|{\"a\":{\"b\":{}}}",
                "{name} {{name}} {0} { seq } {|{name} {{name}} {0} { seq } {",
            })
    void aPlaceholderIsFilledInAndOtherBracesAreText(String text, String expected) {
        assertThat(filled(WITHOUT_DATA, text, 7)).isEqualTo(expected);
    }

    @Test
    void whatIsByChanceHasItsFormAndIsTheSameByTheSeed() {
        String text = "{random:hex:16} {random:digits:3} {random:alnum:5}";
        assertThat(filled(WITHOUT_DATA, text, 1)).matches("[0-9a-f]{16} \\d{3} [0-9A-Za-z]{5}");
        Set<String> all = new HashSet<>();
        for (int i = 1; i <= 1000; i++) {
            all.add(filled(new Placeholders(null, 1), text, i));
        }
        assertThat(all).hasSize(1000);
        assertThat(filled(new Placeholders(null, 1), text, 1)).isIn(all);
        assertThat(filled(new Placeholders(null, 2), text, 1)).isNotIn(all);
        assertThat(filled(WITHOUT_DATA, "{random:hex:9}-{random:hex:9}", 1))
                .doesNotMatch("(.*)-\\1");
    }

    @Test
    void aUuidIsOneOfVersion4AndOneForTheWholeRequest() {
        String uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
        assertThat(filled(WITHOUT_DATA, "{uuid} {uuid}", 1)).matches("(" + uuid + ") \\1");
        assertThat(filled(WITHOUT_DATA, "{uuid}", 2))
                .matches(uuid)
                .isNotEqualTo(filled(WITHOUT_DATA, "{uuid}", 3))
                .isNotEqualTo(filled(new Placeholders(null, 1), "{uuid}", 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{random}", "{random:hex}", "{random:hex:0}", "{random:oct:3}"})
    void whatCannotBeByChanceIsRefused(String text) {
        assertThatThrownBy(() -> filled(WITHOUT_DATA, text, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @Test
    void rowsAreTakenInTurnAndOverAgain() throws Exception {
        assertThat(
                        requests(
                                "{id}-{a b};{uuid}",
                                Placeholders.Place.BODY,
                                "id,a b,uuid\n1,\"x,\n\"\"y\"\"\",u\n\n22,é,v\n",
                                3))
                .containsExactly("1-x,\n\"y\";u", "22-Ã©;v", "1-x,\n\"y\";u");
    }

    @Test
    void aUrlHasNothingInItThatItCannotHave() throws Exception {
        assertThat(requests("/{p}", Placeholders.Place.URL, "p\nä b#c/d?e=%20&f\n", 1))
                .containsExactly("/%C3%A4%20b%23c/d?e=%20&f");
    }

    @Test
    void aLengthIsThatOfThePresentBody() throws Exception {
        try (DataFile data = data("d.jsonl", "{\"b\":\"x\"}\n{\"b\":\"" + "y".repeat(11) + "\"}")) {
            Placeholders placeholders = new Placeholders(data, 1);
            RequestMix.Builder requests = new RequestMix.Builder();
            requests.add(
                    new HttpRequest("POST", "/", placeholders).with(placeholders.content("{b}")),
                    1);
            assertThat(next(requests.build(data, null, Shard.WHOLE), 2))
                    .containsExactly(
                            "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx",
                            "POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\nyyyyyyyyyyy");
        }
    }

    @Test
    void valuesOfJsonAreTextsOrJson() throws Exception {
        String line = "{\"s\":\"a\\nb\",\"n\":1.50,\"o\":{\"k\":[1,null]},\"z\":null}\n";
        try (DataFile data = data("d.jsonl", line)) {
            RequestMix.Builder requests = new RequestMix.Builder();
            requests.add(
                    new Placeholders(data, 1).compile("{s}|{n}|{o}|{z}", Placeholders.Place.BODY),
                    1);
            assertThat(next(requests.build(data, null, Shard.WHOLE), 1))
                    .containsExactly("a\nb|1.50|{\"k\":[1,null]}|null");
        }
    }

    @Test
    void aBinaryPayloadHasNoPlaceholders() {
        assertThat(WITHOUT_DATA.content("hex:7b7365717d").isFixed()).isTrue();
        assertThat(WITHOUT_DATA.content("{seq}").isFixed()).isFalse();
    }

    @Test
    void weightsAreSpreadOverTheRound() {
        assertThat(dealt(Deck.ofWeights(new int[] {30, 10}, null), 8))
                .containsExactly(0, 0, 1, 0, 0, 0, 1, 0);
        assertThat(dealt(Deck.ofWeights(new int[] {1, 1, 1}, null), 4)).containsExactly(0, 1, 2, 0);
    }

    @Test
    void aShuffledRoundHasEachCardAndTheNextRoundIsAnother() {
        Deck deck = Deck.of(100, new SplittableRandom(1));
        List<Integer> first = dealt(deck, 100);
        List<Integer> second = dealt(deck, 100);
        List<Integer> inOrder = dealt(Deck.of(100, null), 100);
        assertThat(first)
                .isNotEqualTo(second)
                .isNotEqualTo(inOrder)
                .containsExactlyInAnyOrderElementsOf(inOrder)
                .isEqualTo(dealt(Deck.of(100, new SplittableRandom(1)), 100));
        assertThat(second).containsExactlyInAnyOrderElementsOf(inOrder);
    }

    private static List<Integer> dealt(Deck deck, int count) {
        List<Integer> cards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            cards.add(deck.next());
        }
        return cards;
    }
}
