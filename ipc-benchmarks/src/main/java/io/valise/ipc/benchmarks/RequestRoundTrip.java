package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.contender.JvmOptions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;

/**
 * One synchronous request and its answer, a quote of eight fields each way, between two JVMs ({@code local}: within
 * one). {@code raw…}, {@code nettyTcp} and {@code jeroMq} move as many bytes without encoding them.
 */
public class RequestRoundTrip extends RoundTrips {
    @Benchmark
    public double shmBlocking(Peer to) throws Exception {
        return to.caller.call();
    }

    @Benchmark
    @Fork(
            value = 2,
            jvmArgsAppend = {
                JvmOptions.QUIET,
                JvmOptions.CHRONICLE_REF,
                JvmOptions.CHRONICLE_CHANNELS,
                JvmOptions.CHRONICLE_LANG,
                JvmOptions.CHRONICLE_REFLECT
            })
    public double chronicleQueue(Peer to) throws Exception {
        return to.caller.call();
    }
}
