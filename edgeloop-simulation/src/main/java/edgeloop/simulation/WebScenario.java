package edgeloop.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import edgeloop.Connection;
import edgeloop.ConnectionHandler;
import edgeloop.ConnectionOptions;
import edgeloop.ConnectionRef;
import edgeloop.EventSource;
import edgeloop.HandlerFactory;
import edgeloop.ReactorListener;
import edgeloop.SyscallException;
import edgeloop.http.Http;
import edgeloop.http.StaticFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One run of an HTTP server among clients, as a seed draws it: like {@link Scenario}, but what is
 * checked are requests and answers. What may be answered is said by {@link WebRules} and {@link
 * WebFileRules}, which know nothing of how the library finds it out.
 */
final class WebScenario implements World, HandlerFactory, ReactorListener {
    private static final int MAX_TURNS = 200_000;
    private static final int SHOWN_BYTES = 60;

    private static final Fault[] FILE_FAULTS = {
        Fault.FILE_TRUNCATED,
        Fault.FILE_UNREADABLE,
        Fault.FILE_REFUSED,
        Fault.STATUS_REFUSED,
        Fault.FILE_READ_FAILED,
        Fault.SENDFILE_UNSUPPORTED
    };

    /** For so long a file may be kept open that is not asked for, by docs/HTTP.md. */
    private static final long UNUSED_NANOS = 2_000_000_000L;

    final SimulatedKernel kernel;
    final WebSettings settings;
    final WebFiles files;
    final WebFileRules fileRules;
    final WebBooks books;

    private final Choices choices;
    private final List<WebPeer> peers = new ArrayList<>();
    private final Map<Integer, WebPeer> byIndex = new HashMap<>();
    private final Map<Connection, WebConnection> live = new HashMap<>();
    private final WebTasks tasks;
    private final Http http;

    private @Nullable SimulatedServer server;
    private byte[] scratch = new byte[4_096];
    private boolean calm;
    private boolean shutdownAsked;
    private long mappedAtStart;

    WebScenario(Case run, SimulatedKernel kernel, Choices choices) {
        this.kernel = kernel;
        this.choices = choices;
        kernel.faults().drawRates();
        kernel.faults().setRate(Fault.SETUP_REFUSED, 0);
        settings = new WebSettings(kernel, choices.split(), this, run.drawTransport(choices));
        if (settings.theme == WebSettings.Theme.FILES) {
            drawFileFaults(choices.split());
        }
        files = new WebFiles(kernel, settings.theme, choices.split());
        fileRules = new WebFileRules(this);
        books = new WebBooks(this, choices.split());
        tasks = new WebTasks(kernel, choices.split());
        http = Http.serve(settings.http, new WebHandler(this, staticFiles())).withAccessLog(books);
        drawPeers(run.droppedPeers());
    }

    /** There are few calls about files, so that more of them are to fail. */
    private void drawFileFaults(Choices rates) {
        for (Fault fault : FILE_FAULTS) {
            boolean strikes = rates.below(4) == 0;
            kernel.faults().setRate(fault, strikes ? 1 << rates.between(8, 15) : 0);
        }
        if (rates.below(4) == 0) {
            kernel.faults().setRate(Fault.INTERLEAVED, 1 << rates.between(11, 15));
        }
    }

