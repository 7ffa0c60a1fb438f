package edgeloop.cli.load.report;

import edgeloop.cli.LineWriter;
import edgeloop.cli.load.measure.Interval;
import edgeloop.cli.load.measure.RunObserver;
import edgeloop.cli.load.measure.StageOutcome;
import edgeloop.cli.load.measure.StagePlan;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A run on one screen that is drawn again and again. Any thread may call any method.
 *
 * <p>It is drawn in place and not on the alternate screen: what stood above stays readable, and the
 * results take the view's place, with nothing to restore should the program be killed. Between two
 * drawings the cursor is at the view's first character. So each drawing is whole by itself, and
 * none has to know how many rows the last one takes: when a terminal is resized, some wrap its
 * lines anew and others do not, but all keep the cursor's place in the text.
 *
 * <p>Sequences are those of ECMA-48 and of DEC's VT100 and VT220, which xterm, tmux, screen and the
 * Linux console know alike.
 */
public final class LiveView implements RunObserver, AutoCloseable {
    private static final long REDRAW_MILLIS = 250;

    /** How long a terminal that takes nothing may hold up a suspension. */
    private static final Duration SUSPEND_TIMEOUT = Duration.ofSeconds(1);

    private static final String ERASE_LINE_END = "\u001b[K";
    private static final String ERASE_BELOW = "\u001b[J";
    private static final String HIDE_CURSOR = "\u001b[?25l";
    private static final String SHOW_CURSOR = "\u001b[?25h";

    /** Else a line that is wider than thought would push the others down. */
    private static final String WRAP_OFF = "\u001b[?7l";

    private static final String WRAP_ON = "\u001b[?7h";

    private final Terminal terminal;
    private final LineWriter writer;
    private final LongSupplier clock;
    private final String target;
    private final int stages;
    private final LiveFigures figures = new LiveFigures();
    private Terminal.@Nullable Size size;
    private boolean drawn;
    private boolean suspended;
    private boolean closed;

    /**
     * @param clock in nanoseconds
     * @param target as the user named it
     * @param stages how many there will be; 0 if nobody knows
     */
    LiveView(Terminal terminal, LineWriter writer, LongSupplier clock, String target, int stages) {
        this.terminal = terminal;
        this.writer = writer;
        this.clock = clock;
        this.target = target;
        this.stages = stages;
    }

    /** A view that a thread of its own draws, a few times a second. */
    public static LiveView start(Terminal terminal, LineWriter writer, String target, int stages) {
        LiveView view = new LiveView(terminal, writer, System::nanoTime, target, stages);
        Thread.ofPlatform().name("live view").daemon().start(view::run);
        return view;
    }

    private synchronized void run() {
        try {
            while (!closed) {
                redraw();
                wait(REDRAW_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Draws what is known by now. A terminal that has not taken the last drawing yet gets no other,
     * so that it never has more than one to catch up with.
     */
    synchronized void redraw() {
        if (figures.phase == LiveFigures.Phase.NONE || suspended || closed || writer.isBehind()) {
            return;
        }
        if (!terminal.foreground().getAsBoolean()) {
            drawn = false; // what others have drawn since is not to be erased
            return;
        }
        Terminal.Size measured = size;
        boolean resized = measured == null;
        if (measured == null) {
            measured = terminal.measure().get();
            size = measured;
        }
        List<String> lines =
                LiveScreen.lines(figures, terminal, measured, target, stages, clock.getAsLong());
        StringBuilder text = new StringBuilder();
        text.append(drawn ? "" : HIDE_CURSOR).append(WRAP_OFF).append('\r');
        text.append(resized && drawn ? ERASE_BELOW : "");
        text.append(String.join(ERASE_LINE_END + "\r\n", lines)).append(ERASE_BELOW);
        text.append(lines.size() > 1 ? "\u001b[" + (lines.size() - 1) + "A" : "");
        writer.offerText(text.append('\r').append(WRAP_ON).toString());
        drawn = true;
    }

    /** The terminal has another size, which the next drawing asks for. */
    public synchronized void resized() {
        size = null;
    }

    /**
     * Leaves the terminal to the shell while {@code stop} stops this program.
     *
     * @param stop returns when the program goes on
     */
    public void suspend(Runnable stop) {
        synchronized (this) {
            suspended = true;
            erase();
        }
        try {
            boolean _ = writer.awaitWritten(SUSPEND_TIMEOUT); // stops in any case
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stop.run();
        synchronized (this) {
            suspended = false;
            size = null;
        }
    }

    @Override
    public synchronized void connecting(int connections) {
        figures.connecting(connections, clock.getAsLong());
    }

    @Override
    public synchronized void connected() {
        figures.ended();
        erase();
    }

    @Override
    public synchronized void stageBegan(StagePlan plan) {
        figures.stageBegan(plan, clock.getAsLong());
    }

    @Override
    public synchronized void intervalEnded(StagePlan plan, Interval interval) {
        figures.add(interval);
    }

    @Override
    public synchronized void stageEnded(StageOutcome outcome) {
        figures.ended();
        erase();
    }

    /** Erases the view, for good. */
    @Override
    public synchronized void close() {
        closed = true;
        erase();
        notifyAll();
    }

    private void erase() {
        if (drawn) {
            writer.offerText("\r" + ERASE_BELOW + SHOW_CURSOR);
            drawn = false;
        }
    }
}
