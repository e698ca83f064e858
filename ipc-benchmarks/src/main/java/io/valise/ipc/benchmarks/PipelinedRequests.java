package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.contender.Exchange;
import io.valise.ipc.benchmarks.contender.Workload;
import java.util.concurrent.CompletableFuture;
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
 * Requests sent one after the other without waiting for the answers, 64 of them on their way at any time: requests per
 * second. {@code nettyTcp} moves as many bytes without encoding them.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PipelinedRequests {
    @Benchmark
    public Object shmSpinning(ShmSpinning to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object shmBlocking(ShmBlocking to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object shmAdaptive(ShmAdaptive to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object pipe(Pipe to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object loopback(Loopback to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object local(Local to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object nettyTcp(NettyTcp to) throws Exception {
        return to.next();
    }

    @Benchmark
    public Object grpc(Grpc to) throws Exception {
        return to.next();
    }

    /** An exchange of quotes; a subclass per contender, so that a JVM loads only its own. */
    @State(Scope.Benchmark)
    public abstract static class Window {
        private static final int IN_FLIGHT = 64;

        final String contender;
        private final CompletableFuture<?>[] calls = new CompletableFuture<?>[IN_FLIGHT];

        @SuppressWarnings("NullAway.Init") // JMH calls open() first
        private Exchange exchange;

        private int at;

        Window(String contender) {
            this.contender = contender;
        }

        /** Starts the peer. */
        @Setup
        public void open() throws Exception {
            exchange = Exchange.open(contender, Workload.QUOTE);
            for (int i = 0; i < IN_FLIGHT; i++) {
                calls[i] = exchange.caller().callAsync();
            }
        }

        /** Waits for the oldest answer and sends the next request. */
        Object next() throws Exception {
            Object answer = calls[at].join();
            calls[at] = exchange.caller().callAsync();
            at = (at + 1) % IN_FLIGHT;
            return answer;
        }

        /** Waits for what is on its way and ends the peer. */
        @TearDown
        public void close() throws Exception {
            CompletableFuture.allOf(calls).join();
            exchange.close();
        }
    }

    /** ShmSpinning. */
    public static class ShmSpinning extends Window {
        /** With its contender. */
        public ShmSpinning() {
            super("shmSpinning");
        }
    }

    /** ShmBlocking. */
    public static class ShmBlocking extends Window {
        /** With its contender. */
        public ShmBlocking() {
            super("shmBlocking");
        }
    }

    /** ShmAdaptive. */
    public static class ShmAdaptive extends Window {
        /** With its contender. */
        public ShmAdaptive() {
            super("shmAdaptive");
        }
    }

    /** Pipe. */
    public static class Pipe extends Window {
        /** With its contender. */
        public Pipe() {
            super("pipe");
        }
    }

    /** Loopback. */
    public static class Loopback extends Window {
        /** With its contender. */
        public Loopback() {
            super("loopback");
        }
    }

    /** Local. */
    public static class Local extends Window {
        /** With its contender. */
        public Local() {
            super("local");
        }
    }

    /** NettyTcp. */
    public static class NettyTcp extends Window {
        /** With its contender. */
        public NettyTcp() {
            super("nettyTcp");
        }
    }

    /** Grpc. */
    public static class Grpc extends Window {
        /** With its contender. */
        public Grpc() {
            super("grpc");
        }
    }
}
