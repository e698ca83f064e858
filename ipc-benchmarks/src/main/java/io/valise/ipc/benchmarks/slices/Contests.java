package io.valise.ipc.benchmarks.slices;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The contests, in the order in which they run. */
public final class Contests {
    private static final List<String> SOCKETS = List.of("shmAdaptive", "pipe", "loopback", "rawUds", "rawTcp");

    /** All of them. */
    public static final List<Contest> ALL = List.of(
            new Contest(
                    "RequestSlices",
                    Job.REQUEST,
                    entries(
                            "shmAdaptive",
                            "shmBlocking",
                            "shmSpinning",
                            "pipe",
                            "loopback",
                            "rawUds",
                            "rawTcp",
                            "aeronIpcJackson",
                            "grpc"),
                    Conditions.QUIET),
            new Contest("OneProcessorSlices", Job.REQUEST, entries(SOCKETS), new Conditions(0, true)),
            new Contest(
                    "BusySlices",
                    Job.REQUEST,
                    entries("shmAdaptive", "shmSpinning", "pipe", "loopback", "rawUds", "rawTcp"),
                    new Conditions(1, false)),
            new Contest("BusyRingSlices", Job.RING, entries("valise", "agronaOneToOne"), new Conditions(1, false)),
            new Contest("ClientSlices", Job.CLIENTS, growing(1, 2, 4, 8), Conditions.QUIET),
            new Contest("PipelinedSlices", Job.PIPELINED, entries("shmAdaptive", "shmSpinning"), Conditions.QUIET),
            new Contest("RingSlices", Job.RING, entries("valise", "agronaOneToOne", "aeronIpc"), Conditions.QUIET),
            new Contest(
                    "RingFlowSlices",
                    Job.RING_ONE_WAY,
                    entries("valise", "valiseBatched", "agronaOneToOne", "aeronIpc"),
                    Conditions.QUIET));

    private Contests() {}

    private static List<ContestEntry> entries(String... names) {
        return entries(List.of(names));
    }

    private static List<ContestEntry> entries(List<String> names) {
        return names.stream().map(ContestEntry::of).collect(Collectors.toList());
    }

    private static List<ContestEntry> growing(Integer... clients) {
        return Stream.of("shmAdaptive", "pipe", "loopback", "rawUds")
                .flatMap(name -> Stream.of(clients).map(count -> new ContestEntry(name, count)))
                .collect(Collectors.toList());
    }
}
