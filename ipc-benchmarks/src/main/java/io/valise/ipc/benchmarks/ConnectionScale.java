package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.contender.Contenders;
import io.valise.ipc.benchmarks.contender.Exchange;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import io.valise.ipc.benchmarks.probe.Figure;
import io.valise.ipc.benchmarks.probe.ManyConnections;
import io.valise.ipc.benchmarks.probe.Probe;
import java.util.ArrayList;
import java.util.List;

/**
 * 1,000 connections of one process to one server: what an idle one keeps resident in both processes together, shared
 * memory counted once, and the median of a round trip on one of them, compared with a single connection.
 */
public final class ConnectionScale implements Probe {
    private static final int CONNECTIONS = 1_000;

    @Override
    public String name() {
        return "ConnectionScale";
    }

    @Override
    public List<Figure> measure(boolean quick) {
        List<Figure> figures = new ArrayList<>();
        for (String scheme : Contenders.TRANSPORTS) {
            try (PeerProcess server = Exchange.startServer(scheme);
                    PeerProcess crowd = PeerProcess.start(
                            List.of(),
                            ManyConnections.class,
                            server.address(),
                            Long.toString(server.pid()),
                            Integer.toString(CONNECTIONS))) {
                for (String line = crowd.nextLine(); !line.isEmpty(); line = crowd.nextLine()) {
                    String[] words = line.split(" ", 3);
                    figures.add(Figure.of(name() + "." + scheme + words[0], words[1], Double.parseDouble(words[2])));
                }
            }
        }
        return figures;
    }
}
