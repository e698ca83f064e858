package io.valise.ipc.benchmarks.slices;

import io.valise.ipc.benchmarks.contender.Contenders;
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
            new Contest("OneProcessorSlices", Job.REQUEST, entries(SOCKETS), Conditions.ONE_PROCESSOR),
            new Contest(
                    "BusySlices",
                    Job.REQUEST,
                    entries("shmAdaptive", "shmSpinning", "pipe", "loopback", "rawUds", "rawTcp"),
                    Conditions.BUSY),
            new Contest("BusyRingSlices", Job.RING, entries("valise", "agronaOneToOne"), Conditions.BUSY),
            new Contest("ClientSlices", Job.CLIENTS, growing(1, 2, 4, 8), Conditions.QUIET),
            new Contest("PipelinedSlices", Job.PIPELINED, entries("shmAdaptive", "shmSpinning"), Conditions.QUIET),
            new Contest("RingSlices", Job.RING, entries("valise", "agronaOneToOne", "aeronIpc"), Conditions.QUIET),
            new Contest(
                    "RingFlowSlices",
                    Job.RING_ONE_WAY,
                    entries("valise", "valiseBatched", "agronaOneToOne", "aeronIpc"),
                    Conditions.QUIET),
            overNats("NatsRequestSlices", Job.REQUEST),
            overNats("NatsPipelinedSlices", Job.PIPELINED),
            overNats("NatsFlowSlices", Job.FLOW_64_B),
            overNats("NatsFlow64KiBSlices", Job.FLOW_64_KIB),
            overNats("NatsFlow1MiBSlices", Job.FLOW_1_MIB));

    private Contests() {}

    private static Contest overNats(String name, Job job) {
        return new Contest(name, job, entries(Contenders.OVER_NATS), Conditions.AT_A_BROKER);
    }

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
