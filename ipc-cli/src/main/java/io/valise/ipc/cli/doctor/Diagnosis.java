package io.valise.ipc.cli.doctor;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.runtime.KnownTransports;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The findings on this machine. Immutable.
 *
 * @param transports the transports between processes, fastest first
 * @param networks the transports between machines: whether they are configured, and work
 * @param runtimeDirectory where servers and clients meet
 * @param sharedMemory /dev/shm on Linux; empty on other systems
 * @param facts what machine and Java this is, as names and lines of text
 * @param warnings what should be done, one line each
 */
public record Diagnosis(
        List<TransportCheck> transports,
        List<NetworkCheck> networks,
        Place runtimeDirectory,
        Optional<Place> sharedMemory,
        Map<String, String> facts,
        List<String> warnings) {

    /** Examines this machine, and the broker that is configured; takes about a second, and a few more if the broker hangs. */
    public static Diagnosis make() {
        KnownTransports known = KnownTransports.find();
        List<TransportCheck> checks =
                known.ofThisMachine().stream().map(TransportCheck::of).toList();
        List<NetworkCheck> networks =
                known.ofNetworks().stream().map(NetworkCheck::of).toList();
        Place runtime = runtimePlace();
        boolean linux = System.getProperty("os.name").equals("Linux");
        Optional<Place> memory = linux ? Optional.of(Place.at(Path.of("/dev/shm"))) : Optional.empty();
        List<String> warnings = new Warnings(known.broken(), checks, networks, runtime, memory).all();
        return new Diagnosis(checks, networks, runtime, memory, readFacts(), warnings);
    }

    /** Whether processes of this machine can talk to each other by any transport. */
    public boolean anyTransportWorks() {
        return transports.stream().anyMatch(TransportCheck::works);
    }

    private static Place runtimePlace() {
        try {
            return Place.at(RuntimeDirectory.current().path());
        } catch (IpcException e) {
            return Place.missing("(none)", e.reason());
        }
    }

    private static Map<String, String> readFacts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("java", Runtime.version() + ", " + System.getProperty("java.vendor"));
        facts.put("javaHome", System.getProperty("java.home"));
        facts.put("nativeAccess", NativeAccess.describe());
        facts.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put(
                "os",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        facts.put("user", System.getProperty("user.name"));
        return facts;
    }

    /** This as a message, for JSON. */
    public ValueSet toValueSet() {
        ValueSet.Builder set = ValueSet.builder()
                .put("ok", anyTransportWorks())
                .put(
                        "transports",
                        transports.stream().map(TransportCheck::toValueSet).toList())
                .put("networks", networks.stream().map(NetworkCheck::toValueSet).toList())
                .put("runtimeDirectory", runtimeDirectory.toValueSet());
        sharedMemory.ifPresent(place -> set.put("sharedMemory", place.toValueSet()));
        facts.forEach(set::put);
        return set.put("warnings", warnings.toArray(String[]::new)).build();
    }
}
