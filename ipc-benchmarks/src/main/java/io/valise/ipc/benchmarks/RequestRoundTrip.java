package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.contender.Contender.Caller;
import io.valise.ipc.benchmarks.contender.Exchange;
import io.valise.ipc.benchmarks.contender.Workload;
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
 * One synchronous request and its answer, a quote of eight fields each way, between two JVMs ({@code local}: within
 * one). {@code raw…}, {@code nettyTcp} and {@code jeroMq} move as many bytes without encoding them.
 */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RequestRoundTrip {
    @Benchmark
    public double shmSpinning(ShmSpinning to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double shmBlocking(ShmBlocking to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double shmAdaptive(ShmAdaptive to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double pipe(Pipe to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double loopback(Loopback to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double local(Local to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    @Fork(value = 2, jvmArgsAppend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
    public double aeronIpcJackson(AeronIpcJackson to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double rawUds(RawUds to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double rawTcp(RawTcp to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double nettyTcp(NettyTcp to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double grpc(Grpc to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double jeroMq(JeroMq to) throws Exception {
        return to.caller.call();
    }

    /** An exchange of quotes; a subclass per contender, so that a JVM loads only its own. */
    @State(Scope.Benchmark)
    public abstract static class Quotes {
        final String contender;

        @SuppressWarnings("NullAway.Init") // JMH calls open() first
        Exchange exchange;

        @SuppressWarnings("NullAway.Init") // too
        Caller caller;

        Quotes(String contender) {
            this.contender = contender;
        }

        /** Starts the peer. */
        @Setup
        public void open() throws Exception {
            exchange = Exchange.open(contender, Workload.QUOTE);
            caller = exchange.caller();
        }

        /** Ends the peer. */
        @TearDown
        public void close() throws Exception {
            exchange.close();
        }
    }

    /** ShmSpinning. */
    public static class ShmSpinning extends Quotes {
        /** With its contender. */
        public ShmSpinning() {
            super("shmSpinning");
        }
    }

    /** ShmBlocking. */
    public static class ShmBlocking extends Quotes {
        /** With its contender. */
        public ShmBlocking() {
            super("shmBlocking");
        }
    }

    /** ShmAdaptive. */
    public static class ShmAdaptive extends Quotes {
        /** With its contender. */
        public ShmAdaptive() {
            super("shmAdaptive");
        }
    }

    /** Pipe. */
    public static class Pipe extends Quotes {
        /** With its contender. */
        public Pipe() {
            super("pipe");
        }
    }

    /** Loopback. */
    public static class Loopback extends Quotes {
        /** With its contender. */
        public Loopback() {
            super("loopback");
        }
    }

    /** Local. */
    public static class Local extends Quotes {
        /** With its contender. */
        public Local() {
            super("local");
        }
    }

    /** AeronIpcJackson. */
    public static class AeronIpcJackson extends Quotes {
        /** With its contender. */
        public AeronIpcJackson() {
            super("aeronIpcJackson");
        }
    }

    /** RawUds. */
    public static class RawUds extends Quotes {
        /** With its contender. */
        public RawUds() {
            super("rawUds");
        }
    }

    /** RawTcp. */
    public static class RawTcp extends Quotes {
        /** With its contender. */
        public RawTcp() {
            super("rawTcp");
        }
    }

    /** NettyTcp. */
    public static class NettyTcp extends Quotes {
        /** With its contender. */
        public NettyTcp() {
            super("nettyTcp");
        }
    }

    /** Grpc. */
    public static class Grpc extends Quotes {
        /** With its contender. */
        public Grpc() {
            super("grpc");
        }
    }

    /** JeroMq. */
    public static class JeroMq extends Quotes {
        /** With its contender. */
        public JeroMq() {
            super("jeroMq");
        }
    }
}
