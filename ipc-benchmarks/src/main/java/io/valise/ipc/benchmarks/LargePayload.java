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
 * 1 MiB of bytes to the other JVM, a number back; beside what it costs to copy 1 MiB once within a JVM. {@code raw…},
 * {@code nettyTcp} and {@code jeroMq} move the bytes without a message around them.
 */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LargePayload {
    @Benchmark
    public double shmSpinning(ShmSpinning to) throws Exception {
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

    /** A copy over a copy made before: the limit. */
    @Benchmark
    public byte[] memcpy(Memory of) {
        System.arraycopy(of.bytes, 0, of.target, 0, of.bytes.length);
        return of.target;
    }

    /** A copy in an array of its own, as whoever receives one gets. */
    @Benchmark
    public byte[] memcpyToNew(Memory of) {
        return of.bytes.clone();
    }

    /** 1 MiB here and there. */
    @State(Scope.Benchmark)
    public static class Memory {
        final byte[] bytes = Workload.bytes();
        final byte[] target = new byte[bytes.length];
    }

    /** An exchange of uploads; a subclass per contender, so that a JVM loads only its own. */
    @State(Scope.Benchmark)
    public abstract static class Uploads {
        final String contender;

        @SuppressWarnings("NullAway.Init") // JMH calls open() first
        Exchange exchange;

        @SuppressWarnings("NullAway.Init") // too
        Caller caller;

        Uploads(String contender) {
            this.contender = contender;
        }

        /** Starts the peer. */
        @Setup
        public void open() throws Exception {
            exchange = Exchange.open(contender, Workload.UPLOAD);
            caller = exchange.caller();
        }

        /** Ends the peer. */
        @TearDown
        public void close() throws Exception {
            exchange.close();
        }
    }

    /** ShmSpinning. */
    public static class ShmSpinning extends Uploads {
        /** With its contender. */
        public ShmSpinning() {
            super("shmSpinning");
        }
    }

    /** ShmAdaptive. */
    public static class ShmAdaptive extends Uploads {
        /** With its contender. */
        public ShmAdaptive() {
            super("shmAdaptive");
        }
    }

    /** Pipe. */
    public static class Pipe extends Uploads {
        /** With its contender. */
        public Pipe() {
            super("pipe");
        }
    }

    /** Loopback. */
    public static class Loopback extends Uploads {
        /** With its contender. */
        public Loopback() {
            super("loopback");
        }
    }

    /** Local. */
    public static class Local extends Uploads {
        /** With its contender. */
        public Local() {
            super("local");
        }
    }

    /** AeronIpcJackson. */
    public static class AeronIpcJackson extends Uploads {
        /** With its contender. */
        public AeronIpcJackson() {
            super("aeronIpcJackson");
        }
    }

    /** RawUds. */
    public static class RawUds extends Uploads {
        /** With its contender. */
        public RawUds() {
            super("rawUds");
        }
    }

    /** RawTcp. */
    public static class RawTcp extends Uploads {
        /** With its contender. */
        public RawTcp() {
            super("rawTcp");
        }
    }

    /** NettyTcp. */
    public static class NettyTcp extends Uploads {
        /** With its contender. */
        public NettyTcp() {
            super("nettyTcp");
        }
    }

    /** Grpc. */
    public static class Grpc extends Uploads {
        /** With its contender. */
        public Grpc() {
            super("grpc");
        }
    }

    /** JeroMq. */
    public static class JeroMq extends Uploads {
        /** With its contender. */
        public JeroMq() {
            super("jeroMq");
        }
    }
}
