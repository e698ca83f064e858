package io.valise.ipc.benchmarks.report;

import static io.valise.ipc.benchmarks.report.Check.Relation.AT_LEAST;
import static io.valise.ipc.benchmarks.report.Check.Relation.AT_MOST;

import io.valise.ipc.benchmarks.contender.Contenders;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** The targets of the project and their verdicts for a run. */
public final class Targets {
    private static final double NANOS_PER_MICRO = 1_000;

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
        targets.crowds();
        targets.nats();
        return targets.checks;
    }

    private void rings() {
        for (String peer : List.of("agronaOneToOne", "aeronIpc")) {
            beside("P1", "ring, 64 B round trip, spinning", "RingSlices.valise", AT_MOST, 0.9, peer);
        }
        beside("P2", "ring, 64 B one way", "RingFlowSlices.valise", AT_LEAST, 1.6, "agronaOneToOne");
        beside("P2", "ring, 64 B one way, batched", "RingFlowSlices.valiseBatched", AT_LEAST, 2.5, "agronaOneToOne");
        String threads = "SharedRingThroughput.valiseThreads";
        beside("P3", "ring, several threads", threads, AT_LEAST, 2, "agronaManyToOneThreads");
    }

    private void requests() {
        String spinning = "RequestSlices.shmSpinning";
        fixed("P4", "request over shm:, spinning", "≤ 1 µs", spinning, AT_MOST, 1_000, "ns");
        beside("P4", "request over shm:, spinning", spinning, AT_MOST, 0.25, "aeronIpcJackson");
        beside("P5", "request over shm:", "RequestSlices.shmAdaptive", AT_MOST, 0.3, "rawUds");
        beside("P5", "request over shm:, blocking", "RequestSlices.shmBlocking", AT_MOST, 1.1, "Limits.futexPingPong");
        String pipelined = "PipelinedSlices.shmAdaptive";
        fixed("P6", "requests over shm:, 64 on their way", "≥ 1.5 M/s", pipelined, AT_LEAST, 1_500_000, "/s");
    }

    private void codec() {
        beside("P7", "encode 8 fields", "ValueSetCodec.encodeValise", AT_MOST, 0.22, "encodeJacksonCbor");
        beside("P7", "encode 8 fields", "ValueSetCodec.encodeValise", AT_MOST, 0.4, "encodeChronicleWire");
        beside("P7", "decode 8 fields", "ValueSetCodec.decodeValise", AT_MOST, 0.3, "decodeJacksonCbor");
        beside("P7", "decode 8 fields", "ValueSetCodec.decodeValise", AT_MOST, 0.8, "decodeChronicleWire");
        // JMH's own bookkeeping shows as a thousandth of a byte.
        OptionalDouble garbage = results.allocated("ValueSetCodec.encodeValise");
        add("P7", "garbage of encoding", "0 B", garbage, "B", ratio(garbage, 1), AT_MOST, 0.5);
    }

    private void sockets() {
        beside("P8", "request over pipe:", "RequestSlices.pipe", AT_MOST, 0.9, "rawUds");
        beside("P8", "request over pipe:, one processor", "OneProcessorSlices.pipe", AT_MOST, 1.15, "rawUds");
        beside("P9", "request over loopback:", "RequestSlices.loopback", AT_MOST, 0.9, "rawTcp");
        beside("P9", "request over loopback:, one processor", "OneProcessorSlices.loopback", AT_MOST, 1.15, "rawTcp");
        beside("P9", "request over loopback:", "RequestSlices.loopback", AT_MOST, 1 / 20.0, "grpc");
    }

    private void bulk() {
        OptionalDouble handed = results.typical("RegionHandOver.mib64");
        OptionalDouble wakeUps = results.typical("Limits.futexPingPong");
        Optional<Spread> ratio =
                wakeUps.isPresent() ? ratio(handed, wakeUps.getAsDouble() / NANOS_PER_MICRO) : Optional.empty();
        add("P10", "64 MiB by SharedRegion", "≤ 3 × futexPingPong", handed, "µs", ratio, AT_MOST, 3);
        beside("P10", "1 MiB of bytes over shm:", "LargePayload.shmAdaptive", AT_MOST, 1 / 0.35, "memcpyToNew");
    }

    private void costs() {
        Contenders.TRANSPORTS.forEach(this::idle);
        for (String transport : Contenders.TRANSPORTS) {
            String what = "connect and first reply over " + transport + ":, over JVM start";
            OptionalDouble start = difference("ColdStart." + transport, "ColdStart.jvm");
            add("P12", what, "≤ 120 ms", start, "ms", ratio(start, 120), AT_MOST, 1);
        }
        for (String transport : Contenders.TRANSPORTS) {
            String scale = "ConnectionScale." + transport;
            String resident = "resident per idle connection of " + transport + ":";
            fixed("P13", resident, "≤ 500 KiB", scale + "ResidentPerConnection", AT_MOST, 500, "KiB");
            String among = "round trip among 1,000 of " + transport + ":";
            beside("P13", among, scale + "LatencyAmongAll", AT_MOST, 1.5, transport + "LatencyAlone");
        }
        for (String transport : Contenders.TRANSPORTS) {
            String garbage = "garbage of a request over " + transport + ":, both sides";
            fixed("P14", garbage, "≤ 768 B", "Garbage." + transport, AT_MOST, 768, "B");
        }
    }

    /** The worse of the two processes. */
    private void idle(String transport) {
        OptionalDouble cost = worse(
                difference("IdleCost." + transport + "Server", "IdleCost.jvm"),
                difference("IdleCost." + transport + "Client", "IdleCost.jvm"));
        String what = transport + ": idle, 10 connections, the worse process over an idle JVM";
        add("P11", what, "< 0.1 % of a core", cost, "%", ratio(cost, 0.1), AT_MOST, 1);
    }

    private void crowds() {
        for (String transport : List.of("shmAdaptive", "shmSpinning", "pipe", "loopback")) {
            String raw = transport.equals("loopback") ? "rawTcp" : "rawUds";
            String what = "request over " + transport + ", one busy process beside it";
            beside("P15", what, "BusySlices." + transport, AT_MOST, 1.5, raw);
        }
        beside("P15", "ring, one busy process beside it", "BusyRingSlices.valise", AT_MOST, 1.5, "BusySlices.rawUds");
        for (String transport : List.of("shmAdaptive", "pipe", "loopback")) {
            grows(transport);
            double factor = transport.equals("shmAdaptive") ? 2 : 0.8;
            String what = "eight clients of " + transport + ", all requests";
            beside("P16", what, "ClientSlices." + transport + "8", AT_LEAST, factor, "rawUds8");
        }
    }

    /** Eight clients compared with the best number of fewer clients: beside itself a figure says nothing. */
    private void grows(String transport) {
        String best = "ClientSlices." + transport + "1";
        for (int clients : new int[] {2, 4}) {
            String name = "ClientSlices." + transport + clients;
            best = results.typical(name).orElse(0) > results.typical(best).orElse(0) ? name : best;
        }
        String what = "eight clients of " + transport + " beside the best number of fewer clients";
        beside("P16", what, "ClientSlices." + transport + "8", AT_LEAST, 0.9, best);
    }

    /** Beside bare jnats, over the same broker. */
    private void nats() {
        beside("P17", "request over nats:", "NatsRequestSlices.nats", AT_MOST, 1.3, "jnats");
        beside("P17", "requests over nats:, 64 on their way", "NatsPipelinedSlices.nats", AT_LEAST, 0.8, "jnats");
        beside("P17", "64 B one way over nats:", "NatsFlowSlices.nats", AT_LEAST, 0.8, "jnats");
        beside("P17", "64 KiB one way over nats:", "NatsFlow64KiBSlices.nats", AT_LEAST, 0.8, "jnats");
        beside("P17", "1 MiB one way over nats:", "NatsFlow1MiBSlices.nats", AT_LEAST, 0.8, "jnats");
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

    /** A figure compared with another of the run: round by round if both are of one contest. */
    private void beside(String id, String what, String name, Check.Relation relation, double factor, String reference) {
        String full = reference.contains(".") ? reference : name.substring(0, name.indexOf('.') + 1) + reference;
        String target = (relation == AT_MOST ? "≤ " : "≥ ") + Results.format(factor) + " × "
                + full.substring(full.indexOf('.') + 1);
        OptionalDouble figure = results.typical(name);
        add(id, what, target, figure, results.unit(name), results.ratio(name, full), relation, factor);
    }

    private void fixed(
            String id, String what, String target, String name, Check.Relation relation, double limit, String unit) {
        add(id, what, target, results.typical(name), unit, results.ratio(name, limit), relation, 1);
    }

    private static Optional<Spread> ratio(OptionalDouble figure, double reference) {
        return figure.isPresent()
                ? Optional.of(Spread.of(List.of(figure.getAsDouble() / reference)))
                : Optional.empty();
    }

    private void add(
            String id,
            String what,
            String target,
            OptionalDouble figure,
            String unit,
            Optional<Spread> ratio,
            Check.Relation relation,
            double limit) {
        checks.add(new Check(id, what, target, figure, unit, ratio, relation, limit));
    }
}
