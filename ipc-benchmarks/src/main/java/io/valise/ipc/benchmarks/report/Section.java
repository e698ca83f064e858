package io.valise.ipc.benchmarks.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One chart and table: the contenders of one benchmark.
 *
 * @param title what it shows
 * @param type the benchmark class
 * @param methods which of its methods, as a regular expression
 * @param kind what is drawn
 * @param limit the method, or class and method, that no other can beat; empty when there is none
 */
record Section(String title, String type, String methods, Kind kind, String limit) {
    private static final String VALISE = "(shm|pipe|loopback|local|valise|shared|nats).*|.*Valise.*";

    private static final Set<String> ONLY_VALISE =
            Set.of("RemoteObjectCall", "RegionHandOver", "ColdStart", "IdleCost", "ConnectionScale", "Garbage");

    /** Sections that show how a figure grows, in the order of the methods' names. */
    private static final Set<String> GROWING = Set.of("ClientSlices", "RegionHandOver");

    /** What is drawn. */
    enum Kind {
        /** Medians of alternating slices and their interval. */
        SLICES,
        LATENCY,
        THROUGHPUT,
        COST
    }

    static final List<Section> ALL = List.of(
            slices("Request and reply in alternating slices", "RequestSlices"),
            slices("The same on one processor", "OneProcessorSlices"),
            slices("The same beside one busy process", "BusySlices"),
            slices("1, 2, 4 and 8 client processes: requests per second of all", "ClientSlices"),
            slices("64 requests on their way, in alternating slices", "PipelinedSlices"),
            slices("Ring: 64 bytes there and back, in alternating slices", "RingSlices"),
            slices("The same beside one busy process", "BusyRingSlices"),
            slices("Ring: 64 bytes one way, in alternating slices", "RingFlowSlices"),
            slices("Request and reply over a NATS broker, in alternating slices", "NatsRequestSlices"),
            slices("The same, 64 requests on their way", "NatsPipelinedSlices"),
            slices("64 bytes one way over a NATS broker, in alternating slices", "NatsFlowSlices"),
            slices("The same with 64 KiB", "NatsFlow64KiBSlices"),
            slices("The same with 1 MiB", "NatsFlow1MiBSlices"),
            new Section(
                    "Ring: 64 bytes there and back",
                    "SharedRingRoundTrip",
                    ".*",
                    Kind.LATENCY,
                    "Limits.cacheLinePingPong"),
            new Section("Ring: 64 bytes one way", "SharedRingThroughput", ".*", Kind.THROUGHPUT, ""),
            new Section(
                    "Request and reply, 8 fields each way",
                    "RequestRoundTrip",
                    ".*",
                    Kind.LATENCY,
                    "Limits.cacheLinePingPong"),
            new Section("Requests per second, 64 on their way", "PipelinedRequests", ".*", Kind.THROUGHPUT, ""),
            new Section("A call of a remote object", "RemoteObjectCall", ".*", Kind.COST, ""),
            new Section("A record of 8 components to a ValueSet", "RecordMapping", "from.*", Kind.COST, ""),
            new Section("A ValueSet to a record of 8 components", "RecordMapping", "to.*", Kind.COST, ""),
            new Section("Encode 8 fields", "ValueSetCodec", "encode(?!Doubles).*", Kind.COST, ""),
            new Section("Decode 8 fields", "ValueSetCodec", "decode(?!Doubles).*", Kind.COST, ""),
            new Section(
                    "Encode 64 KiB of doubles",
                    "ValueSetCodec",
                    "encodeDoubles.*",
                    Kind.COST,
                    "ValueSetCodec.encodeDoublesMemcpy"),
            new Section(
                    "Decode 64 KiB of doubles",
                    "ValueSetCodec",
                    "decodeDoubles.*",
                    Kind.COST,
                    "ValueSetCodec.decodeDoublesMemcpy"),
            new Section("1 MiB to another process", "LargePayload", ".*", Kind.LATENCY, "LargePayload.memcpy"),
            new Section("Shared memory of so many MiB handed over", "RegionHandOver", ".*", Kind.LATENCY, ""),
            new Section("Fresh JVM: connect and first reply", "ColdStart", ".*", Kind.LATENCY, "ColdStart.jvm"),
            new Section("Processor time while idle", "IdleCost", ".*(?<!WakeUps)", Kind.COST, "IdleCost.jvm"),
            new Section("1,000 connections: memory of each", "ConnectionScale", ".*Resident.*", Kind.COST, ""),
            new Section("1,000 connections: round trip", "ConnectionScale", ".*Latency.*", Kind.COST, ""),
            new Section("Garbage of a request, both sides", "Garbage", ".*", Kind.COST, ""));

    private static Section slices(String title, String type) {
        return new Section(title, type, ".*", Kind.SLICES, "");
    }

    /** Its results, best first or in the order of growth; empty when it was not measured. */
    List<Measurement> of(Results results) {
        return results.ofType(type).stream()
                .filter(one -> one.method().matches(methods))
                .sorted(order())
                .collect(Collectors.toList());
    }

    private Comparator<Measurement> order() {
        if (GROWING.contains(type)) {
            return Comparator.comparing(Section::letters).thenComparing(one -> number(one));
        }
        Comparator<Measurement> rising = Comparator.comparingDouble(Measurement::typical);
        return isRate() ? rising.reversed() : rising;
    }

    /** Whether more is better. */
    private boolean isRate() {
        return kind == Kind.THROUGHPUT
                || type.startsWith("Client")
                || type.contains("Pipelined")
                || type.contains("Flow");
    }

    private static String letters(Measurement one) {
        return one.method().replaceAll("\\d", "");
    }

    private static int number(Measurement one) {
        return Integer.parseInt(number(one.method()));
    }

    /** The number at the end of the name; empty where there is none. */
    private static String number(String method) {
        return method.replaceAll("\\D", "");
    }

    /** Whether it is one of ours. */
    static boolean isValise(Measurement one) {
        return one.method().matches(VALISE)
                || (ONLY_VALISE.contains(one.type()) && !one.method().equals("jvm"));
    }

    /** The best that is neither ours nor the limit. */
    OptionalDouble bestPeer(Results results) {
        return of(results).stream()
                .filter(one -> !isValise(one)
                        && !one.name().equals(limit)
                        && !one.method().startsWith("memcpy"))
                .mapToDouble(Measurement::typical)
                .findFirst();
    }

    /** The best peer with as many clients. */
    Optional<Measurement> bestPeerOf(Measurement one, Results results) {
        return of(results).stream()
                .filter(peer -> !isValise(peer) && number(peer.method()).equals(number(one.method())))
                .findFirst();
    }
}
