package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.ring.RingPeer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Messages of 64 bytes per second through a ring in shared memory to another JVM, which takes them as fast as it can;
 * both JVMs spin. The ring is small, so that messages are received soon after they are sent.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
public class SharedRingThroughput {
    @Benchmark
    public long valise(Stream to) {
        return to.send();
    }

    @Benchmark
    public long valiseBatched(Stream to) {
        return to.send();
    }

    @Benchmark
    @Threads(2)
    public long valiseThreads(Stream to) {
        return to.send();
    }

    @Benchmark
    public long agronaOneToOne(Stream to) {
        return to.send();
    }

    @Benchmark
    @Threads(2)
    public long agronaManyToOneThreads(Stream to) {
        return to.send();
    }

    @Benchmark
    public long agronaManyToOne(Stream to) {
        return to.send();
    }

    @Benchmark
    public long aeronIpc(Stream to) {
        return to.send();
    }

    /** Of this JVM, which loads its own contender only. */
    public static class Stream extends RingEnd {
        private static final long NUMBER = 42;

        /** With a peer that only receives. */
        public Stream() {
            super(false);
        }

        /** Sends a number; several threads may. */
        long send() {
            RingPeer.sendWhenThereIsRoom(port, NUMBER);
            return NUMBER;
        }
    }
}
