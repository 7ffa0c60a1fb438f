package edgeloop.bench;

import edgeloop.bench.ServerSpec.Kind;
import edgeloop.bench.ServerSpec.PortSource;
import edgeloop.bench.peers.NettyEcho;
import edgeloop.bench.peers.NioSelectorEcho;
import edgeloop.bench.peers.ThreadEcho;
import edgeloop.bench.peers.VertxEcho;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The servers that are measured and the flags they are started with. All serve from one thread, so
 * that CPU per request compares like with like; all listen on 127.0.0.1 with TCP_NODELAY.
 */
final class ServerCatalog {
    static final String FLOOR = "c-floor";

    /** The floor of those that go by completions. */
    static final String RING_FLOOR = "c-ring";

    static final String EDGELOOP = "edgeloop";
    static final String EDGELOOP_RING = "edgeloop-io_uring";

    /** Most peers keep a few descriptors for themselves. */
    private static final int RESERVED_DESCRIPTORS = 200;

    private static final int BACKLOG = 4096;

    /** FD_SETSIZE, select(2), without the few descriptors of a process. */
    private static final int MOST_OF_SELECT = 1_000;

    /**
     * One event loop leaves other cores nothing to do, so the serial collector is the cheapest; the
     * heap is large enough that no peer collects more often than it would by default.
     */
    private static final List<String> JVM_FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-Xmx1g",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    /** Netty's own switches for production: no leak detection, no checks on each buffer access. */
    private static final List<String> NETTY_FLAGS =
            List.of(
                    "-Dio.netty.leakDetection.level=disabled",
                    "-Dio.netty.buffer.checkBounds=false",
                    "-Dio.netty.buffer.checkAccessible=false");

    private static final List<String> VERTX_FLAGS =
            List.of(
                    "-Dvertx.disableMetrics=true",
                    "-Dvertx.disableContextTimings=true",
                    "-Dvertx.disableTCCL=true",
                    "-Dvertx.threadChecks=false");

    private final Path root;
    private final CPrograms programs;

    /**
     * @param root the project's root
     * @param programs the compiled C programs
     */
    ServerCatalog(Path root, CPrograms programs) {
        this.root = root;
        this.programs = programs;
    }

    /** The floor first: a round begins with what the others are divided by. */
    List<ServerSpec> all() {
        return List.of(
                floor(FLOOR),
                ringFloor(),
                edgeloop(EDGELOOP),
                edgeloopRing(),
                jdk("nio", NioSelectorEcho.class),
                jdk("virtual-threads", ThreadEcho.class, "virtual"),
                netty("nio"),
                netty("epoll"),
                netty("io_uring"),
                netty("vertx", join(NETTY_FLAGS, VERTX_FLAGS), VertxEcho.class),
                node(),
                redis(),
                given("nginx", "nginx", Protocol.HTTP_GET, ServerCatalog::nginx),
                given("haproxy", "haproxy", Protocol.HTTP_GET, ServerCatalog::haproxy),
                memcached(),
                edgeloopFiles("edgeloop-2b", Protocol.HTTP_2B),
                given("nginx-2b", "nginx", Protocol.HTTP_2B, ServerCatalog::nginxFiles),
                edgeloopFiles("edgeloop-1k", Protocol.HTTP_1K),
                given("nginx-1k", "nginx", Protocol.HTTP_1K, ServerCatalog::nginxFiles),
                edgeloopFiles("edgeloop-1m", Protocol.HTTP_1M),
                given("nginx-1m", "nginx", Protocol.HTTP_1M, ServerCatalog::nginxFiles));
    }

    /** The ways of epoll, beside those who go by one of them. */
    List<ServerSpec> modes() {
        return List.of(
                floor(FLOOR),
                floor("c-floor-short", "0", "short"),
                edgeloop(EDGELOOP),
                edgeloop("edgeloop-short", "--read-until", "short"),
                edgeloop("edgeloop-level", "--trigger", "level"),
                edgeloop("edgeloop-oneshot", "--trigger", "oneshot"),
                jdk("nio", NioSelectorEcho.class),
                netty("epoll"),
                node(),
                redis(),
                memcached());
    }

