package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.ring.RingPeer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** 64 bytes through a ring in shared memory to another JVM and back through another ring; both JVMs spin. */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
public class SharedRingRoundTrip {
    @Benchmark
    public long valise(Pair to) {
        return to.roundTrip();
    }

    @Benchmark
    public long agronaOneToOne(Pair to) {
        return to.roundTrip();
    }

    @Benchmark
    public long agronaManyToOne(Pair to) {
        return to.roundTrip();
    }

    @Benchmark
    public long aeronIpc(Pair to) {
        return to.roundTrip();
    }

    /** Of this JVM, which loads its own contender only. */
    public static class Pair extends RingEnd {
        private long number;

        /** With a peer that answers. */
        public Pair() {
            super(true);
        }

        /** Sends a number and waits until it is back. */
        long roundTrip() {
            RingPeer.sendWhenThereIsRoom(port, ++number);
            while (port.receive(1) == 0 || port.last() != number) {
                Thread.onSpinWait();
            }
            return number;
        }
    }
}
