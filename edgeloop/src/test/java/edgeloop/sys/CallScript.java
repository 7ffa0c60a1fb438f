package edgeloop.sys;

import edgeloop.sys.ScriptedSyscalls.Call;
import edgeloop.sys.ScriptedSyscalls.Made;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * What a test wants the calls of {@link ScriptedSyscalls} to answer, and the book of those that
 * were made.
 */
abstract class CallScript {
    private static final Set<Call> OPENING =
            Set.of(
                    Call.SOCKET,
                    Call.ACCEPT,
                    Call.EPOLL_CREATE,
                    Call.RING_SETUP,
                    Call.EVENTFD,
                    Call.TIMERFD,
                    Call.DUPLICATE,
                    Call.OPEN_AT,
                    Call.OPEN_BENEATH);

    private final Map<Call, Integer> counts = new EnumMap<>(Call.class);
    private final Map<Call, Deque<Integer>> answers = new EnumMap<>(Call.class);
    private final Map<Call, Integer> fixedAnswers = new EnumMap<>(Call.class);
    private final Map<Call, Integer> delayed = new EnumMap<>(Call.class);
    private final Map<Call, Runnable> before = new EnumMap<>(Call.class);
    private final List<Made> made = new ArrayList<>();

    /** The descriptors opened and not closed. */
    final Set<Integer> open = new HashSet<>();

    /** The next call answers {@code outcome}, and the kernel does not hear of it. */
    public synchronized void answerNext(Call call, int outcome) {
        answers.computeIfAbsent(call, _ -> new ArrayDeque<>()).add(outcome);
    }

    /** The one after the call that is about to be made answers {@code outcome}. */
    public synchronized void answerAfterNext(Call call, int outcome) {
        delayed.put(call, outcome);
    }

    /** All calls answer {@code outcome} until {@link #answerByKernel}. */
    public synchronized void answerAlways(Call call, int outcome) {
        fixedAnswers.put(call, outcome);
    }

    /** Calls go to the kernel again. */
    public synchronized void answerByKernel(Call call) {
        fixedAnswers.remove(call);
        answers.remove(call);
    }

    /** Just before the next call, {@code action} happens, as if on another thread. */
    public synchronized void runBeforeNext(Call call, Runnable action) {
        before.put(call, action);
    }

    public synchronized int count(Call call) {
        return counts.getOrDefault(call, 0);
    }

    /** How often {@code call} was made since counting began, by all and in order. */
    public synchronized List<Made> made() {
        return List.copyOf(made);
    }

    /** The calls made about one descriptor, in order. */
    public synchronized List<Call> madeAbout(int fd) {
        return made.stream().filter(m -> m.fd() == fd).map(Made::call).toList();
    }

    public synchronized void forgetCounts() {
        counts.clear();
        made.clear();
    }

    /** The descriptors opened and not closed. */
    public synchronized Set<Integer> openDescriptors() {
        return Set.copyOf(open);
    }

    /** Makes a call, unless the test has put in an outcome of its own; it is counted either way. */
    final int call(Call call, int fd, IntSupplier kernelsAnswer) {
        Integer answer = null;
        Runnable action;
        synchronized (this) {
            action = before.remove(call);
        }
        if (action != null) {
            action.run();
        }
        synchronized (this) {
            counts.merge(call, 1, Integer::sum);
            Deque<Integer> next = answers.get(call);
            answer = next == null ? null : next.poll();
            if (answer == null) {
                answer = fixedAnswers.get(call);
            }
            Integer following = delayed.remove(call);
            if (following != null) {
                answerNext(call, following);
            }
        }
        int outcome = answer == null ? kernelsAnswer.getAsInt() : answer;
        synchronized (this) {
            made.add(new Made(call, fd, outcome));
            if (answer == null && outcome >= 0 && OPENING.contains(call)) {
                open.add(outcome);
            }
        }
        return outcome;
    }
}
