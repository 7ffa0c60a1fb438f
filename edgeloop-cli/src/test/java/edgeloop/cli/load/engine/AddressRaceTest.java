package edgeloop.cli.load.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** In which order and when the addresses of a name are tried. */
@DisplayName("RFC 8305: the addresses of a name take turns")
class AddressRaceTest {
    private static final int PORT = 8080;

    /** Attempts that end when the test says so, and a clock that it moves. */
    private static final class Scripted implements AddressRace.Network {
        private record Attempt(Runnable onSuccess, Consumer<String> onFailure) {}

        private record Task(long atMillis, Runnable task) {}

        private final Map<String, Attempt> attempts = new HashMap<>();
        private final List<String> begun = new ArrayList<>();
        private final List<Task> tasks = new ArrayList<>();
        private long nowMillis;

        @Override
        public void connect(InetSocketAddress to, Runnable onSuccess, Consumer<String> onFailure) {
            String address = to.getAddress().getHostAddress();
            attempts.put(address, new Attempt(onSuccess, onFailure));
            begun.add(nowMillis + " " + address);
        }

        @Override
        public void schedule(Duration delay, Runnable task) {
            tasks.add(new Task(nowMillis + delay.toMillis(), task));
        }

        void advance(long millis) {
            long end = nowMillis + millis;
            while (nowMillis < end) {
                nowMillis++;
                for (Task task : List.copyOf(tasks)) {
                    if (task.atMillis == nowMillis) {
                        task.task.run();
                    }
                }
            }
        }

        void answer(String address) {
            attempts.get(address).onSuccess.run();
        }

        void refuse(String address) {
            attempts.get(address).onFailure.accept("refused");
        }
    }

    private final Scripted network = new Scripted();
    private AddressRace.Outcome outcome;

    private static List<InetAddress> addresses(String... literals) throws Exception {
        List<InetAddress> addresses = new ArrayList<>();
        for (String literal : literals) {
            addresses.add(InetAddress.getByName(literal));
        }
        return addresses;
    }

    private static InetSocketAddress at(String literal) throws Exception {
        return new InetSocketAddress(InetAddress.getByName(literal), PORT);
    }

    private AddressRace race(String... literals) throws Exception {
        List<InetSocketAddress> all =
                addresses(literals).stream().map(a -> new InetSocketAddress(a, PORT)).toList();
        AddressRace race = new AddressRace(all, network, ended -> outcome = ended);
        race.begin();
        return race;
    }

    @Test
    void familiesTakeTurnsAndTheFirstStaysTheFirst() throws Exception {
        assertThat(
                        AddressRace.order(
                                addresses(
                                        "2001:db8::1", "2001:db8::2", "192.0.2.1", "2001:db8::3")))
                .isEqualTo(addresses("2001:db8::1", "192.0.2.1", "2001:db8::2", "2001:db8::3"));
        assertThat(AddressRace.order(addresses("192.0.2.1", "192.0.2.2", "2001:db8::1")))
                .isEqualTo(addresses("192.0.2.1", "2001:db8::1", "192.0.2.2"));
    }

    @Test
    void onThisMachineItIsIpv4() throws Exception {
        assertThat(AddressRace.order(addresses("::1", "127.0.0.1")))
                .isEqualTo(addresses("127.0.0.1", "::1"));
    }

    @Test
    void noAddressIsTriedTwice() throws Exception {
        assertThat(ServerSearch.order(addresses("192.0.2.1", "192.0.2.1"), PORT)).hasSize(1);
    }

    @Test
    void attemptsBeginAQuarterOfASecondApart() throws Exception {
        race("192.0.2.1", "192.0.2.2", "192.0.2.3");
        network.advance(2000);
        assertThat(network.begun).containsExactly("0 192.0.2.1", "250 192.0.2.2", "500 192.0.2.3");
        assertThat(outcome).isNull();
    }

    @Test
    void failureBringsTheNextOneAtOnceAndTheDelayAnew() throws Exception {
        race("192.0.2.1", "192.0.2.2", "192.0.2.3");
        network.advance(100);
        network.refuse("192.0.2.1");
        network.advance(2000);
        assertThat(network.begun).containsExactly("0 192.0.2.1", "100 192.0.2.2", "350 192.0.2.3");
    }

    @Test
    void firstToAnswerWinsThoughOthersBeganBefore() throws Exception {
        race("192.0.2.1", "192.0.2.2", "192.0.2.3");
        network.advance(300);
        network.answer("192.0.2.2");
        AddressRace.Outcome first = outcome;
        assertThat(first.winner()).isEqualTo(at("192.0.2.2"));
        network.advance(2000);
        network.answer("192.0.2.1");
        assertThat(outcome).isSameAs(first);
        assertThat(network.begun).hasSize(2);
    }

    @Test
    void slowOneMayStillWin() throws Exception {
        race("192.0.2.1", "192.0.2.2");
        network.advance(260);
        network.refuse("192.0.2.2");
        assertThat(outcome).isNull();
        network.answer("192.0.2.1");
        assertThat(outcome.winner()).isEqualTo(at("192.0.2.1"));
    }

    @Test
    void whenAllHaveFailedEachSaysWhy() throws Exception {
        race("192.0.2.1", "2001:db8::1");
        network.refuse("192.0.2.1");
        assertThat(outcome).isNull();
        network.refuse("2001:db8:0:0:0:0:0:1");
        assertThat(outcome.winner()).isNull();
        assertThat(outcome.causes())
                .containsExactly(
                        entry(at("192.0.2.1"), "refused"), entry(at("2001:db8::1"), "refused"));
    }

    @Test
    void givenUpItSaysWhatItKnows() throws Exception {
        AddressRace race = race("192.0.2.1", "192.0.2.2", "192.0.2.3");
        network.refuse("192.0.2.1");
        network.advance(100);
        race.giveUp();
        assertThat(outcome.winner()).isNull();
        assertThat(outcome.causes())
                .containsExactly(
                        entry(at("192.0.2.1"), "refused"), entry(at("192.0.2.2"), "timeout"));
        network.advance(2000);
        assertThat(network.begun).hasSize(2);
    }
}
