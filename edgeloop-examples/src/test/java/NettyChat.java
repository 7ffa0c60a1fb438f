import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;

/** Those in the room. The group has one thread, so there is no lock. */
final Map<Channel, String> names = new LinkedHashMap<>();

/** The chat room with Netty 4.2. */
void main(String... arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7002;
    var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    var member = new Member();
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
                                                .addLast(member);
                                    }
                                })
                        .bind(port)
                        .sync()
                        .channel();
        IO.println("Chat on port " + ((InetSocketAddress) listener.localAddress()).getPort());
        listener.closeFuture().sync();
    } finally {
        group.shutdownGracefully();
    }
}

@Sharable
class Member extends SimpleChannelInboundHandler<String> {

    @Override
    protected void channelRead0(ChannelHandlerContext context, String line) {
        String name = names.putIfAbsent(context.channel(), line);
        tellAll(name == null ? line + " is here" : name + ": " + line);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        String name = names.remove(context.channel());
        if (name != null) {
            tellAll(name + " has left");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}

/** Closing calls channelInactive at once or later: so not while the map is walked. */
void tellAll(String text) {
    List<Channel> deaf = new ArrayList<>();
    for (Channel channel : names.keySet()) {
        if (channel.isWritable()) {
            channel.writeAndFlush(text + "\n");
        } else {
            deaf.add(channel); // it does not read, and what it is told would pile up
        }
    }
    deaf.forEach(Channel::close);
}
