package io.valise.ipc.benchmarks.report;

import static io.valise.ipc.benchmarks.report.Check.Relation.AT_LEAST;
import static io.valise.ipc.benchmarks.report.Check.Relation.AT_MOST;

import io.valise.ipc.benchmarks.contender.Contenders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** The targets of the project and what a run says about them. */
public final class Targets {
    private final Results results;
    private final List<Check> checks = new ArrayList<>();

    private Targets(Results results) {
        this.results = results;
    }

    /** Class and method of every figure that a target is judged by, those of the probes too. */
    public static Set<String> benchmarks() {
        Set<String> asked = new TreeSet<>();
        checks(new Results(List.of()) {
            @Override
            OptionalDouble of(String name, ToDoubleFunction<Measurement> what) {
                asked.add(name);
                return OptionalDouble.empty();
            }
        });
        return asked;
    }

    /** One line or more for each target, in order. */
    static List<Check> checks(Results results) {
        Targets targets = new Targets(results);
        targets.rings();
        targets.requests();
        targets.codec();
        targets.sockets();
        targets.bulk();
        targets.costs();
        return targets.checks;
    }

    private void rings() {
        String trip = "SharedRingRoundTrip.valise";
        atMost("P1", "ring, 64 B round trip, spinning", trip, 0.80, "SharedRingRoundTrip.agronaOneToOne", "ns");
        atMost("P1", "ring, 64 B round trip, spinning", trip, 1.25, "Limits.cacheLinePingPong", "ns");
        String flow = "SharedRingThroughput.valise";
        atLeast("P2", "ring, 64 B one way", flow, 1.6, "SharedRingThroughput.agronaOneToOne", "/s");
        atLeast("P2", "ring, 64 B one way, batched", flow + "Batched", 3, "SharedRingThroughput.agronaOneToOne", "/s");
        atLeast(
                "P3",
                "ring, several threads",
                flow + "Threads",
                1.5,
                "SharedRingThroughput.agronaManyToOneThreads",
                "/s");
    }

    private void requests() {
        String spinning = "RequestRoundTrip.shmSpinning";
        limit("P4", "request over shm:, spinning", "≤ 1 µs", results.typical(spinning), AT_MOST, 1_000, "ns");
        atMost("P4", "request over shm:, spinning", spinning, 0.5, "RequestRoundTrip.aeronIpcJackson", "ns");
        add(
                "P4",
                "request over shm:, spinning, p99",
                "≤ 4 × its p50",
                results.percentile(spinning, 99.0),
                "ns",
                results.typical(spinning),
                AT_MOST,
                4);
        atMost(
                "P5",
                "request over shm:, blocking",
                "RequestRoundTrip.shmBlocking",
                0.8,
                "RequestRoundTrip.rawUds",
                "ns");
        for (String waiting : List.of("Adaptive", "Spinning")) {
            limit(
                    "P6",
                    "requests over shm:, 64 on their way, " + waiting.toLowerCase(Locale.ROOT),
                    "≥ 1.5 M/s",
                    results.typical("PipelinedRequests.shm" + waiting),
                    AT_LEAST,
                    1_500_000,
                    "/s");
        }
    }

    private void codec() {
        atMost("P7", "encode 8 fields", "ValueSetCodec.encodeValise", 1 / 4.0, "ValueSetCodec.encodeJacksonCbor", "ns");
        atMost("P7", "decode 8 fields", "ValueSetCodec.decodeValise", 1 / 3.0, "ValueSetCodec.decodeJacksonCbor", "ns");
        // JMH's own bookkeeping shows as a thousandth of a byte.
        limit("P7", "garbage of encoding", "0 B", results.allocated("ValueSetCodec.encodeValise"), AT_MOST, 0.5, "B");
        atMost(
                "P7",
                "encode 64 KiB of doubles",
                "ValueSetCodec.encodeDoublesValise",
                2,
                "ValueSetCodec.encodeDoublesMemcpy",
                "ns");
        atMost(
                "P7",
                "decode 64 KiB of doubles",
                "ValueSetCodec.decodeDoublesValise",
                2,
                "ValueSetCodec.decodeDoublesMemcpy",
                "ns");
    }

    private void sockets() {
        atMost("P8", "request over pipe:", "RequestRoundTrip.pipe", 1, "RequestRoundTrip.rawUds", "ns");
        atMost("P9", "request over loopback:", "RequestRoundTrip.loopback", 1, "RequestRoundTrip.rawTcp", "ns");
        atMost("P9", "request over loopback:", "RequestRoundTrip.loopback", 1 / 4.0, "RequestRoundTrip.grpc", "ns");
    }

