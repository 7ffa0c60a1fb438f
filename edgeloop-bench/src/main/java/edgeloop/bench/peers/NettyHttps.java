package edgeloop.bench.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.stream.ChunkedNioFile;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;

/**
 * Files by HTTPS on Netty 4.2 with one event loop on epoll: {@code PORT CERTIFICATE KEY FOLDER jdk}
 * with the JDK's TLS, {@code openssl} with netty-tcnative, which brings BoringSSL. Sessions are
 * taken up again by tickets in both, which with tcnative is to be asked for.
 */
public final class NettyHttps {
    private static final int BACKLOG = 4096;
    private static final int LONGEST_REQUEST = 64 * 1024;

    /** A record of TLS; smaller files go out in one piece. */
    private static final int CHUNK = 16 * 1024;

    private NettyHttps() {}

    public static void main(String[] args) throws Exception {
        var address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        SslContext tls = context(Path.of(args[1]), Path.of(args[2]), args[4]);
        Path root = Path.of(args[3]);
        new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(
                        new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel channel) {
                                channel.pipeline()
                                        .addLast(tls.newHandler(channel.alloc()))
                                        .addLast(new HttpServerCodec())
                                        .addLast(new HttpServerKeepAliveHandler())
                                        .addLast(new HttpObjectAggregator(LONGEST_REQUEST))
                                        .addLast(new ChunkedWriteHandler())
                                        .addLast(new FileHandler(root));
                            }
                        })
                .bind(address)
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }

    private static SslContext context(Path certificate, Path key, String provider)
            throws IOException {
        boolean openssl = "openssl".equals(provider);
        SslContext context =
                SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                        .sslProvider(openssl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                        .protocols("TLSv1.3", "TLSv1.2")
                        .build();
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setTicketKeys(ticketKey());
        }
        return context;
    }

    private static OpenSslSessionTicketKey ticketKey() {
        var random = new SecureRandom();
        byte[] name = new byte[OpenSslSessionTicketKey.NAME_SIZE];
        byte[] hmac = new byte[OpenSslSessionTicketKey.HMAC_KEY_SIZE];
        byte[] aes = new byte[OpenSslSessionTicketKey.AES_KEY_SIZE];
        random.nextBytes(name);
        random.nextBytes(hmac);
        random.nextBytes(aes);
        return new OpenSslSessionTicketKey(name, hmac, aes);
    }

    /** Serves the files of one folder. */
    private static final class FileHandler extends SimpleChannelInboundHandler<HttpRequest> {
        private final Path root;

        FileHandler(Path root) {
            this.root = root;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpRequest request)
                throws IOException {
            String name = request.uri().substring(1);
            Path file = root.resolve(name.isEmpty() ? "index.html" : name).normalize();
            if (!file.startsWith(root) || !Files.isRegularFile(file)) {
                throw new NoSuchFileException(name);
            }
            long size = Files.size(file);
            if (size <= CHUNK) {
                var body = Unpooled.wrappedBuffer(Files.readAllBytes(file));
                var response =
                        new DefaultFullHttpResponse(
                                HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
                response.headers().set(HttpHeaderNames.CONTENT_LENGTH, size);
                var _ = context.writeAndFlush(response, context.voidPromise());
            } else {
                HttpResponse head =
                        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
                head.headers().set(HttpHeaderNames.CONTENT_LENGTH, size);
                var _ = context.write(head);
                var content = FileChannel.open(file, StandardOpenOption.READ);
                var _ =
                        context.writeAndFlush(
                                new HttpChunkedInput(new ChunkedNioFile(content, 0, size, CHUNK)));
            }
        }

        /** In TLS 1.3 the JDK ends one direction alone, and Netty leaves the rest to this. */
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslCloseCompletionEvent) {
                var _ = context.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }
}
