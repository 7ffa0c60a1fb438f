package edgeloop.cli.load.measure;

/** Hears of the run while it is under way, on the main thread. */
public interface RunObserver {
    /** The first thing: so many connections are opened. */
    default void connecting(int connections) {}

    /** That has been tried. */
    default void connected() {}

    /** A stage begins. */
    default void stageBegan(StagePlan plan) {}

    /** An interval has been measured; it is valid during the call. */
    default void intervalEnded(StagePlan plan, Interval interval) {}

    /** The stage is over. */
    default void stageEnded(StageOutcome outcome) {}
}
