package edgeloop.cli.load.engine;

import edgeloop.cli.load.measure.ConnectionCounts;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.StageOutcome;

/** What an engine tells the main thread. */
sealed interface EngineEvent {
    /** The connect phase is over: every attempt has an outcome, or the user ended it. */
    record Connected(int connections, ConnectionCounts counts) implements EngineEvent {}

    /** An interval of the present stage is over. To be given back by {@link LoadEngine#recycle}. */
    record IntervalEnded(Interval interval) implements EngineEvent {}

    /** The stage is over; no interval of it comes any more. */
    record StageEnded(StageOutcome outcome, ConnectionCounts connections) implements EngineEvent {}
}
