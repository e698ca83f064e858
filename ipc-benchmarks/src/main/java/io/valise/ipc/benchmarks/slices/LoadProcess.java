package io.valise.ipc.benchmarks.slices;

import io.valise.ipc.benchmarks.peer.PeerProcess;
import java.io.IOException;

/** The program of a process that computes all the time, and wants one processor. */
public final class LoadProcess {
    private LoadProcess() {}

    /** Computes until its parent ends. */
    public static void main(String[] args) throws IOException {
        Thread busy = new Thread(LoadProcess::compute, "busy");
        busy.setDaemon(true);
        busy.start();
        PeerProcess.ready("");
        PeerProcess.awaitParentsEnd();
    }

    private static void compute() {
        long number = 1;
        while (number != 0) { // an odd number times an odd number is never zero
            number *= 6_364_136_223_846_793_005L;
        }
        throw new AssertionError("an odd number became zero");
    }
}
