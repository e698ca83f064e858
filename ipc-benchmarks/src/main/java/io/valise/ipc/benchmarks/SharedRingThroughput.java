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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Messages of 64 bytes per second through a ring in shared memory to another JVM, which takes them as fast as it can;
 * both JVMs spin. The ring is small: what is sent has soon been received.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
public class SharedRingThroughput {
    @Benchmark
    public long valise(Valise to) {
        return to.send();
    }

    @Benchmark
    public long valiseBatched(ValiseBatched to) {
        return to.send();
    }

    @Benchmark
    @Threads(2)
    public long valiseThreads(ValiseThreads to) {
        return to.send();
    }

    @Benchmark
    public long agronaOneToOne(AgronaOneToOne to) {
        return to.send();
    }

    @Benchmark
    @Threads(2)
    public long agronaManyToOneThreads(AgronaManyToOneThreads to) {
        return to.send();
    }

    @Benchmark
    public long agronaManyToOne(AgronaManyToOne to) {
        return to.send();
    }

    @Benchmark
    public long aeronIpc(AeronIpc to) {
        return to.send();
    }

    /** A peer; a subclass per contender, so that a JVM loads only its own. */
    @State(Scope.Benchmark)
    public abstract static class Stream {
        private static final long NUMBER = 42;

        private final String contender;

        @SuppressWarnings("NullAway.Init") // JMH calls open() first
        private RingPeer peer;

        @SuppressWarnings("NullAway.Init") // too
        private MessagePort port;

        Stream(String contender) {
            this.contender = contender;
        }

        /** Starts the peer. */
        @Setup
        public void open() throws IOException {
            peer = RingPeer.start(contender, false);
            port = peer.port();
        }

        /** Sends a number; several threads may. */
        long send() {
            RingPeer.sendWhenThereIsRoom(port, NUMBER);
            return NUMBER;
        }

        /** Ends the peer. */
        @TearDown
        public void close() throws IOException {
            peer.close();
        }
    }

    /** Valise. */
    public static class Valise extends Stream {
        /** With its contender. */
        public Valise() {
            super("valise");
        }
    }

    /** ValiseBatched. */
    public static class ValiseBatched extends Stream {
        /** With its contender. */
        public ValiseBatched() {
            super("valiseBatched");
        }
    }

    /** ValiseThreads. */
    public static class ValiseThreads extends Stream {
        /** With its contender. */
        public ValiseThreads() {
            super("valiseThreads");
        }
    }

    /** AgronaManyToOneThreads. */
    public static class AgronaManyToOneThreads extends Stream {
        /** With its contender. */
        public AgronaManyToOneThreads() {
            super("agronaManyToOneThreads");
        }
    }

    /** AgronaOneToOne. */
    public static class AgronaOneToOne extends Stream {
        /** With its contender. */
        public AgronaOneToOne() {
            super("agronaOneToOne");
        }
    }

    /** AgronaManyToOne. */
    public static class AgronaManyToOne extends Stream {
        /** With its contender. */
        public AgronaManyToOne() {
            super("agronaManyToOne");
        }
    }

    /** AeronIpc. */
    public static class AeronIpc extends Stream {
        /** With its contender. */
        public AeronIpc() {
            super("aeronIpc");
        }
    }
}
