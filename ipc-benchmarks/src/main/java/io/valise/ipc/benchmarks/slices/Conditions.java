package io.valise.ipc.benchmarks.slices;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The conditions of a contest.
 *
 * @param loadProcesses processes that compute all the time beside the contenders
 * @param oneProcessor whether all processes of a contender share one processor
 */
record Conditions(int loadProcesses, boolean oneProcessor) {
    static final Conditions QUIET = new Conditions(0, false);

    /** Whether this machine supports them. */
    boolean arePossible() {
        return !oneProcessor
                || Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "taskset")));
    }

    /** Their requirements besides Linux, for a message. */
    String needs() {
        return oneProcessor ? " and the command taskset" : "";
    }

    /** The prefix of the java command. */
    List<String> prefix() {
        return oneProcessor ? List.of("taskset", "-c", "0") : List.of();
    }
}