    private StaticFiles staticFiles() {
        try {
            return StaticFiles.of(Path.of("/")).withListing(settings.listing);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void drawPeers(long dropped) {
        int count = choices.below(64) == 0 ? 12 : choices.between(1, choices.between(1, 5));
        for (int index = 0; index < count; index++) {
            WebPeer peer = new WebPeer(this, index, choices.split());
            if ((dropped >>> index & 1) == 0) {
                peers.add(peer);
                byIndex.put(index, peer);
            }
        }
    }

    // ---- The run ------------------------------------------------------------------------------

    /** Runs to the end. Throws {@link SimulationFailure} if a rule is broken. */
    void run() {
        describe();
        if (!open()) {
            return;
        }
        kernel.setWorld(this);
        mappedAtStart = kernel.mappedBytes();
        int turns = 0;
        while (running().isRunning()) {
            running().turn();
            if (++turns > MAX_TURNS) {
                throw kernel.violation("no end after %d turns: %s", turns, state());
            }
            if (!calm && kernel.calls() >= settings.calmAtCall) {
                becomeCalm();
            }
        }
        running().close();
        books.check(running().stats(), http.stats(), running().problems());
    }

    private void describe() {
        if (kernel.isTraced()) {
            kernel.note("%s", settings);
            for (WebPeer peer : peers) {
                kernel.note("%s", peer);
            }
            kernel.note("%s", kernel.faults());
        }
    }

    private SimulatedServer running() {
        return Objects.requireNonNull(server);
    }

    /** Opens the server; false if the kernel would not have it. */
    private boolean open() {
        try {
            server = SimulatedServer.open(kernel, settings.server, this);
            return true;
        } catch (SyscallException | OutOfMemoryError e) {
            kernel.check();
            kernel.checkNothingIsLeft();
            return false;
        }
    }

    private void becomeCalm() {
        calm = true;
        kernel.note("---- calm: no more faults, and peers behave");
        kernel.faults().stop();
        kernel.limitDescriptors(Integer.MAX_VALUE);
        tasks.hurry();
        for (WebPeer peer : peers) {
            peer.wake();
        }
    }

    /** Those who are not over yet. */
    private String state() {
        StringBuilder text = new StringBuilder();
        for (WebPeer peer : peers) {
            if (!peer.isOver()) {
                text.append(text.isEmpty() ? "" : "; ").append(peer);
            }
        }
        return text.toString();
    }

    /** Bytes as a trace shows them. */
    static String shown(byte[] bytes, int from, int length) {
        String text = new String(bytes, from, Math.min(length, SHOWN_BYTES), ISO_8859_1);
        String safe = text.replace("\r", "\\r").replace("\n", "\\n").replaceAll("[^ -~]", "?");
        return "\"" + safe + "\"" + (length > SHOWN_BYTES ? " and more, " + length : "");
    }

    // ---- What peers and handlers ask ----------------------------------------------------------

    boolean isCalm() {
        return calm;
    }

    boolean isShuttingDown() {
        return shutdownAsked;
    }

    boolean mayLackMemory() {
        long most = kernel.mostMappedBytes() - mappedAtStart;
        return most + 2 * Scenario.SEGMENT_BYTES > settings.server.maxBufferBytes()
                || kernel.faults().struck(Fault.MEMORY_REFUSED) > 0;
    }

    boolean mayLackDescriptors() {
        return settings.descriptorsLimited
                || kernel.faults().struck(Fault.ACCEPT_EXHAUSTED) > 0
                || kernel.faults().struck(Fault.FILE_REFUSED) > 0;
    }

    byte[] scratch(int length) {
        if (length > scratch.length) {
            scratch = new byte[2 * length];
        }
        return scratch;
    }

    /** Runs {@code task} after a while, as some other thread would. */
    void later(long delayNanos, Runnable task) {
        tasks.add(kernel.elapsedNanos() + delayNanos, task);
    }

    /** Runs {@code task} when all is calm, or soon if it is. */
    void whenCalm(Runnable task) {
        if (calm) {
            later(1, task);
        } else {
            tasks.addForCalm(task);
        }
    }

    /** Has the reactor run {@code task} for a connection. */
    void tell(ConnectionRef ref, Runnable task) {
        try {
            ref.execute(_ -> task.run());
        } catch (RejectedExecutionException e) {
            // The reactor has stopped.
        }
    }

    boolean hasSeen(WebPeer peer, WebRequest request) {
        WebConnection connection = peer.connection;
        return connection != null && connection.hasSeen(request);
    }

    boolean hasSeenMethod(WebPeer peer, WebRequest request) {
        WebConnection connection = peer.connection;
        return connection != null && connection.offered() >= request.endOfMethod();
    }

    void connected(WebPeer peer, PeerSocket socket) {
        socket.connection().minOutputRate = settings.http.minOutputRate();
        kernel.note("    peer %d is %s", peer.index, socket.address());
    }

    WebConnection connection(Connection connection) {
        return Objects.requireNonNull(live.get(connection));
    }

    @Nullable WebConnection connection(int peer) {
        WebPeer found = byIndex.get(peer);
        return found == null ? null : found.connection;
    }

    @Nullable WebConnection connection(InetSocketAddress client) {
        for (WebPeer peer : peers) {
            PeerSocket socket = peer.socket;
            if (socket != null && socket.address().equals(client)) {
                return peer.connection;
            }
        }
        return null;
    }

    void gone(WebConnection connection) {
        live.values().remove(connection);
    }

    // ---- What the library calls ---------------------------------------------------------------

    @Override
    public ConnectionHandler handlerFor(Connection connection) {
        PeerSocket socket = Objects.requireNonNull(kernel.lastAccepted());
        WebPeer peer = (WebPeer) Objects.requireNonNull(socket.owner());
        books.accepted++;
        WebConnection made = new WebConnection(this, peer, http.handlerFor(connection));
        peer.connection = made;
        live.put(connection, made);
        return made;
    }

    @Override
    public ConnectionOptions connectionOptions(ConnectionOptions asked) {
        return http.connectionOptions(asked);
    }

    @Override
    public void onEvents(EventSource source, int events) {
        kernel.acknowledge(source.fd(), events);
    }

    // ---- What the kernel calls ----------------------------------------------------------------

    @Override
    public long nextNanos() {
        long next = Math.min(tasks.nextNanos(), files.nextNanos());
        for (int i = 0; i < peers.size(); i++) {
            next = Math.min(next, peers.get(i).nextNanos);
        }
        return next;
    }

    @Override
    public void act() {
        long now = kernel.elapsedNanos();
        boolean over = true;
        for (int i = 0; i < peers.size(); i++) {
            WebPeer peer = peers.get(i);
            if (peer.nextNanos <= now) {
                peer.act();
            }
            over &= peer.isOver();
        }
        tasks.act(now);
        files.act(now);
        boolean early = settings.shutsDownEarly && kernel.calls() >= settings.shutdownAtCall;
        if ((over || early) && !shutdownAsked) {
            shutDown();
        }
    }

    private void shutDown() {
        shutdownAsked = true;
        tasks.hurry();
        if (settings.shutsDownAtOnce) {
            kernel.note("---- shutdownNow()");
            running().server().shutdownNow();
        } else {
            kernel.note("---- shutdown()");
            running().server().shutdown();
        }
    }

    @Override
    public void interleave() {
        int draw = choices.below(16) + (settings.theme == WebSettings.Theme.FILES ? 5 : 0);
        if (draw < 10 && !peers.isEmpty()) {
            peers.get(choices.below(peers.size())).act();
        } else if (draw < 13) {
            tasks.interleave();
        } else {
            files.mayChange();
        }
    }

    @Override
    public void beforeSleep(long untilNanos) {
        if (!running().isRunning()) {
            throw kernel.violation("the server sleeps after it was to stop");
        }
        kernel.checkListenerBeforeSleep();
        if (!shutdownAsked) {
            live.forEach((connection, books) -> books.checkBeforeSleep(connection));
        }
        checkFilesBeforeSleep(untilNanos);
    }

    /** E74: a descriptor that nobody needs is closed within two seconds. */
    private void checkFilesBeforeSleep(long untilNanos) {
        long used = kernel.fileUnusedSince();
        if (used == NEVER || shutdownAsked) {
            return;
        }
        for (Connection connection : live.keySet()) {
            if (connection.pendingOutput() > 0) {
                return; // it may be a file
            }
        }
        // After a pause it is looked for within half a second.
        long latest = Math.max(used + UNUSED_NANOS, kernel.elapsedNanos() + UNUSED_NANOS / 4);
        if (untilNanos - latest > Scenario.SLACK_NANOS) {
            throw kernel.violation("a file stays open that nobody needs");
        }
    }

    @Override
    public boolean stalled() {
        if (!calm) {
            becomeCalm();
            return true;
        }
        throw kernel.violation("the server sleeps for ever: %s", state());
    }
}
