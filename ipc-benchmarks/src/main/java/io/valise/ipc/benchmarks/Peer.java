package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.contender.Contender.Caller;
import io.valise.ipc.benchmarks.contender.Exchange;
import io.valise.ipc.benchmarks.contender.Workload;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * The peer of a benchmark: the contender that its method is named after, with the workload of its class. A JVM that
 * runs one method loads that contender only. For one thread.
 */
@State(Scope.Benchmark)
public class Peer {
    @SuppressWarnings("NullAway.Init") // JMH calls open() first
    Exchange exchange;

    @SuppressWarnings("NullAway.Init") // too
    Caller caller;

    /** Starts the other side and connects. */
    @Setup
    public void open(BenchmarkParams benchmark) throws Exception {
        String name = benchmark.getBenchmark();
        int method = name.lastIndexOf('.');
        boolean uploads = name.substring(0, method).equals(LargePayload.class.getName());
        exchange = Exchange.open(name.substring(method + 1), uploads ? Workload.UPLOAD : Workload.QUOTE);
        caller = exchange.caller();
    }

    /** Ends the other side. */
    @TearDown
    public void close() throws Exception {
        exchange.close();
    }
}
