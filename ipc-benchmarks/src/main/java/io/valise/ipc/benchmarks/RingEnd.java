package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.ring.MessagePort;
import io.valise.ipc.benchmarks.ring.RingPeer;
import java.io.IOException;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/** This end of a ring, and the peer at its other end, for the contender that the benchmark is named after. */
@State(Scope.Benchmark)
public abstract class RingEnd {
    private final boolean echoes;

    @SuppressWarnings("NullAway.Init") // JMH calls open() first
    private RingPeer peer;

    /** The port by which this end sends and receives. */
    @SuppressWarnings("NullAway.Init") // too
    protected MessagePort port;

    /** @param echoes whether the peer sends back what it gets */
    protected RingEnd(boolean echoes) {
        this.echoes = echoes;
    }

    /** Starts the peer. */
    @Setup
    public void open(BenchmarkParams benchmark) throws IOException {
        String method = benchmark.getBenchmark();
        peer = RingPeer.start(method.substring(method.lastIndexOf('.') + 1), echoes);
        port = peer.port();
    }

    /** Ends the peer. */
    @TearDown
    public void close() throws IOException {
        peer.close();
    }
}
