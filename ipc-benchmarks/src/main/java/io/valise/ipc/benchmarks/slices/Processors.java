package io.valise.ipc.benchmarks.slices;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The use of this machine's processors, from {@code /proc} (proc(5)); it decides whether a slice was disturbed.
 * Immutable.
 *
 * @param busyNanos time of all processors in which a process or the kernel ran
 * @param stolenNanos time in which the host gave a processor to another guest
 * @param ownNanos time of the processes that belong to the slice
 * @param wallNanos the clock
 */
record Processors(long busyNanos, long stolenNanos, long ownNanos, long wallNanos) {
    /**
     * A slice is disturbed when the host or other processes take more than this share of the time of all processors.
     */
    private static final double MOST_STOLEN = 0.02;

    private static final double MOST_FOREIGN = 0.05;

    private static final Path STAT = Path.of("/proc/stat");

    /** The unit of /proc/stat: USER_HZ is 100 on every Linux that runs Java. */
    private static final long NANOS_PER_TICK = 10_000_000;

    private static final int IDLE = 4;
    private static final int WAITING_FOR_DISK = 5;
    private static final int STOLEN = 8;

    static boolean areKnown() {
        return Files.isReadable(STAT);
    }

    /** The use so far; {@code own} are the processes of the slice. */
    static Processors now(List<Long> own) throws IOException {
        String[] words = firstLine(STAT).split("\\s+", -1);
        long busy = 0;
        for (int i = 1; i <= STOLEN && i < words.length; i++) {
            busy += i == IDLE || i == WAITING_FOR_DISK || i == STOLEN ? 0 : Long.parseLong(words[i]);
        }
        long stolen = words.length > STOLEN ? Long.parseLong(words[STOLEN]) : 0;
        long ownTicks = 0;
        for (long pid : own) {
            ownTicks += ticks(pid);
        }
        return new Processors(
                busy * NANOS_PER_TICK, stolen * NANOS_PER_TICK, ownTicks * NANOS_PER_TICK, System.nanoTime());
    }

    /** User and system time of a process in ticks: the 14th and 15th word, counted behind the name in parentheses. */
    private static long ticks(long pid) throws IOException {
        String line = firstLine(Path.of("/proc", Long.toString(pid), "stat"));
        String[] words = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(words[11]) + Long.parseLong(words[12]);
    }

    private static String firstLine(Path file) throws IOException {
        return Files.readAllLines(file).get(0);
    }

    /** How the time since {@code before} was disturbed; empty when it was not. */
    String disturbanceSince(Processors before) {
        double all =
                (double) (wallNanos - before.wallNanos) * Runtime.getRuntime().availableProcessors();
        double stolen = (stolenNanos - before.stolenNanos) / all;
        double foreign = (busyNanos - before.busyNanos - (ownNanos - before.ownNanos)) / all;
        if (stolen > MOST_STOLEN) {
            return String.format("stolen=%.0f %%", 100 * stolen);
        }
        return foreign > MOST_FOREIGN ? String.format("other processes=%.0f %%", 100 * foreign) : "";
    }
}