    private void bulk() {
        for (int mib : new int[] {1, 64, 256}) {
            handedOver(mib + " MiB handed over by SharedRegion", "mib" + mib);
        }
        handedOver("64 MiB handed over by SharedRegion, spinning", "mib64Spinning");
        atMost("P10", "1 MiB of bytes over shm:", "LargePayload.shmAdaptive", 2, "LargePayload.memcpyToNew", "µs");
    }

    private void handedOver(String what, String method) {
        limit("P10", what, "≤ 50 µs", results.typical("RegionHandOver." + method), AT_MOST, 50, "µs");
    }

    private void costs() {
        for (String transport : Contenders.TRANSPORTS) {
            idle(transport);
        }
        for (String transport : Contenders.TRANSPORTS) {
            limit(
                    "P12",
                    "connect and first reply over " + transport + ":, over JVM start",
                    "≤ 150 ms",
                    difference("ColdStart." + transport, "ColdStart.jvm"),
                    AT_MOST,
                    150,
                    "ms");
        }
        for (String transport : Contenders.TRANSPORTS) {
            String scale = "ConnectionScale." + transport;
            limit(
                    "P13",
                    "resident per idle connection of " + transport + ":",
                    "≤ 600 KiB",
                    results.typical(scale + "ResidentPerConnection"),
                    AT_MOST,
                    600,
                    "KiB");
            atMost(
                    "P13",
                    "round trip among 1,000 of " + transport + ":",
                    scale + "LatencyAmongAll",
                    2,
                    scale + "LatencyAlone",
                    "ns");
        }
        for (String transport : Contenders.TRANSPORTS) {
            limit(
                    "P14",
                    "garbage of a request over " + transport + ":, both sides",
                    "≤ 1 KiB",
                    results.typical("Garbage." + transport),
                    AT_MOST,
                    1_024,
                    "B");
        }
    }

    /** The worse of the two processes. */
    private void idle(String transport) {
        String server = "IdleCost." + transport + "Server";
        String client = "IdleCost." + transport + "Client";
        limit(
                "P11",
                transport + ": idle, 10 connections, the worse process over an idle JVM",
                "< 0.2 % of a core",
                worse(difference(server, "IdleCost.jvm"), difference(client, "IdleCost.jvm")),
                AT_MOST,
                0.2,
                "%");
        limit(
                "P11",
                transport + ": idle, wake-ups of the busiest thread",
                "≤ 10 /s",
                worse(results.typical(server + "WakeUps"), results.typical(client + "WakeUps")),
                AT_MOST,
                10,
                "/s");
    }

    private static OptionalDouble worse(OptionalDouble one, OptionalDouble other) {
        return one.isPresent() && other.isPresent()
                ? OptionalDouble.of(Math.max(one.getAsDouble(), other.getAsDouble()))
                : OptionalDouble.empty();
    }

    private OptionalDouble difference(String name, String baseline) {
        OptionalDouble value = results.typical(name);
        OptionalDouble without = results.typical(baseline);
        return value.isPresent() && without.isPresent()
                ? OptionalDouble.of(Math.max(0, value.getAsDouble() - without.getAsDouble()))
                : OptionalDouble.empty();
    }

    private void atMost(String id, String what, String name, double factor, String reference, String unit) {
        String target = "≤ " + Results.format(factor) + " × " + reference.substring(reference.indexOf('.') + 1);
        add(id, what, target, results.typical(name), unit, results.typical(reference), AT_MOST, factor);
    }

    private void atLeast(String id, String what, String name, double factor, String reference, String unit) {
        String target = "≥ " + Results.format(factor) + " × " + reference.substring(reference.indexOf('.') + 1);
        add(id, what, target, results.typical(name), unit, results.typical(reference), AT_LEAST, factor);
    }

    private void limit(
            String id,
            String what,
            String target,
            OptionalDouble figure,
            Check.Relation relation,
            double limit,
            String unit) {
        add(id, what, target, figure, unit, OptionalDouble.of(limit), relation, 1);
    }

    private void add(
            String id,
            String what,
            String target,
            OptionalDouble figure,
            String unit,
            OptionalDouble reference,
            Check.Relation relation,
            double factor) {
        checks.add(new Check(id, what, target, figure, unit, reference, relation, factor));
    }
}
