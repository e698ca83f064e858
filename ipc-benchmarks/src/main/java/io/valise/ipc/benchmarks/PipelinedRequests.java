package io.valise.ipc.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Requests sent one after the other without waiting for the answers, 64 of them in flight at any time: requests per
 * second. {@code nettyTcp} moves as many bytes without encoding them.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PipelinedRequests {
    @Benchmark
    public Object shmSpinning(Window to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object shmBlocking(Window to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object shmAdaptive(Window to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object pipe(Window to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object loopback(Window to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object local(Window to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object nettyTcp(Window to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object grpc(Window to) throws Exception {
        return to.next();
    }

    /** A peer and the requests in flight. */
    @State(Scope.Benchmark)
    public static class Window extends Peer {
        private static final int IN_FLIGHT = 64;

        private final CompletableFuture<?>[] calls = new CompletableFuture<?>[IN_FLIGHT];
        private int at;

        @Override
        public void open(BenchmarkParams benchmark) throws Exception {
            super.open(benchmark);
            for (int i = 0; i < IN_FLIGHT; i++) {
                calls[i] = caller.callAsync();
            }
        }

        /** Waits for the oldest answer and sends the next request. */
        Object next() throws Exception {
            Object answer = calls[at].join();
            calls[at] = caller.callAsync();
            at = (at + 1) % IN_FLIGHT;
            return answer;
        }

        /** Waits for the requests in flight first. */
        @Override
        public void close() throws Exception {
            CompletableFuture.allOf(calls).join();
            super.close();
        }
    }
}
