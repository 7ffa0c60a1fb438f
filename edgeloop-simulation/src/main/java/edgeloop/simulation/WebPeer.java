package edgeloop.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client of a {@link WebScenario}: sends requests in pieces, and reads what comes of them. */
final class WebPeer {
    /** How a peer ends its connection. */
    enum Ending {
        /** Sends its FIN after the last request, and reads to the end. */
        HALF_CLOSE,
        /** Closes once it has all its answers. */
        CLOSE_WHEN_SERVED,
        /** Never closes first. */
        STAY,
        /** Stops sending at some place, and reads on. */
        SILENCE,
        /** Sends an RST in the middle. */
        RESET,
        /** Closes in the middle, whatever is on its way. */
        CLOSE
    }

    private static final int[] PACES_NANOS = {
        1, 1, 10_000, 10_000, 200_000, 5_000_000, 100_000_000, 2_000_000_000
    };
    private static final int LATER_NANOS = 20_000_000;

    final int index;
    final List<WebRequest> requests = new ArrayList<>();
    @Nullable PeerSocket socket;
    @Nullable WebConnection connection;

    private final WebScenario scenario;
    private final SimulatedKernel kernel;
    private final Choices choices;
    private final WebDraw draw;
    private final AnswerReader reader;

    // The plan.
    /** Whether it sends more requests in a row than are answered in one go. */
    private final boolean floods;

    private final WebSettings.Theme theme;

    private final int count;
    private final int depth;
    private final int chunk;
    private final int readChunk;
    private final int pace;
    private final int receiveBuffer;
    private final int sendBuffer;
    private final boolean readsLate;
    private final boolean waitsForContinue;
    private final Ending ending;
    private final int endsAt;

    /** The request in which it falls silent, and how much of it was sent by then, in 64ths. */
    private final int silentRequest;

    private final int silentPart;

    // The progress.
    long nextNanos;
    private long sent;
    private int answered;
    private boolean finished;
    private boolean over;

    /** It has read to the FIN, or to the reset; what of it is judged when the server says why. */
    private boolean endRead;

    private boolean endWhole;
    private boolean sentAfterClose;

    WebPeer(WebScenario scenario, int index, Choices choices) {
        this.scenario = scenario;
        this.kernel = scenario.kernel;
        this.index = index;
        this.choices = choices;
        this.draw = new WebDraw(scenario, choices.split());
        this.reader = new AnswerReader(scenario, this);
        this.theme = scenario.settings.theme;
        this.floods = theme == WebSettings.Theme.FLOOD;
        this.count = drawCount();
        this.depth = floods ? count : choices.below(2) == 0 ? 1 : choices.between(1, count);
        boolean whole = floods || choices.below(2) == 0;
        this.chunk = whole ? 1 << 16 : choices.magnitude(1, 1_000);
        this.readChunk = choices.magnitude(1, 1 << 17);
        this.pace = drawPace();
        this.receiveBuffer = floods ? 1 << 16 : drawBuffer();
        this.sendBuffer = drawBuffer();
        this.readsLate = choices.below(8) == 0;
        this.waitsForContinue = choices.below(4) > 0;
        this.ending = drawEnding();
        this.endsAt = choices.magnitude(0, 1_500);
        this.silentRequest = choices.below(2) == 0 ? choices.below(count) : -1;
        this.silentPart = choices.below(64);
        this.nextNanos = choices.below(2) == 0 ? 0 : choices.magnitude(0, 1_000_000_000);
    }

    private int drawCount() {
        return switch (theme) {
            case FLOOD -> choices.between(60, 140);
            case FILES -> choices.between(1, 12);
            default -> choices.between(1, 6);
        };
    }

    private int drawPace() {
        if (theme == WebSettings.Theme.FILES && choices.below(2) == 0) {
            return choices.between(1 << 28, Integer.MAX_VALUE);
        }
        return PACES_NANOS[choices.below(PACES_NANOS.length)];
    }

    private int drawBuffer() {
        if (theme == WebSettings.Theme.BULK) {
            return choices.between(1 << 15, 1 << 18);
        }
        int draw = choices.below(8);
        // A large file, byte by byte, would take long.
        int least = theme == WebSettings.Theme.FILES ? 256 : 1;
        return draw < 4 ? 4_096 : draw < 5 ? 1 << 16 : choices.magnitude(least, 8_192);
    }

