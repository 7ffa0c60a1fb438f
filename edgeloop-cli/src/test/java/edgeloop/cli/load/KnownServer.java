package edgeloop.cli.load;

import edgeloop.simulation.ConnectAttempt;
import edgeloop.simulation.PeerSocket;
import edgeloop.simulation.RemoteHost;
import edgeloop.simulation.SimulatedKernel;
import edgeloop.simulation.World;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A server on a simulated kernel that answers each request at a time that is known beforehand, and
 * keeps its own book. A request bears its number: {@code "17\n"}, or {@code GET /17}. Times are
 * those of {@link SimulatedKernel#elapsedNanos}.
 */
final class KnownServer implements RemoteHost, World {
    private static final String HTTP_ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /** How a server behaves. */
    interface Behaviour {
        /**
         * When a request is answered; NEVER for not at all. Asked once for each, in the order in
         * which they come.
         *
         * @param number the request's, from 1
         * @param beganNanos when the first one came
         */
        long answerNanos(long number, long arrivalNanos, long beganNanos);
    }

    /**
     * What became of a request.
     *
     * @param arrivalNanos when it came
     * @param answerNanos when its answer was sent; NEVER if it was not
     */
    record Entry(long number, long arrivalNanos, long answerNanos) {}

    private record Event(long atNanos, long order, Runnable task) {}

    private final SimulatedKernel kernel;
    private final Behaviour behaviour;
    private final long connectNanos;
    private final List<Entry> book = new ArrayList<>();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(
                    Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
    private long order;
    private long beganNanos = NEVER;

    /**
     * @param connectNanos how long it takes to establish a connection
     */
    KnownServer(SimulatedKernel kernel, Behaviour behaviour, long connectNanos) {
        this.kernel = kernel;
        this.behaviour = behaviour;
        this.connectNanos = connectNanos;
        kernel.setWorld(this);
    }

    /** All requests, in the order in which they came. */
    List<Entry> book() {
        return book;
    }

    /** When the first request came. */
    long beganNanos() {
        return beganNanos;
    }

    // ---- A host -------------------------------------------------------------------------------

    @Override
    public void reached(ConnectAttempt attempt) {
        at(
                kernel.elapsedNanos() + connectNanos,
                () -> {
                    if (!attempt.isOver()) {
                        serve(attempt.accept());
                    }
                });
    }

    private void serve(PeerSocket socket) {
        StringBuilder input = new StringBuilder();
        socket.onChange(
                () -> {
                    input.append(socket.receiveText());
                    takeRequests(socket, input);
                    if (socket.isAtEnd()) {
                        socket.onChange(() -> {});
                        socket.close();
                    }
                });
    }

    private void takeRequests(PeerSocket socket, StringBuilder input) {
        while (true) {
            boolean http = input.indexOf("GET /") == 0;
            String end = http ? "\r\n\r\n" : "\n";
            int length = input.indexOf(end) + end.length();
            if (length < end.length()) {
                return;
            }
            String request = input.substring(0, length);
            input.delete(0, length);
            long number =
                    http
                            ? Long.parseLong(request.substring(5, request.indexOf(' ', 5)))
                            : Long.parseLong(request.strip());
            take(socket, number, http ? HTTP_ANSWER : request);
        }
    }

    private void take(PeerSocket socket, long number, String answer) {
        long now = kernel.elapsedNanos();
        if (beganNanos == NEVER) {
            beganNanos = now;
        }
        long at = behaviour.answerNanos(number, now, beganNanos);
        book.add(new Entry(number, now, at));
        if (at != NEVER) {
            byte[] bytes = answer.getBytes(StandardCharsets.ISO_8859_1);
            at(at, () -> socket.send(bytes, 0, bytes.length));
        }
    }

    /** Runs {@code task} at {@code nanos}, behind what is to happen then already. */
    void at(long nanos, Runnable task) {
        events.add(new Event(nanos, order++, task));
    }

    // ---- The world ----------------------------------------------------------------------------

    @Override
    public long nextNanos() {
        Event next = events.peek();
        return next == null ? NEVER : next.atNanos;
    }

    @Override
    public void act() {
        @Nullable Event next;
        while ((next = events.peek()) != null && next.atNanos <= kernel.elapsedNanos()) {
            events.remove();
            next.task.run();
        }
    }

    @Override
    public void interleave() {}

    @Override
    public void beforeSleep(long untilNanos) {}

    @Override
    public boolean stalled() {
        return false;
    }
}
