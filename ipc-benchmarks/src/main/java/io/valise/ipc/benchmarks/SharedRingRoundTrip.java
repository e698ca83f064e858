package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.ring.MessagePort;
import io.valise.ipc.benchmarks.ring.RingPeer;
import java.io.IOException;
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

/** 64 bytes through a ring in shared memory to another JVM and back through another ring; both JVMs spin. */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
public class SharedRingRoundTrip {
    @Benchmark
    public long valise(Valise to) {
        return to.roundTrip();
    }

    @Benchmark
    public long agronaOneToOne(AgronaOneToOne to) {
        return to.roundTrip();
    }

    @Benchmark
    public long agronaManyToOne(AgronaManyToOne to) {
        return to.roundTrip();
    }

    @Benchmark
    public long aeronIpc(AeronIpc to) {
        return to.roundTrip();
    }

    /** A peer; a subclass per contender, so that a JVM loads only its own. */
    @State(Scope.Benchmark)
    public abstract static class Pair {
        private final String contender;
        private long number;

        @SuppressWarnings("NullAway.Init") // JMH calls open() first
        private RingPeer peer;

        @SuppressWarnings("NullAway.Init") // too
        private MessagePort port;

        Pair(String contender) {
            this.contender = contender;
        }

        /** Starts the peer. */
        @Setup
        public void open() throws IOException {
            peer = RingPeer.start(contender, true);
            port = peer.port();
        }

        /** Sends a number and waits until it is back. */
        long roundTrip() {
            RingPeer.sendWhenThereIsRoom(port, ++number);
            while (port.receive(1) == 0 || port.last() != number) {
                Thread.onSpinWait();
            }
            return number;
        }

        /** Ends the peer. */
        @TearDown
        public void close() throws IOException {
            peer.close();
        }
    }

    /** Valise. */
    public static class Valise extends Pair {
        /** With its contender. */
        public Valise() {
            super("valise");
        }
    }

    /** AgronaOneToOne. */
    public static class AgronaOneToOne extends Pair {
        /** With its contender. */
        public AgronaOneToOne() {
            super("agronaOneToOne");
        }
    }

    /** AgronaManyToOne. */
    public static class AgronaManyToOne extends Pair {
        /** With its contender. */
        public AgronaManyToOne() {
            super("agronaManyToOne");
        }
    }

    /** AeronIpc. */
    public static class AeronIpc extends Pair {
        /** With its contender. */
        public AeronIpc() {
            super("aeronIpc");
        }
    }
}