    /** Those that go by completions, beside those who do the same by readiness. */
    List<ServerSpec> rings() {
        return List.of(
                floor(FLOOR),
                ringFloor(),
                edgeloopRing(),
                edgeloop(EDGELOOP),
                netty("io_uring"),
                netty("io_uring-buffers"));
    }

    /** Both ways of one server, for requests of other sizes. The ring's floor is made for small. */
    List<ServerSpec> sizes() {
        return List.of(floor(FLOOR), edgeloopRing(), edgeloop(EDGELOOP));
    }

    /** How a crowd of connections is served of which few talk, then and now. */
    List<ServerSpec> crowds() {
        return List.of(
                floor(FLOOR),
                crowd("c-select", "select").withMostConnections(MOST_OF_SELECT),
                crowd("c-poll", "poll"),
                crowd("c-threads", "threads"),
                jdk("java-threads", ThreadEcho.class, "platform"),
                jdk("virtual-threads", ThreadEcho.class, "virtual"),
                edgeloop(EDGELOOP));
    }

    private ServerSpec floor(String name, String... arguments) {
        return printing(name, Kind.NATIVE, programs.echoFloor().toString(), List.of(arguments));
    }

    private ServerSpec ringFloor() {
        return printing(RING_FLOOR, Kind.NATIVE, programs.ringFloor().toString(), List.of());
    }

    private ServerSpec crowd(String name, String how) {
        return printing(name, Kind.NATIVE, programs.crowdServer().toString(), List.of(how));
    }

    private ServerSpec edgeloop(String name, String... options) {
        return printing(
                name,
                Kind.JVM,
                root.resolve("myepollserver").toString(),
                join(List.of("-p", "0"), List.of(options)));
    }

    private ServerSpec edgeloopRing() {
        return edgeloop(EDGELOOP_RING, "--engine", "io_uring");
    }

    private ServerSpec node() {
        return printing(
                "node",
                Kind.JIT,
                "node",
                List.of(root.resolve("edgeloop-bench/src/main/node/echo_server.mjs").toString()));
    }

    private static ServerSpec redis() {
        return given("redis", "redis-server", Protocol.REDIS_PING, ServerCatalog::redis);
    }

    private static ServerSpec memcached() {
        return given(
                "memcached", "memcached", Protocol.MEMCACHED_VERSION, ServerCatalog::memcached);
    }

    private ServerSpec edgeloopFiles(String name, Protocol protocol) {
        return new ServerSpec(
                name,
                root.resolve("myepollserver").toString(),
                Kind.JVM,
                protocol,
                PortSource.PRINTED,
                (_, scratch) -> List.of("-p", "0", "--protocol", "http", "--root", files(scratch)));
    }

    /** A folder with the files that are asked for. */
    private static String files(Path scratch) throws IOException {
        Path folder = Files.createDirectories(scratch.resolve("www"));
        Files.writeString(folder.resolve("2b"), "ok");
        Files.write(folder.resolve("1k"), new byte[1 << 10]);
        Files.write(folder.resolve("1m"), new byte[1 << 20]);
        return folder.toString();
    }

    private static ServerSpec printing(
            String name, Kind kind, String executable, List<String> arguments) {
        return new ServerSpec(
                name,
                executable,
                kind,
                Protocol.ECHO,
                PortSource.PRINTED,
                (port, scratch) -> arguments);
    }

    private ServerSpec jdk(String name, Class<?> main, String... arguments) {
        return java(name, jar(), List.of(), main, arguments);
    }

    private ServerSpec netty(String transport) {
        return netty("netty-" + transport, NETTY_FLAGS, NettyEcho.class, transport);
    }

    private ServerSpec netty(String name, List<String> flags, Class<?> main, String... arguments) {
        String classPath = jar() + ":" + root.resolve("edgeloop-bench/target/lib/*");
        return java(name, classPath, flags, main, arguments);
    }