    private Ending drawEnding() {
        int draw = choices.below(16);
        return draw < 5
                ? Ending.HALF_CLOSE
                : draw < 8
                        ? Ending.CLOSE_WHEN_SERVED
                        : draw < 11
                                ? Ending.STAY
                                : draw < 14
                                        ? Ending.SILENCE
                                        : draw < 15 ? Ending.RESET : Ending.CLOSE;
    }

    // ---- What others ask ----------------------------------------------------------------------

    boolean isOver() {
        return over;
    }

    /** All that it has sent. */
    long sent() {
        return sent;
    }

    /** The answers that it has read to their end. */
    int answered() {
        return answered;
    }

    /** The request of that number, if it has been begun. */
    @Nullable WebRequest request(int number) {
        return number >= 0 && number < requests.size() ? requests.get(number) : null;
    }

    boolean hasBegun(WebRequest request) {
        return sent > request.start;
    }

    void answerRead() {
        answered++;
        wake();
    }

    /** There may be something to do. */
    void wake() {
        if (!over) {
            nextNanos = Math.min(nextNanos, kernel.elapsedNanos() + think());
        }
    }

    private long think() {
        return scenario.isCalm() ? 1 + choices.below(10_000) : 1 + choices.below(pace);
    }

    // ---- Acting -------------------------------------------------------------------------------

    /** Does a bit of what is planned. */
    void act() {
        nextNanos = World.NEVER;
        if (over) {
            return;
        }
        PeerSocket own = socket;
        if (own == null) {
            connect();
            return;
        }
        boolean moved = read(own);
        boolean wrote;
        do {
            wrote = write(own);
            moved |= wrote;
        } while (wrote && floods && choices.below(64) > 0);
        conclude(own);
        if (moved) {
            wake();
        }
    }

    private void connect() {
        if (!kernel.isListening()) {
            end("was refused");
        } else if (kernel.canConnect()) {
            PeerSocket fresh = kernel.connect(receiveBuffer, sendBuffer);
            socket = fresh;
            fresh.setOwner(this);
            scenario.connected(this, fresh);
            fresh.onChange(this::wake);
            note("connects");
            wake();
        } else {
            nextNanos = kernel.elapsedNanos() + LATER_NANOS; // its SYN was dropped
        }
    }

    private boolean read(PeerSocket own) {
        int available = own.available();
        if (available == 0 || (readsLate && !scenario.isCalm())) {
            return false;
        }
        int n = Math.min(available, scenario.isCalm() ? available : 1 + choices.below(readChunk));
        byte[] bytes = scenario.scratch(n);
        own.receive(bytes, 0, n);
        reader.accept(bytes, n);
        return true;
    }

    private boolean write(PeerSocket own) {
        if (finished || own.isReset() || isSilent()) {
            return false;
        }
        WebRequest current = current();
        if (current == null) {
            return false;
        }
        int from = (int) (sent - current.start);
        int limit = limit(current);
        if (from >= limit) {
            return false;
        }
        int wanted = Math.min(limit - from, scenario.isCalm() ? limit : 1 + choices.below(chunk));
        sentAfterClose |= own.connection().closed;
        int n = own.send(current.bytes, from, wanted);
        sent += n;
        if (n > 0 && kernel.isTraced()) {
            kernel.note("    peer %d sends %s", index, WebScenario.shown(current.bytes, from, n));
        }
        return n > 0;
    }

    /** The request that is being sent, or is to be; null if none is. */
    private @Nullable WebRequest current() {
        WebRequest last = requests.isEmpty() ? null : requests.getLast();
        if (last != null && sent < last.end()) {
            return last;
        }
        boolean may =
                requests.size() < count
                        && !(last != null && last.breaksOff)
                        && requests.size() - answered < depth
                        && !(reader.isClosed() && scenario.isCalm());
        if (!may) {
            return null;
        }
        WebRequest next =
                floods ? draw.drawPlain(index, requests.size()) : draw.draw(index, requests.size());
        next.start = sent;
        requests.add(next);
        if (kernel.isTraced()) {
            kernel.note("    peer %d begins %s", index, next);
        }
        return next;
    }

