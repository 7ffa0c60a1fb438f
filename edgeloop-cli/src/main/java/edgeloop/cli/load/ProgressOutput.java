package edgeloop.cli.load;

import edgeloop.cli.LineWriter;
import edgeloop.cli.Signals;
import edgeloop.cli.load.measure.RunObserver;
import edgeloop.cli.load.report.LiveView;
import edgeloop.cli.load.report.Progress;
import edgeloop.cli.load.report.Terminal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run is shown while it is under way: on a terminal by the live view, elsewhere, with {@code
 * NO_COLOR}, and on a terminal that is another program's just now, by a line every second.
 */
final class ProgressOutput implements AutoCloseable {
    private final List<RunObserver> observers;
    private final @Nullable LiveView view;

    private ProgressOutput(List<RunObserver> observers, @Nullable LiveView view) {
        this.observers = observers;
        this.view = view;
    }

    /**
     * @param quiet whether nothing is to be shown
     * @param stages how many there will be; 0 if nobody knows
     */
    static ProgressOutput start(boolean quiet, LineWriter err, String target, int stages) {
        if (quiet) {
            return new ProgressOutput(List.of(), null);
        }
        if (!Terminal.isStderr() || !Terminal.isForDrawing(System.getenv())) {
            return new ProgressOutput(List.of(new Progress(err::offerText)), null);
        }
        Terminal terminal = Terminal.ofStderr();
        LiveView view = LiveView.start(terminal, err, target, stages);
        Signals.onUnlessIgnored("WINCH", view::resized);
        Signals.onUnlessIgnored("TSTP", () -> view.suspend(Signals::stop));
        Progress background =
                new Progress(
                        line -> {
                            if (!terminal.foreground().getAsBoolean()) {
                                err.offerText(line);
                            }
                        });
        return new ProgressOutput(List.of(view, background), view);
    }

    List<RunObserver> observers() {
        return observers;
    }

    @Override
    public void close() {
        if (view != null) {
            view.close();
        }
    }
}
