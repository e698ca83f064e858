package io.valise.ipc.benchmarks.slices;

import io.valise.ipc.benchmarks.probe.Programs;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The conditions of a contest.
 *
 * @param loadProcesses processes that compute all the time beside the contenders
 * @param oneProcessor whether all processes of a contender share one processor
 * @param broker whether the contenders talk over a NATS broker, one for all of them
 * @param programs what it needs of the machine besides Linux
 */
record Conditions(int loadProcesses, boolean oneProcessor, boolean broker, List<String> programs) {
    static final Conditions QUIET = new Conditions(0, false, false, List.of());
    static final Conditions BUSY = new Conditions(1, false, false, List.of());
    static final Conditions ONE_PROCESSOR = new Conditions(0, true, false, List.of("taskset"));
    static final Conditions AT_A_BROKER = new Conditions(0, false, true, List.of(Broker.PROGRAM));

    /** Why they cannot be met here; empty when they can. */
    String missing() {
        if (!Processors.areKnown()) {
            return "it needs Linux";
        }
        String absent =
                programs.stream().filter(name -> Programs.find(name).isEmpty()).collect(Collectors.joining(" and "));
        return absent.isEmpty() ? "" : "it needs the program " + absent + ", which is not on the PATH";
    }

    /** The prefix of the java command. */
    List<String> prefix() {
        return oneProcessor ? List.of("taskset", "-c", "0") : List.of();
    }
}
