package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.contender.Exchange;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import io.valise.ipc.benchmarks.probe.AskingClient;
import io.valise.ipc.benchmarks.probe.Figure;
import io.valise.ipc.benchmarks.probe.Probe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * 1, 2, 4 and 8 client processes that ask one server as fast as they can: how long a request takes and how many there
 * are in a second altogether, when there are more threads than processors.
 */
public final class ManyClients implements Probe {
    private static final List<String> CONTENDERS =
            List.of("shmAdaptive", "shmBlocking", "shmSpinning", "pipe", "loopback");
    private static final List<Integer> CLIENTS = List.of(1, 2, 4, 8);
    private static final int MILLIS = 2_000;
    private static final int FEW_MILLIS = 500;
    private static final int QUANTILES = 1_000;

    @Override
    public String name() {
        return "ManyClients";
    }

    /** A quick run does it with what users get when they ask for nothing else. */
    @Override
    public List<Figure> measure(boolean quick) throws Exception {
        List<Figure> figures = new ArrayList<>();
        for (String contender : quick ? CONTENDERS.subList(0, 1) : CONTENDERS) {
            figures.addAll(measure(contender, quick ? FEW_MILLIS : MILLIS));
        }
        return figures;
    }

    private List<Figure> measure(String contender, int millis) throws Exception {
        List<Figure> figures = new ArrayList<>();
        Deque<PeerProcess> processes = new ArrayDeque<>();
        try {
            PeerProcess server = Exchange.startServer(contender);
            processes.push(server);
            List<PeerProcess> clients = new ArrayList<>();
            for (int count : CLIENTS) {
                while (clients.size() < count) {
                    clients.add(PeerProcess.start(List.of(), AskingClient.class, contender, server.address()));
                    processes.push(clients.get(clients.size() - 1));
                }
                String name = name() + "." + contender + count;
                Histogram nanos = ask(clients, millis);
                figures.add(new Figure(name, "ns/op", quantiles(nanos)));
                figures.add(Figure.of(name + "PerSecond", "ops/s", nanos.getTotalCount() * 1e3 / millis));
            }
        } finally {
            processes.forEach(PeerProcess::close);
        }
        return figures;
    }

    /** All of them at the same time. */
    private static Histogram ask(List<PeerProcess> clients, int millis) throws Exception {
        for (PeerProcess client : clients) {
            client.tell(Integer.toString(millis));
        }
        Histogram all = AskingClient.histogram();
        for (PeerProcess client : clients) {
            all.add(AskingClient.decoded(client.nextLine()));
        }
        return all;
    }

    private static List<Double> quantiles(Histogram nanos) {
        return IntStream.rangeClosed(0, QUANTILES)
                .mapToObj(i -> (double) nanos.getValueAtPercentile(100.0 * i / QUANTILES))
                .collect(Collectors.toList());
    }
}
