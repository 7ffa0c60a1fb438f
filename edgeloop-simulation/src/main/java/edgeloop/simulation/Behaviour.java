package edgeloop.simulation;

import edgeloop.Connection;

/** What the handler of a connection does in a {@link Scenario}. */
enum Behaviour {
    ECHO(true, true),
    FRAMES(false, true),
    TRANSFER(true, true),
    DEFER(true, false),
    PAUSE(true, true),
    TASKS(true, false),
    TRAILER(true, false),
    PRODUCE(false, false),
    ANSWER_AND_CLOSE(false, false),
    CLOSE_OTHERS(true, true),
    THROW(true, true),
    REFUSE(false, false);

    /** Whether a peer that goes on reading gets back what it has sent, byte for byte. */
    final boolean echoes;

    /** Whether its output is bounded by the high-water mark and one read. */
    final boolean bounded;

    Behaviour(boolean echoes, boolean bounded) {
        this.echoes = echoes;
        this.bounded = bounded;
    }

    /** A quarter echoes at once; the others share the rest. */
    static Behaviour draw(Choices choices) {
        return choices.below(4) == 0 ? ECHO : values()[choices.below(values().length)];
    }

    CheckedHandler create(Scenario scenario, SwarmPeer peer, Connection connection) {
        return switch (this) {
            case ECHO -> new Handlers.Echo(scenario, peer, connection);
            case FRAMES -> new Handlers.Frames(scenario, peer, connection);
            case TRANSFER -> new Handlers.Transfer(scenario, peer, connection);
            case DEFER -> new Handlers.Defer(scenario, peer, connection);
            case PAUSE -> new Handlers.Pause(scenario, peer, connection);
            case TASKS -> new Handlers.Tasks(scenario, peer, connection);
            case TRAILER -> new Handlers.Trailer(scenario, peer, connection);
            case PRODUCE -> new Handlers.Produce(scenario, peer, connection);
            case ANSWER_AND_CLOSE -> new Handlers.AnswerAndClose(scenario, peer, connection);
            case CLOSE_OTHERS -> new Handlers.CloseOthers(scenario, peer, connection);
            case THROW -> new Handlers.Throw(scenario, peer, connection);
            case REFUSE -> throw new Handlers.Thrown();
        };
    }
}