    private String jar() {
        return root.resolve("edgeloop-bench/target/edgeloop-bench.jar").toString();
    }

    private static ServerSpec java(
            String name, String classPath, List<String> flags, Class<?> main, String... arguments) {
        return printing(
                name,
                Kind.JVM,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                join(
                        JVM_FLAGS,
                        flags,
                        List.of("-cp", classPath, main.getName()),
                        List.of(arguments)));
    }

    private static ServerSpec given(
            String name, String executable, Protocol protocol, ServerSpec.Launch launch) {
        return new ServerSpec(name, executable, Kind.NATIVE, protocol, PortSource.GIVEN, launch);
    }

    private static List<String> redis(int port, Path scratch) {
        return List.of(
                "--bind",
                "127.0.0.1",
                // Or it refuses what comes from 127.0.0.2, where the client goes for more ports.
                "--protected-mode",
                "no",
                "--port",
                String.valueOf(port),
                "--dir",
                scratch.toString(),
                "--save",
                "",
                "--appendonly",
                "no",
                "--tcp-backlog",
                String.valueOf(BACKLOG),
                "--maxclients",
                String.valueOf(mostConnections()));
    }

    private static List<String> memcached(int port, Path scratch) {
        return List.of(
                "-l",
                "127.0.0.1",
                "-p",
                String.valueOf(port),
                "-u",
                System.getProperty("user.name"),
                "-t",
                "1",
                "-b",
                String.valueOf(BACKLOG),
                "-c",
                String.valueOf(mostConnections()));
    }

    private static List<String> nginx(int port, Path scratch) throws IOException {
        return nginx(
                port, scratch, "location / { return 200 \"" + Protocol.ECHO.request() + "\"; }");
    }

    /** The two bytes without a file, as nginx has that; the others as it is set up for speed. */
    private static List<String> nginxFiles(int port, Path scratch) throws IOException {
        return nginx(
                port,
                scratch,
                """
                sendfile on;
                open_file_cache max=1000 inactive=1h;
                root %s;
                location = /2b { return 200 "ok"; }
                """
                        .formatted(files(scratch)));
    }

    private static List<String> nginx(int port, Path scratch, String served) throws IOException {
        String configuration =
                """
                daemon off;
                master_process off;
                worker_processes 1;
                worker_rlimit_nofile %d;
                pid %s/nginx.pid;
                error_log stderr crit;
                events {
                    use epoll;
                    multi_accept on;
                    worker_connections %d;
                }
                http {
                    access_log off;
                    keepalive_requests 1000000000;
                    keepalive_timeout 1h;
                    tcp_nodelay on;
                    server {
                        listen 127.0.0.1:%d backlog=%d;
                        default_type text/plain;
                        %s
                    }
                }
                """
                        .formatted(
                                ProcessFiles.descriptorLimit(),
                                scratch,
                                mostConnections(),
                                port,
                                BACKLOG,
                                served);
        Path file = Files.writeString(scratch.resolve("nginx.conf"), configuration);
        return List.of("-p", scratch.toString(), "-e", "stderr", "-c", file.toString());
    }

    private static List<String> haproxy(int port, Path scratch) throws IOException {
        String configuration =
                """
                global
                    nbthread 1
                    maxconn %d
                    # maxconn assumes a second connection to a backend, and there is none here.
                    no strict-limits
                defaults
                    mode http
                    timeout client 1h
                    timeout server 1h
                    timeout connect 1h
                frontend fixed
                    bind 127.0.0.1:%d backlog %d
                    http-request return status 200 content-type text/plain string "%s"
                """
                        .formatted(mostConnections(), port, BACKLOG, Protocol.ECHO.request());
        Path file = Files.writeString(scratch.resolve("haproxy.cfg"), configuration);
        return List.of("-q", "-db", "-f", file.toString());
    }

    private static int mostConnections() {
        return ProcessFiles.descriptorLimit() - RESERVED_DESCRIPTORS;
    }

    @SafeVarargs
    private static List<String> join(List<String>... parts) {
        var all = new ArrayList<String>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return List.copyOf(all);
    }
}
