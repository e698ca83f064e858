package io.valise.ipc.benchmarks.contender;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import java.util.concurrent.CompletableFuture;

/**
 * Valise over one of its transports, through the public API.
 *
 * @param scheme the transport
 * @param waiting how both sides wait
 */
record ValiseContender(String scheme, WaitStrategy waiting) implements Contender {
    @Override
    public Served serve(Workload workload) {
        String address = scheme + ":bench-" + ProcessHandle.current().pid();
        IpcServer.Builder builder = IpcServer.builder(address)
                .waitStrategy(waiting)
                .service("quote", request -> Quotes.answer(request.message()))
                .service(
                        "upload",
                        request -> ValueSet.of("length", request.message().getBytes("data").length))
                .service("collect", request -> collected())
                .service("allocated", request -> ValueSet.of("bytes", AllocatedBytes.ofThisProcess()));
        if (scheme.equals("nats")) {
            builder.access(AccessPolicy.anyone()); // where no peer is known to be of the same user
        }
        IpcServer server = builder.start();
        return Contender.served(address, server::close);
    }

    /** Collects garbage, so that the memory in use can be measured. */
    private static ValueSet collected() {
        System.gc();
        return ValueSet.empty();
    }

    @Override
    public Caller connect(Workload workload, String address) {
        IpcConnection connection =
                IpcClient.builder(address).waitStrategy(waiting).connect();
        return switch (workload) {
            case QUOTE -> new ValiseCaller(connection, "quote", Quotes.valueSet(), "ask");
            case UPLOAD -> new ValiseCaller(connection, "upload", ValueSet.of("data", Workload.bytes()), "length");
        };
    }

    private record ValiseCaller(IpcConnection connection, String service, ValueSet message, String read)
            implements Caller {
        @Override
        public double call() {
            return connection.request(service, message).getDouble(read);
        }

        @Override
        public CompletableFuture<?> callAsync() {
            return connection.requestAsync(service, message);
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
