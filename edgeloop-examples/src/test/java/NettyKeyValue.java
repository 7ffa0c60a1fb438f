import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;

/** What all connections share. The group has one thread, so there is no lock. */
final Map<String, String> values = new HashMap<>();

/** The line protocol with Netty 4.2. */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7001;
    var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
        Channel listener =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline()
                                                .addLast(new LineBasedFrameDecoder(65_535))
                                                .addLast(new StringDecoder())
                                                .addLast(new StringEncoder())
                                                .addLast(new LineHandler());
                                    }
                                })
                        .bind(port)
                        .sync()
                        .channel();
        IO.println("Values on port " + ((InetSocketAddress) listener.localAddress()).getPort());
        listener.closeFuture().sync();
    } finally {
        group.shutdownGracefully();
    }
}

class LineHandler extends SimpleChannelInboundHandler<String> {

    @Override
    protected void channelRead0(ChannelHandlerContext context, String line) {
        if (line.equals("quit")) {
            // Behind the answers that are queued: close alone would drop them.
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else {
            context.write(answer(line) + "\n");
        }
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
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}

String answer(String line) {
    String[] words = line.split(" ", 3);
    if (words[0].equals("set") && words.length == 3) {
        values.put(words[1], words[2]);
        return "stored";
    }
    if (words[0].equals("get") && words.length == 2) {
        return values.getOrDefault(words[1], "nothing");
    }
    return "what?";
}
