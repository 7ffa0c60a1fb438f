package edgeloop.cli.load;

import java.util.List;

/** What is easily got wrong in a load tester; much of it once was in this one, or is in others. */
final class LoadMutations {
    static final List<LoadMutant> ALL =
            List.of(
                    new LoadMutant(
                            "coordinated omission: response times count from when a request was sent",
                            "engine/StageRun",
                            "interval.answered(now - due);",
                            "interval.answered(now - sent);",
                            20),
                    new LoadMutant(
                            "coordinated omission: a request that is late is due when it is sent",
                            "engine/Demand",
                            "            advance();\n            return due;",
                            "            advance();\n            return Math.max(due, now);",
                            20),
                    new LoadMutant(
                            "the service time counts from when a request was due",
                            "engine/StageRun",
                            "interval.served(now - sent);",
                            "interval.served(now - due);",
                            20),
                    new LoadMutant(
                            "the warm-up is measured",
                            "engine/StageRun",
                            "        if (due < demand.measureFrom) {",
                            "        if (false) {",
                            20),
                    new LoadMutant(
                            "what is late at the end of the window is not sent",
                            "engine/LoadEngine",
                            "run.closeWindow(run.demand.endOfSending);",
                            "run.closeWindow(run.demand.endOfSending); run.demand.stop();",
                            50),
                    new LoadMutant(
                            "answers to requests of the warm-up are no part of the rate",
                            "engine/StageRun",
                            "isByNumber() ? isMeasured(due) : now >= demand.measureFrom;",
                            "isMeasured(due);",
                            20),
                    new LoadMutant(
                            "answers after the window are part of the rate",
                            "engine/StageRun",
                            "            if (now < demand.endOfSending) {",
                            "            if (true) {",
                            20),
                    new LoadMutant(
                            "an answer that comes before the timer which ends the window is of it",
                            "engine/LoadEngine",
                            "if (run.windowEnd == StageRun.OPEN && now >= run.demand.endOfSending) {",
                            "if (false) {",
                            100),
                    new LoadMutant(
                            "requests on their way at the end are in no book",
                            "engine/Traffic",
                            "count += run.isMeasured(times.due(slot, i)) ? 1 : 0;",
                            "",
                            20),
                    new LoadMutant(
                            "requests on their way at the end have not waited",
                            "engine/Traffic",
                            "run.waited(times.due(slot, i), times.sent(slot, i), now);",
                            "",
                            20),
                    new LoadMutant(
                            "requests that time out are left out of the latencies",
                            "engine/StageRun",
                            "        failed(cause, due);\n        waited(due, sent, now);",
                            "        failed(cause, due);",
                            20),
                    new LoadMutant(
                            "a request that times out has waited since it was sent",
                            "engine/StageRun",
                            "interval.unanswered(now - due);\n            if (plan",
                            "interval.unanswered(now - sent);\n            if (plan",
                            20),
                    new LoadMutant(
                            "histograms of two digits",
                            "measure/Interval",
                            "DIGITS = 3;",
                            "DIGITS = 2;",
                            20),
                    new LoadMutant(
                            "the mean is that of the histogram",
                            "measure/Interval",
                            "responseSumNanos += responseNanos;",
                            "responseSumNanos += response.medianEquivalentValue(responseNanos);",
                            20),
                    new LoadMutant(
                            "an interval is lost where the next one begins",
                            "engine/LoadEngine",
                            "        run.interval = next;\n        passOn(ended);",
                            "        run.interval = next;",
                            20),
                    new LoadMutant(
                            "an interval is used again before it was evaluated",
                            "engine/StageMerge",
                            "            merged.add(interval);",
                            "            recycle.accept(interval, number); merged.add(interval);",
                            20),
                    new LoadMutant(
                            "a late interval moves all that follow",
                            "engine/StageMerge",
                            "mergedUntil = merged.endNanos;",
                            "mergedUntil = merged.endNanos + 1_000_000;",
                            20),
                    new LoadMutant(
                            "a connect that is tried again is counted twice",
                            "engine/Connecting",
                            "            replace(toRetry.removeFirst());",
                            "            book.attempted++; replace(toRetry.removeFirst());",
                            50),
                    new LoadMutant(
                            "a connect that is refused is in no book",
                            "engine/Connecting",
                            "book.failed.add(cause, 1);",
                            "",
                            50),
                    new LoadMutant(
                            "a request that waits for a connection counts as the tester's lateness",
                            "engine/Traffic",
                            "if (run.starved || free.isEmpty()) {",
                            "if (run.starved) {",
                            200),
                    new LoadMutant(
                            "the schedule begins anew where it was late",
                            "engine/Demand",
                            "            long due = next;\n",
                            "            long due = next;\n            if (now - due > 5_000_000)"
                                    + " { position = now / nanosPerRequest; }\n",
                            50),
                    new LoadMutant(
                            "the times of a thread count from its own first request",
                            "engine/StageMerge",
                            "interval.endNanos + later",
                            "interval.endNanos",
                            100),
                    new LoadMutant(
                            "the window of several threads begins with the last of them",
                            "measure/StageOutcome",
                            "mapToLong(StageOutcome::windowBeginNanos).min()",
                            "mapToLong(StageOutcome::windowBeginNanos).max()",
                            100),
                    new LoadMutant(
                            "an interval is over where one thread has ended it",
                            "engine/StageMerge",
                            "parts.stream().allMatch(part -> part.hasOneUntil(due))",
                            "parts.stream().anyMatch(part -> part.hasOneUntil(due))",
                            20),
                    new LoadMutant(
                            "what does not divide by the threads is not sent",
                            "measure/StagePlan",
                            "part.partOf(requests)",
                            "requests / threads",
                            20));

    private LoadMutations() {}
}
