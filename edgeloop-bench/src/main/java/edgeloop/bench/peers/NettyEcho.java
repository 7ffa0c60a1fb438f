package edgeloop.bench.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Echo on Netty 4.2 with one event loop, on the transport that the first argument names: {@code
 * nio}, {@code epoll}, {@code io_uring} as it is by default, or {@code io_uring-buffers} with
 * buffers that all connections share, which Netty does not do unless it is asked to. Answers are
 * flushed once per read burst, and reading stops while a peer's outbound buffer is over its water
 * mark.
 */
public final class NettyEcho {
    private static final int BACKLOG = 4096;

    private static final String SHARED_BUFFERS = "io_uring-buffers";
    private static final short GROUP = 1;

    /** As many and as large as the ring's floor has. */
    private static final short BUFFERS = 1024;

    private static final int BUFFER_SIZE = 2048;

    /** A transport. Only the one in use is loaded, with its native library. */
    private record Transport(IoHandlerFactory factory, Class<? extends ServerChannel> channel) {
        static Transport named(String name) {
            return switch (name) {
                case "nio" ->
                        new Transport(NioIoHandler.newFactory(), NioServerSocketChannel.class);
                case "epoll" ->
                        new Transport(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
                case "io_uring" ->
                        new Transport(
                                IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
                case SHARED_BUFFERS ->
                        new Transport(
                                IoUringIoHandler.newFactory(sharedBuffers()),
                                IoUringServerSocketChannel.class);
                default -> throw new IllegalArgumentException("no transport " + name);
            };
        }
    }

    private static IoUringIoHandlerConfig sharedBuffers() {
        return new IoUringIoHandlerConfig()
                .setBufferRingConfig(
                        IoUringBufferRingConfig.builder()
                                .bufferGroupId(GROUP)
                                .bufferRingSize(BUFFERS)
                                .batchSize(BUFFERS / 16)
                                .allocator(new IoUringFixedBufferRingAllocator(BUFFER_SIZE))
                                .build());
    }

    private NettyEcho() {}

    public static void main(String[] args) throws InterruptedException {
        var transport = Transport.named(args[0]);
        var bootstrap =
                new ServerBootstrap()
                        .group(new MultiThreadIoEventLoopGroup(1, transport.factory()))
                        .channel(transport.channel())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline().addLast(EchoHandler.INSTANCE);
                                    }
                                });
        if (args[0].equals(SHARED_BUFFERS)) {
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, GROUP);
        }
        Channel listener =
                bootstrap
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .sync()
                        .channel();
        var address = (InetSocketAddress) listener.localAddress();
        System.out.println("Listening on port " + address.getPort());
        listener.closeFuture().sync();
    }

    @Sharable
    private static final class EchoHandler extends ChannelInboundHandlerAdapter {
        static final EchoHandler INSTANCE = new EchoHandler();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var _ = context.write(message, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                // Written behind all that is still queued, so the answer is complete before FIN.
                var _ =
                        context.writeAndFlush(context.alloc().buffer(0))
                                .addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }
}
