package io.valise.ipc.benchmarks.probe;

import io.valise.ipc.benchmarks.peer.PeerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Measures processes that should be idle. */
public final class IdleWatch {
    private final Map<String, PeerProcess> processes;

    /** Of processes by name, {@code jvm} among them: one that has no more threads than every JVM has. */
    public IdleWatch(Map<String, PeerProcess> processes) {
        this.processes = Map.copyOf(processes);
    }

    /** Whether this machine reports the figures needed. */
    public static boolean isPossible() {
        return ProcStat.isThere();
    }

    /**
     * The cost of a process while it was watched.
     *
     * @param percentOfCore processor time of all its threads
     * @param wakeUpsPerSecond of the thread that woke most, without the threads that every JVM has
     */
    public record Cost(double percentOfCore, double wakeUpsPerSecond) {}

    /** Watches them for a time, after a time to settle. */
    public Map<String, Cost> watch(Duration settle, Duration watched) throws IOException, InterruptedException {
        Thread.sleep(settle.toMillis());
        Map<String, Map<String, ProcStat.ThreadStat>> before = threads();
        Set<String> ofEveryJvm = before.getOrDefault("jvm", Map.of()).values().stream()
                .map(ProcStat.ThreadStat::name)
                .collect(Collectors.toSet());
        long begun = System.nanoTime();
        Thread.sleep(watched.toMillis());
        Map<String, Map<String, ProcStat.ThreadStat>> after = threads();
        double nanos = System.nanoTime() - begun;
        Map<String, Cost> costs = new LinkedHashMap<>();
        before.forEach((name, threads) ->
                costs.put(name, cost(threads, after.getOrDefault(name, Map.of()), ofEveryJvm, nanos)));
        return costs;
    }

    private Map<String, Map<String, ProcStat.ThreadStat>> threads() throws IOException {
        Map<String, Map<String, ProcStat.ThreadStat>> threads = new LinkedHashMap<>();
        for (Map.Entry<String, PeerProcess> process : processes.entrySet()) {
            threads.put(process.getKey(), ProcStat.threads(process.getValue().pid()));
        }
        return threads;
    }

    private static Cost cost(
            Map<String, ProcStat.ThreadStat> before,
            Map<String, ProcStat.ThreadStat> after,
            Set<String> ofEveryJvm,
            double nanos) {
        long cpu = 0;
        long mostWakeUps = 0;
        for (Map.Entry<String, ProcStat.ThreadStat> entry : after.entrySet()) {
            ProcStat.ThreadStat now = entry.getValue();
            ProcStat.ThreadStat then = before.getOrDefault(entry.getKey(), new ProcStat.ThreadStat(now.name(), 0, 0));
            cpu += now.cpuNanos() - then.cpuNanos();
            if (!ofEveryJvm.contains(now.name())) {
                mostWakeUps = Math.max(mostWakeUps, now.wakeUps() - then.wakeUps());
            }
        }
        return new Cost(100 * cpu / nanos, mostWakeUps * 1e9 / nanos);
    }
}
