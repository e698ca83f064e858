package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.contender.JvmOptions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** One message to the other side and its answer, with each contender that carries messages of every workload. */
@BenchmarkMode({Mode.SampleTime, Mode.AverageTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public abstract class RoundTrips {
    @Benchmark
    public double shmSpinning(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double shmAdaptive(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double pipe(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double loopback(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double local(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    @Fork(value = 2, jvmArgsAppend = JvmOptions.AGRONA)
    public double aeronIpcJackson(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double rawUds(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double rawTcp(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double nettyTcp(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double grpc(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    public double jeroMq(Peer to) throws Exception {
        return to.caller.call();
    }
}
