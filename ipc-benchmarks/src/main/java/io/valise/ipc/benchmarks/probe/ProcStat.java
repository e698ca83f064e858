package io.valise.ipc.benchmarks.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Figures of a process from {@code /proc} (proc(5)); Linux only. Stateless. */
final class ProcStat {
    private static final long KIB = 1_024;

    private ProcStat() {}

    static boolean isThere() {
        return Files.isReadable(Path.of("/proc/self/smaps_rollup"))
                && Files.isReadable(Path.of("/proc/self/schedstat"));
    }

    /** Bytes resident without shared memory, each page shared with another process counted in part. */
    static long residentBytes(long pid) throws IOException {
        Map<String, Long> kib = sizes(Path.of("/proc", Long.toString(pid), "smaps_rollup"));
        return (kib.getOrDefault("Pss", 0L) - kib.getOrDefault("Pss_Shmem", 0L)) * KIB;
    }

    /** Bytes that files in shared memory take on this machine, also those without a name. */
    static long sharedMemoryBytes() throws IOException {
        return sizes(Path.of("/proc/meminfo")).getOrDefault("Shmem", 0L) * KIB;
    }

    private static Map<String, Long> sizes(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.endsWith(" kB"))
                    .map(line -> line.split(":?\\s+"))
                    .collect(Collectors.toMap(words -> words[0], words -> Long.parseLong(words[1])));
        }
    }

    /** The threads of a process by their ids. */
    static Map<String, ThreadStat> threads(long pid) throws IOException {
        Map<String, ThreadStat> threads = new HashMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks.collect(Collectors.toList())) {
                addIfAlive(threads, task);
            }
        }
        return threads;
    }

    private static void addIfAlive(Map<String, ThreadStat> threads, Path task) throws IOException {
        try {
            String name = Files.readString(task.resolve("comm")).strip();
            long cpu =
                    Long.parseLong(Files.readString(task.resolve("schedstat")).split("\\s", 2)[0]);
            threads.put(task.getFileName().toString(), new ThreadStat(name, cpu, wakeUps(task)));
        } catch (NoSuchFileException ended) {
            // A thread that ended meanwhile is left out: it is missing from the next look too.
            threads.remove(task.getFileName().toString());
        }
    }

    private static long wakeUps(Path task) throws IOException {
        List<String> lines = Files.readAllLines(task.resolve("status"));
        return lines.stream()
                .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                .map(line -> line.split("\\s+", 2)[1])
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new UncheckedIOException(new IOException("no voluntary_ctxt_switches in " + task)));
    }

    /**
     * One thread so far.
     *
     * @param name the first 15 bytes of its name
     * @param cpuNanos time on a processor
     * @param wakeUps how often it slept and was woken
     */
    record ThreadStat(String name, long cpuNanos, long wakeUps) {}
}
