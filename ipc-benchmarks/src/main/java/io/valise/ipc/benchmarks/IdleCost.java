package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.contender.Contenders;
import io.valise.ipc.benchmarks.contender.Exchange;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import io.valise.ipc.benchmarks.probe.Figure;
import io.valise.ipc.benchmarks.probe.IdleProgram;
import io.valise.ipc.benchmarks.probe.IdleWatch;
import io.valise.ipc.benchmarks.probe.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A server and a client with ten connections to it, all idle after some traffic: the processor time of each process, in
 * percent of one processor, and how often in a second the busiest of its threads wakes. {@code jvm} is a JVM that does
 * nothing: the part of each figure that is not due to Valise.
 */
public final class IdleCost implements Probe {
    private static final Duration SETTLE = Duration.ofSeconds(3);
    private static final Duration WATCH = Duration.ofSeconds(20);
    private static final Duration SHORT_WATCH = Duration.ofSeconds(8);
    private static final String CONNECTIONS = "10";

    @Override
    public String name() {
        return "IdleCost";
    }

    /** All at the same time, since all are idle. */
    @Override
    public List<Figure> measure(boolean quick) throws Exception {
        if (!IdleWatch.isPossible()) {
            System.out.println("# IdleCost: not measured, it takes Linux's /proc");
            return List.of();
        }
        Map<String, PeerProcess> idle = new LinkedHashMap<>();
        try {
            idle.put("jvm", PeerProcess.start(List.of(), IdleProgram.class));
            for (String scheme : Contenders.TRANSPORTS) {
                PeerProcess server = Exchange.startServer(scheme);
                idle.put(scheme + "Server", server);
                idle.put(
                        scheme + "Client",
                        PeerProcess.start(List.of(), IdleProgram.class, server.address(), CONNECTIONS));
            }
            return figures(new IdleWatch(idle).watch(SETTLE, quick ? SHORT_WATCH : WATCH));
        } finally {
            idle.values().forEach(PeerProcess::close);
        }
    }

    private List<Figure> figures(Map<String, IdleWatch.Cost> costs) {
        List<Figure> figures = new ArrayList<>();
        costs.forEach((process, cost) -> {
            figures.add(Figure.of(name() + "." + process, "% of a core", cost.percentOfCore()));
            figures.add(Figure.of(name() + "." + process + "WakeUps", "ops/s", cost.wakeUpsPerSecond()));
        });
        return figures;
    }
}
