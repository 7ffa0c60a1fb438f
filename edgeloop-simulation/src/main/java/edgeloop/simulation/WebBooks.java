package edgeloop.simulation;

import edgeloop.CloseReason;
import edgeloop.ServerStats;
import edgeloop.http.AccessLog;
import edgeloop.http.AccessLogEntry;
import edgeloop.http.HttpStats;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The access log of a {@link WebScenario}, which throws now and then, and the numbers that the
 * server's statistics are held against.
 */
final class WebBooks implements AccessLog {
    private static final String HANDLER_FAILED = "An HTTP handler failed; the client gets 500";
    private static final String LOG_FAILED = "An access log failed; an answer is missing in it";

    int accepted;

    private final WebScenario scenario;
    private final SimulatedKernel kernel;
    private final Choices choices;
    private final int[] byClass = new int[6];
    private int handlerFailures;
    private int logFailures;
    private int closed;
    private int protocolErrors;
    private int timeouts;

    WebBooks(WebScenario scenario, Choices choices) {
        this.scenario = scenario;
        this.kernel = scenario.kernel;
        this.choices = choices;
    }

    /** A handler throws, or what it has promised. */
    void handlerFails() {
        handlerFailures++;
    }

    void closed(WebConnection connection, CloseReason reason) {
        closed++;
        protocolErrors += reason instanceof CloseReason.ProtocolError ? 1 : 0;
        timeouts += reason instanceof CloseReason.TimedOut ? 1 : 0;
        scenario.gone(connection);
    }

    @Override
    public void onAnswered(AccessLogEntry entry) {
        byClass[entry.status() / 100]++;
        if (kernel.isTraced()) {
            kernel.note(
                    "    logged: \"%s\" %d %d",
                    entry.requestLine(), entry.status(), entry.contentBytes());
        }
        WebConnection connection = connection(entry);
        if (connection != null) {
            connection.logged(entry);
        }
        if (choices.chance(scenario.settings.logFailures)) {
            logFailures++;
            throw new Handlers.Thrown();
        }
    }

    /** Whose answer it is: null where the client has gone, and its request could not be read. */
    private @Nullable WebConnection connection(AccessLogEntry entry) {
        String label = entry.referer();
        if (label != null) {
            return scenario.connection(Integer.parseInt(label, 0, label.indexOf('.'), 10));
        }
        InetSocketAddress client = entry.client();
        return client == null ? null : scenario.connection(client);
    }

    // ---- The end ------------------------------------------------------------------------------

    void check(ServerStats stats, HttpStats http, List<String> problems) {
        check("accepted", stats.accepted(), accepted);
        check("onClose", closed, accepted);
        check("active", stats.activeConnections(), 0);
        check("protocolErrors", stats.protocolErrors(), protocolErrors);
        check("timeouts", stats.timeouts(), timeouts);
        check("2xx", http.successful(), byClass[2]);
        check("3xx", http.redirected(), byClass[3]);
        check("4xx", http.clientErrors(), byClass[4]);
        check("5xx", http.serverErrors(), byClass[5]);
        int failures = (int) http.handlerFailures();
        boolean lists = scenario.settings.listing; // of a list that fails nobody else hears
        if (failures < handlerFailures || (failures > handlerFailures && !lists)) {
            check("handlerFailures", failures, handlerFailures);
        }
        checkSaid(problems, HANDLER_FAILED, failures);
        checkSaid(problems, LOG_FAILED, logFailures);
    }

    private void check(String what, long actual, long expected) {
        if (actual != expected) {
            throw kernel.violation("statistics: %s is %d, not %d", what, actual, expected);
        }
    }

    private void checkSaid(List<String> problems, String what, int times) {
        int said = 0;
        for (String problem : problems) {
            if (problem.startsWith(what)) {
                said += timesSaid(problem.substring(what.length()));
            }
        }
        if (said != times) {
            throw kernel.violation("\"%s\" is said %d times, not %d", what, said, times);
        }
    }

    /** By what follows the words: how many were left out before, and the cause of this one. */
    private static int timesSaid(String rest) {
        boolean more = rest.startsWith(" (");
        int leftOut = more ? Integer.parseInt(rest, 2, rest.indexOf(' ', 2), 10) : 0;
        return leftOut + (rest.contains(": ") ? 1 : 0);
    }
}
