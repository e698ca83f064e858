package io.valise.ipc.benchmarks.contender;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.FixedLengthFrameDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Netty over TCP on the loopback interface, NIO, the caller parked until the event loop has the answer; as many bytes
 * as the workload, without encoding.
 */
final class NettyContender implements Contender {
    private static EventLoopGroup loop() {
        return new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    @Override
    public Served serve(Workload workload) throws InterruptedException {
        ByteBuf answer = Unpooled.unreleasableBuffer(Unpooled.directBuffer()
                .writeZero(RawSocketContender.answerBytes(workload))
                .asReadOnly());
        EventLoopGroup loop = loop();
        Channel listening = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(initializer(RawSocketContender.requestBytes(workload), () -> new Answering(answer)))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        int port = ((InetSocketAddress) listening.localAddress()).getPort();
        return Contender.served(
                Integer.toString(port), () -> loop.shutdownGracefully().syncUninterruptibly());
    }

    private static ChannelInitializer<Channel> initializer(
            int frameBytes, Supplier<ChannelInboundHandlerAdapter> handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new FixedLengthFrameDecoder(frameBytes), handler.get());
            }
        };
    }

    @Override
    public Caller connect(Workload workload, String address) throws InterruptedException {
        EventLoopGroup loop = loop();
        Replies replies = new Replies();
        Channel channel = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(initializer(RawSocketContender.answerBytes(workload), () -> replies))
                .connect(InetAddress.getLoopbackAddress(), Integer.parseInt(address))
                .sync()
                .channel();
        ByteBuf request = Unpooled.unreleasableBuffer(Unpooled.directBuffer()
                .writeZero(RawSocketContender.requestBytes(workload))
                .asReadOnly());
        return new NettyCaller(loop, channel, replies, request);
    }

    /** Answers each frame; flushes once for all that arrived together. */
    private static final class Answering extends SimpleChannelInboundHandler<ByteBuf> {
        private final ByteBuf answer;

        Answering(ByteBuf answer) {
            this.answer = answer;
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // of a void promise
        protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
            context.write(answer.duplicate(), context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }

    /** Completes the calls in the order in which they were made. */
    private static final class Replies extends SimpleChannelInboundHandler<ByteBuf> {
        private final Queue<CompletableFuture<Double>> pending = new ConcurrentLinkedQueue<>();

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
            pending.remove().complete((double) frame.getByte(0));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            pending.forEach(call -> call.completeExceptionally(new IllegalStateException("the connection was closed")));
        }
    }

    private record NettyCaller(EventLoopGroup loop, Channel channel, Replies replies, ByteBuf request)
            implements Caller {
        @Override
        public double call() {
            return callAsync().join();
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // of a void promise
        public CompletableFuture<Double> callAsync() {
            CompletableFuture<Double> call = new CompletableFuture<>();
            replies.pending.add(call);
            channel.writeAndFlush(request.duplicate(), channel.voidPromise());
            return call;
        }

        @Override
        public void close() {
            channel.close().syncUninterruptibly();
            loop.shutdownGracefully().syncUninterruptibly();
        }
    }
}
