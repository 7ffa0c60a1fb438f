import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class ChatTest {

    @ParameterizedTest
    @ValueSource(strings = {"Chat", "ChatOnAllCores", "NettyChat", "VertxChat"})
    void whatOneSaysEverybodyReads(String example) throws Exception {
        try (var server = ExampleProcess.start(example)) {
            var ada = server.connect();
            assertThat(ada.ask("Ada")).isEqualTo("Ada is here");
            var grace = server.connect();
            assertThat(grace.ask("Grace")).isEqualTo("Grace is here");
            assertThat(ada.line()).isEqualTo("Grace is here");

            assertThat(ada.ask("Hello!")).isEqualTo("Ada: Hello!");
            assertThat(grace.line()).isEqualTo("Ada: Hello!");
            ada.close();
            assertThat(grace.line()).isEqualTo("Ada has left");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Chat", "ChatOnAllCores", "NettyChat", "VertxChat"})
    void nobodyHearsOfOneWhoNeverSaidAName(String example) throws Exception {
        try (var server = ExampleProcess.start(example)) {
            var ada = server.connect();
            assertThat(ada.ask("Ada")).isEqualTo("Ada is here");
            var silent = server.connect();
            silent.finish();
            assertThat(silent.line()).isNull();
            assertThat(ada.ask("Nobody?")).isEqualTo("Ada: Nobody?");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Chat", "ChatOnAllCores", "NettyChat", "VertxChat"})
    void oneWhoDoesNotReadIsPutOut(String example) throws Exception {
        try (var server = ExampleProcess.start(example)) {
            var ada = server.connect();
            assertThat(ada.ask("Ada")).isEqualTo("Ada is here");
            var deaf = server.connect();
            assertThat(deaf.ask("Deaf")).isEqualTo("Deaf is here");
            assertThat(ada.line()).isEqualTo("Deaf is here");

            String speech = "x".repeat(50_000);
            String heard = ada.ask(speech);
            while (heard.equals("Ada: " + speech)) {
                heard = ada.ask(speech);
            }
            assertThat(heard).isEqualTo("Deaf has left");
        }
    }
}
