package io.valise.ipc.benchmarks;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.benchmarks.contender.AllocatedBytes;
import io.valise.ipc.benchmarks.contender.Contenders;
import io.valise.ipc.benchmarks.contender.Exchange;
import io.valise.ipc.benchmarks.contender.Quotes;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import io.valise.ipc.benchmarks.probe.Figure;
import io.valise.ipc.benchmarks.probe.Probe;
import java.util.ArrayList;
import java.util.List;

/** Bytes allocated for one synchronous request, a quote of eight fields each way, by all threads of both processes. */
public final class Garbage implements Probe {
    private static final int ROUNDS_TO_WARM_UP = 50_000;
    private static final int ROUNDS = 50_000;

    @Override
    public String name() {
        return "Garbage";
    }

    @Override
    public List<Figure> measure(boolean quick) {
        List<Figure> figures = new ArrayList<>();
        for (String scheme : Contenders.TRANSPORTS) {
            try (PeerProcess server = Exchange.startServer(scheme);
                    IpcConnection connection = IpcClient.connect(server.address())) {
                ask(connection, ROUNDS_TO_WARM_UP);
                long before = allocated(connection);
                ask(connection, ROUNDS);
                double perRequest = (allocated(connection) - before) / (double) ROUNDS;
                figures.add(Figure.of(name() + "." + scheme, "B/op", perRequest));
            }
        }
        return figures;
    }

    private static void ask(IpcConnection connection, int times) {
        ValueSet quote = Quotes.valueSet();
        for (int i = 0; i < times; i++) {
            if (connection.request("quote", quote).getDouble("ask") != 101.5) {
                throw new IllegalStateException("a wrong answer");
            }
        }
    }

    private static long allocated(IpcConnection connection) {
        return AllocatedBytes.ofThisProcess()
                + connection.request("allocated", ValueSet.empty()).getLong("bytes");
    }
}
