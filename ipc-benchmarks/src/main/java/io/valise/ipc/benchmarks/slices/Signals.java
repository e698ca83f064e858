package io.valise.ipc.benchmarks.slices;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Stops and continues processes, by the command {@code kill}. Stateless. */
final class Signals {
    private static final char STOPPED = 'T';

    private Signals() {}

    /** Returns when all of the processes have stopped. */
    static void stop(List<Long> pids) throws IOException {
        send("-STOP", pids);
        for (long pid : pids) {
            while (state(pid) != STOPPED) {
                Thread.onSpinWait();
            }
        }
    }

    /** Continues stopped processes. */
    static void resume(List<Long> pids) throws IOException {
        send("-CONT", pids);
    }

    /** The state of a process by proc(5): the letter behind the name in parentheses. */
    static char state(long pid) throws IOException {
        String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return line.charAt(line.lastIndexOf(')') + 2);
    }

    private static void send(String signal, List<Long> pids) throws IOException {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        pids.forEach(pid -> command.add(Long.toString(pid)));
        Process kill = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            if (kill.waitFor() != 0) {
                throw new IOException(
                        String.join(" ", command) + ": exit status: needed=0, actual=" + kill.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending " + signal, e);
        }
    }
}