    /** How much of a request may be sent: its head alone while it waits for 100 (Continue). */
    private int limit(WebRequest request) {
        if (!request.expects || !waitsForContinue || request.continued) {
            return request.bytes.length;
        }
        return request.headEnd;
    }

    /** Whether it has said all that it ever will. */
    private boolean isSilent() {
        if (ending != Ending.SILENCE || (scenario.isCalm() && !isBounded())) {
            return false;
        }
        WebRequest last = request(silentRequest);
        return silentRequest < 0
                ? sent >= endsAt
                : last != null && sent >= last.start + last.bytes.length * silentPart / 64;
    }

    /** Whether the server bounds the time in which nothing comes now. */
    private boolean isBounded() {
        WebRequest last = requests.isEmpty() ? null : requests.getLast();
        boolean inBody = last != null && sent < last.end() && sent >= last.endOfHead();
        return !inBody || scenario.settings.windowBytes() > 0;
    }

    /** Whether all that it wants to send is sent. */
    private boolean isSent() {
        WebRequest last = requests.isEmpty() ? null : requests.getLast();
        if (last == null) {
            return false;
        }
        boolean unsentBody = last.answered && last.expects && sent >= last.endOfHead();
        return reader.isClosed()
                || last.breaksOff
                || (requests.size() == count && (sent == last.end() || unsentBody));
    }

    // ---- Ending -------------------------------------------------------------------------------

    private void conclude(PeerSocket own) {
        if (own.isReset()) {
            endRead = true;
            end("got a reset");
            judgeEnd();
        } else if (own.isAtEnd()) {
            endRead = true;
            endWhole = reader.end();
            close(own, "reads to the end, and closes");
            judgeEnd();
        } else if (!finished) {
            boolean rude = ending.compareTo(Ending.RESET) >= 0;
            conclude(own, scenario.isCalm() && rude ? Ending.HALF_CLOSE : ending);
        }
    }

    private void conclude(PeerSocket own, Ending how) {
        switch (how) {
            case HALF_CLOSE -> {
                if (isSent()) {
                    finished = true;
                    own.finish();
                    note("sends FIN");
                }
            }
            case CLOSE_WHEN_SERVED -> {
                if (isSent() && answered == requests.size()) {
                    close(own, "closes");
                }
            }
            case STAY, SILENCE -> {}
            case RESET -> {
                if (sent >= endsAt) {
                    finished = true;
                    own.reset();
                    end("sends RST");
                }
            }
            case CLOSE -> {
                if (sent >= endsAt) {
                    close(own, "closes");
                }
            }
        }
    }

    private void close(PeerSocket own, String how) {
        finished = true;
        own.close();
        end(how);
    }

    private void end(String how) {
        over = true;
        nextNanos = World.NEVER;
        note(how);
    }

    /** Judges what it got, once it has all of that and the server has said why there is no more. */
    void judgeEnd() {
        WebConnection server = connection;
        PeerSocket own = socket;
        if (!endRead || server == null || server.reason == null || own == null) {
            return;
        }
        String wrong =
                own.connection().reset && !endWhole
                        ? WebEnd.wrongReset(scenario, this, server)
                        : WebEnd.wrongFin(scenario, this, server, endWhole, reader.isClosed());
        if (wrong != null) {
            throw kernel.violation("peer %d: %s: %s", index, server.reason, wrong);
        }
        for (WebRequest request : requests) {
            if (request.answered && request.loggedStatus == 0) {
                throw kernel.violation("%s: its answer was not logged", request);
            }
        }
    }

    boolean hasSentAfterClose() {
        return sentAfterClose;
    }

    private void note(String what) {
        if (kernel.isTraced()) {
            kernel.note("    peer %d %s", index, what);
        }
    }

    @Override
    public String toString() {
        return String.format(
                "peer %d (%s, %d requests, %d at once): sent %d bytes of %d requests, read %d"
                        + " answers%s",
                index,
                ending,
                count,
                depth,
                sent,
                requests.size(),
                answered,
                over
                        ? ", over"
                        : finished ? ", FIN sent" : socket == null ? ", not connected" : "");
    }
}
