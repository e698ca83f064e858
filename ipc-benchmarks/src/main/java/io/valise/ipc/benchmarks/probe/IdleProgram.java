package io.valise.ipc.benchmarks.probe;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.benchmarks.contender.Quotes;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The program that does nothing. Arguments: none, or an address and how many connections it keeps open meanwhile. */
public final class IdleProgram {
    private static final int REQUESTS_BEFORE = 100;

    private IdleProgram() {}

    /** Idles until its parent ends. */
    public static void main(String[] args) throws IOException {
        List<IpcConnection> connections = new ArrayList<>();
        while (args.length > 0 && connections.size() < Integer.parseInt(args[1])) {
            connections.add(connect(args[0]));
        }
        PeerProcess.ready("");
        PeerProcess.awaitParentsEnd();
        connections.forEach(IpcConnection::close);
    }

    private static IpcConnection connect(String address) {
        IpcConnection connection = IpcClient.connect(address);
        for (int i = 0; i < REQUESTS_BEFORE; i++) {
            if (connection.request("quote", Quotes.valueSet()).isEmpty()) {
                throw new IllegalStateException("an empty answer");
            }
        }
        return connection;
    }
}
