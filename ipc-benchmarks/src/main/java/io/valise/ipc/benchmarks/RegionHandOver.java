package io.valise.ipc.benchmarks;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import io.valise.ipc.sharedmem.SharedRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A region of so many MiB handed to the other JVM inside a request over {@code shm:}, which maps it, reads the number
 * at its end, closes it and answers: no copy, so the size should not matter. It is filled once, before the measurement.
 */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RegionHandOver {
    private static final long MIB = 1 << 20;
    private static final long NUMBER = 42;

    @Benchmark
    public long mib1(Sender sender) {
        return sender.handOver();
    }

    @Benchmark
    public long mib64(Sender sender) {
        return sender.handOver();
    }

    @Benchmark
    public long mib256(Sender sender) {
        return sender.handOver();
    }

    /** Without a sleep and a wake-up on either side: the time of the hand-over alone. */
    @Benchmark
    public long mib64Spinning(Sender sender) {
        return sender.handOver();
    }

    /**
     * A region as large as the method's name says, and the connection to the other JVM, with the wait strategy that it
     * names.
     */
    @State(Scope.Benchmark)
    public static class Sender {
        @SuppressWarnings("NullAway.Init") // JMH calls open() first
        private PeerProcess process;

        @SuppressWarnings("NullAway.Init") // too
        private IpcConnection connection;

        @SuppressWarnings("NullAway.Init") // too
        private SharedRegion region;

        /** Starts the peer and fills the region. */
        @Setup
        public void open(BenchmarkParams benchmark) {
            String method = benchmark.getBenchmark().replaceAll(".*\\.", "");
            int mib = Integer.parseInt(method.replaceAll("\\D", ""));
            String strategy = method.endsWith("Spinning") ? "spinning" : "adaptive";
            process = PeerProcess.start(List.of(), RegionHandOver.class, strategy);
            connection = IpcClient.builder(process.address())
                    .waitStrategy(named(strategy))
                    .connect();
            region = SharedRegion.create(mib * MIB);
            region.write(Sender::fill);
        }

        private static void fill(SharedRegion region) {
            for (long at = 0; at < region.size(); at += MIB) {
                ByteBuffer part = region.buffer(at, MIB);
                while (part.hasRemaining()) {
                    part.putLong(NUMBER);
                }
            }
        }

        long handOver() {
            ValueSet handle = region.handle(SharedRegion.Access.READ);
            return connection.request("look", ValueSet.of("region", handle)).getLong("number");
        }

        /** Frees the region and ends the peer. */
        @TearDown
        public void close() {
            region.close();
            connection.close();
            process.close();
        }
    }

    private static WaitStrategy named(String strategy) {
        return strategy.equals("spinning") ? WaitStrategy.spinning() : WaitStrategy.adaptive();
    }

    /** The other JVM. */
    public static void main(String[] args) throws IOException {
        String address = "shm:region-" + ProcessHandle.current().pid();
        try (IpcServer server = IpcServer.builder(address)
                .waitStrategy(named(args[0]))
                .service("look", request -> look(request.message().getValueSet("region")))
                .start()) {
            PeerProcess.ready(server.endpoints().get(0).toString());
            PeerProcess.awaitParentsEnd();
        }
    }

    private static ValueSet look(ValueSet handle) {
        try (SharedRegion region = SharedRegion.open(handle)) {
            long end = region.size() - Long.BYTES;
            return ValueSet.of(
                    "number", region.read(whole -> whole.buffer(end, Long.BYTES).getLong(0)));
        }
    }
}
