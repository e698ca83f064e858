package io.valise.ipc.cli.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** How busy the machine is. Stateless. */
public final class SystemLoad {
    private static final Path LINUX = Path.of("/proc/loadavg");

    private SystemLoad() {}

    /**
     * Threads that ran or wanted to run, averaged over the last minute (proc(5)); empty where the system does not
     * report it.
     */
    public static OptionalDouble lastMinute() {
        try {
            return Files.isReadable(LINUX)
                    ? OptionalDouble.of(
                            Double.parseDouble(Files.readString(LINUX).split(" ", 2)[0]))
                    : OptionalDouble.empty();
        } catch (IOException | NumberFormatException e) {
            return OptionalDouble.empty(); // a sandbox may hide it
        }
    }

    /**
     * Whether other processes want the processors, so that times are unreliable; false where the system does not report
     * it.
     */
    public static boolean isBusy(double load) {
        return load > Runtime.getRuntime().availableProcessors() + 0.5;
    }
}
