package edgeloop.simulation;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.IoBuffer;
import edgeloop.ServerOptions;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A protocol of a user's is tried by seeds, with the public parts alone. */
class UserSeedsTest {
    /** The first seed that cuts the line in two. */
    private static final int FIRST_WRONG = 4;

    /** Answers each line in capitals. */
    private static final class Shouter implements ConnectionHandler {
        private final boolean right;

        Shouter(boolean right) {
            this.right = right;
        }

        @Override
        public void onRead(Connection connection, IoBuffer in) {
            if (right) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    connection.write(line.toUpperCase(Locale.ROOT) + "\n");
                }
            } else { // takes it that a line comes in one piece
                String text = in.readString(in.remaining(), US_ASCII);
                connection.write(text.strip().toUpperCase(Locale.ROOT) + "\n");
            }
        }
    }

    private static void run(SimulatedKernel kernel, Choices choices, boolean right)
            throws Exception {
        kernel.faults().setRate(Fault.RECV_SHORT, choices.below(2) == 0 ? 1 << 14 : 0);
        kernel.faults().setRate(Fault.SEND_SHORT, 1 << 14);
        kernel.faults().setRate(Fault.RECV_INTERRUPTED, 1 << 14);
        try (var server =
                SimulatedServer.open(kernel, ServerOptions.defaults(), _ -> new Shouter(right))) {
            PeerSocket peer = kernel.connect();
            peer.send("hello\n");
            server.turnUntilIdle();
            String answer = peer.receiveText();
            if (!answer.equals("HELLO\n")) {
                throw kernel.violation("the peer got %s", answer.replace("\n", "\\n"));
            }
        }
    }

    @Test
    void oneThatIsRightPasses() {
        Seeds.check(1, 1_000, (kernel, choices) -> run(kernel, choices, true));
    }

    @Test
    void oneThatIsWrongIsToldWithItsShortestStory() {
        assertThatThrownBy(
                        () ->
                                Seeds.check(
                                        1, 1_000, (kernel, choices) -> run(kernel, choices, false)))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageStartingWith("seed ")
                .hasMessageContaining("accept(6) = 7")
                .hasMessageContaining("VIOLATION: the peer got ")
                .hasMessageContaining("Seeds.check(")
                .message()
                .doesNotContain("recv(7) = EINTR") // it fails without
                .containsPattern("recv\\(7\\) = [1-5]\\n");
    }

    @Test
    void aSeedFailsAgainInTheSameWay() {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(
                            () ->
                                    Seeds.check(
                                            1,
                                            1_000,
                                            (kernel, choices) -> run(kernel, choices, false)))
                    .hasMessageStartingWith("seed " + FIRST_WRONG + ":");
        }
    }
}
