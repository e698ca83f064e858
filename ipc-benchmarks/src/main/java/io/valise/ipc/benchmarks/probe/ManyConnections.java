package io.valise.ipc.benchmarks.probe;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.benchmarks.contender.Quotes;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The program with many connections. Arguments: an address, its server's process id, how many connections. */
public final class ManyConnections {
    private static final int ROUNDS_TO_WARM_UP = 50_000;
    private static final int ROUNDS = 20_000;

    private final String address;
    private final long serverPid;
    private final List<IpcConnection> connections = new ArrayList<>();

    private ManyConnections(String address, long serverPid) {
        this.address = address;
        this.serverPid = serverPid;
    }

    /** Measures with one connection, then with all, and prints a line per figure: name, unit, value. */
    public static void main(String[] args) throws IOException {
        PeerProcess.ready("");
        new ManyConnections(args[0], Long.parseLong(args[1])).measure(Integer.parseInt(args[2]));
        PeerProcess.say("");
        PeerProcess.awaitParentsEnd();
        Runtime.getRuntime().halt(0);
    }

    private void measure(int count) throws IOException {
        connections.add(IpcClient.connect(address));
        median(ROUNDS_TO_WARM_UP);
        PeerProcess.say("LatencyAlone ns/op " + median(ROUNDS));
        long before = residentBytes();
        while (connections.size() < count) {
            connections.add(IpcClient.connect(address));
        }
        for (IpcConnection connection : connections) {
            ask(connection);
        }
        PeerProcess.say("LatencyAmongAll ns/op " + median(ROUNDS));
        if (ProcStat.isThere()) {
            double kib = (residentBytes() - before) / 1_024.0 / (count - 1);
            PeerProcess.say("ResidentPerConnection KiB " + kib);
        }
    }

    private static void ask(IpcConnection connection) {
        if (connection.request("quote", Quotes.valueSet()).getDouble("ask") != 101.5) {
            throw new IllegalStateException("a wrong answer");
        }
    }

    /** The median of that many round trips on the first connection, in nanoseconds. */
    private double median(int rounds) {
        long[] nanos = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            long begun = System.nanoTime();
            ask(connections.get(0));
            nanos[i] = System.nanoTime() - begun;
        }
        Arrays.sort(nanos);
        return nanos[rounds / 2];
    }

    /** Of both processes and of the machine's shared memory, when neither process has garbage. */
    private long residentBytes() throws IOException {
        if (!ProcStat.isThere()) {
            return 0;
        }
        System.gc();
        connections.get(0).request("collect", ValueSet.empty());
        return ProcStat.residentBytes(ProcessHandle.current().pid())
                + ProcStat.residentBytes(serverPid)
                + ProcStat.sharedMemoryBytes();
    }
}
