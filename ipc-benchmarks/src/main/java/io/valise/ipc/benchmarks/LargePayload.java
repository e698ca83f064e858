package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.contender.Workload;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * 1 MiB of bytes to the other JVM, a number back; compared with copying 1 MiB once within a JVM. {@code raw…}, {@code
 * nettyTcp} and {@code jeroMq} move the bytes without encoding them.
 */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LargePayload extends RoundTrips {
    /** A copy into an existing array: the limit. */
    @Benchmark
    public byte[] memcpy(Memory of) {
        System.arraycopy(of.bytes, 0, of.target, 0, of.bytes.length);
        return of.target;
    }

    /** A copy into a new array, as a receiver gets. */
    @Benchmark
    public byte[] memcpyToNew(Memory of) {
        return of.bytes.clone();
    }

    /** The 1 MiB to copy and its copy. */
    @State(Scope.Benchmark)
    public static class Memory {
        final byte[] bytes = Workload.bytes();
        final byte[] target = new byte[bytes.length];
    }
}
