package io.valise.ipc.benchmarks.contender;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * gRPC-java, unary calls over TCP on the loopback interface: direct executors on both sides, plain text, flow-control
 * windows large enough for an upload, messages in protocol buffers.
 */
final class GrpcContender implements Contender {
    private static final int WINDOW = 4 * Workload.UPLOAD_BYTES;

    private static final MethodDescriptor<ProtoQuote, ProtoQuote> QUOTE =
            method("quote", new ProtoQuote.Form(), new ProtoQuote.Form());
    private static final MethodDescriptor<byte[], Long> UPLOAD =
            method("upload", new ProtoUpload.BytesForm(), new ProtoUpload.LengthForm());

    private static <Q, A> MethodDescriptor<Q, A> method(
            String name, MethodDescriptor.Marshaller<Q> requests, MethodDescriptor.Marshaller<A> answers) {
        return MethodDescriptor.newBuilder(requests, answers)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("bench", name))
                .build();
    }

    @Override
    public Served serve(Workload workload) throws IOException {
        ServerServiceDefinition service = ServerServiceDefinition.builder("bench")
                .addMethod(QUOTE, ServerCalls.asyncUnaryCall((quote, to) -> answer(to, quote.answer())))
                .addMethod(UPLOAD, ServerCalls.asyncUnaryCall((bytes, to) -> answer(to, (long) bytes.length)))
                .build();
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .flowControlWindow(WINDOW)
                .addService(service)
                .build()
                .start();
        return Contender.served(Integer.toString(server.getPort()), server::shutdownNow);
    }

    private static <A> void answer(StreamObserver<A> to, A answer) {
        to.onNext(answer);
        to.onCompleted();
    }

    @Override
    public Caller connect(Workload workload, String address) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(address))
                .usePlaintext()
                .directExecutor()
                .flowControlWindow(WINDOW)
                .build();
        return workload == Workload.QUOTE
                ? new QuoteCaller(channel, ProtoQuote.sample())
                : new UploadCaller(channel, Workload.bytes());
    }

    private record QuoteCaller(ManagedChannel channel, ProtoQuote quote) implements Caller {
        @Override
        public double call() {
            return ClientCalls.blockingUnaryCall(channel, QUOTE, CallOptions.DEFAULT, quote)
                    .ask();
        }

        @Override
        public CompletableFuture<ProtoQuote> callAsync() {
            Reply<ProtoQuote> reply = new Reply<>();
            ClientCalls.asyncUnaryCall(channel.newCall(QUOTE, CallOptions.DEFAULT), quote, reply);
            return reply.future;
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }

    private static final class UploadCaller implements Caller {
        private final ManagedChannel channel;
        private final byte[] bytes;

        UploadCaller(ManagedChannel channel, byte[] bytes) {
            this.channel = channel;
            this.bytes = bytes;
        }

        @Override
        public double call() {
            return ClientCalls.blockingUnaryCall(channel, UPLOAD, CallOptions.DEFAULT, bytes);
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }

    private static final class Reply<A> implements StreamObserver<A> {
        final CompletableFuture<A> future = new CompletableFuture<>();

        @Override
        public void onNext(A answer) {
            future.complete(answer);
        }

        @Override
        public void onError(Throwable cause) {
            future.completeExceptionally(cause);
        }

        @Override
        public void onCompleted() {
            // The answer of a unary call has been received already.
        }
    }
}
