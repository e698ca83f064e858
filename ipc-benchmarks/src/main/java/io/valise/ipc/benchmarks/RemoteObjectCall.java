package io.valise.ipc.benchmarks;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import io.valise.ipc.services.objects.RemoteObjects;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A call through a typed proxy compared with a plain request that does the same, between two JVMs over {@code shm:}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RemoteObjectCall {
    /** The remote interface; public, since the proxy is in another module. */
    public interface Adder {
        /** The sum. */
        long add(long a, long b);
    }

    /** The other JVM and the connection to it. */
    @State(Scope.Benchmark)
    public static class Peer {
        @SuppressWarnings("NullAway.Init") // JMH calls open() first
        PeerProcess process;

        @SuppressWarnings("NullAway.Init") // too
        IpcConnection connection;

        @SuppressWarnings("NullAway.Init") // too
        Adder adder;

        private long count;

        /** Starts the peer. */
        @Setup
        public void open() {
            process = PeerProcess.start(List.of(), RemoteObjectCall.class);
            connection = IpcClient.connect(process.address());
            adder = RemoteObjects.of(connection).remote(Adder.class);
        }

        /** Ends the peer. */
        @TearDown
        public void close() {
            connection.close();
            process.close();
        }
    }

    @Benchmark
    public long plainRequest(Peer peer) {
        return peer.connection
                .request("add", ValueSet.of("a", peer.count++, "b", 1L))
                .getLong("sum");
    }

    @Benchmark
    public long remoteCall(Peer peer) {
        return peer.adder.add(peer.count++, 1L);
    }

    /** The other JVM. */
    public static void main(String[] args) throws IOException {
        Adder adder = Long::sum;
        String address = "shm:adder-" + ProcessHandle.current().pid();
        try (IpcServer server = RemoteObjects.export(Adder.class, adder)
                .addTo(IpcServer.builder(address))
                .service("add", request -> sum(request.message(), adder))
                .start()) {
            PeerProcess.ready(server.endpoints().get(0).toString());
            PeerProcess.awaitParentsEnd();
        }
    }

    private static ValueSet sum(ValueSet message, Adder adder) {
        return ValueSet.of("sum", adder.add(message.getLong("a"), message.getLong("b")));
    }
}
