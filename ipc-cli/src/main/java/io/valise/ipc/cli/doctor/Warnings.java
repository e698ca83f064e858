package io.valise.ipc.cli.doctor;

import io.valise.ipc.cli.text.Amounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The problems and shortages of this machine, and what to do about them. Confined to one thread. */
final class Warnings {
    private static final long LITTLE_MEMORY = 64L << 20;
    private static final long LITTLE_DISK = 16L << 20;

    private final List<String> warnings = new ArrayList<>();

    Warnings(
            List<String> broken,
            List<TransportCheck> checks,
            List<NetworkCheck> networks,
            Place runtime,
            Optional<Place> memory) {
        broken.forEach(transport -> warnings.add(
                "a transport could not be loaded: " + transport + "; is a jar missing from the class path?"));
        checks.stream()
                .filter(check -> !check.works())
                .forEach(check -> warnings.add(check.scheme() + ": does not work here: " + check.detail()));
        networks.stream()
                .filter(NetworkCheck::fails)
                .forEach(check -> warnings.add(check.scheme() + ": reaches no other machine: " + check.detail()));
        lookAtRuntimeDirectory(runtime);
        memory.ifPresent(this::lookAtSharedMemory);
        lookAtJava();
    }

    List<String> all() {
        return List.copyOf(warnings);
    }

    private void lookAtRuntimeDirectory(Place place) {
        if (!place.problem().isEmpty()) {
            warnings.add("runtime directory " + place + "; set VALISE_HOME to a directory of your own on a local disk");
        } else if (place.isShortOf(LITTLE_DISK)) {
            warnings.add(shortage("runtime directory", place, LITTLE_DISK) + "; make room, or set VALISE_HOME");
        }
    }

    private void lookAtSharedMemory(Place place) {
        if (!place.problem().isEmpty()) {
            warnings.add(place + "; shm: then uses slower files; in a container, mount a tmpfs there");
        } else if (place.isShortOf(LITTLE_MEMORY)) {
            warnings.add(shortage("shared memory", place, LITTLE_MEMORY) + "; in a container, raise --shm-size");
        }
    }

    private static String shortage(String what, Place place, long wanted) {
        return what + " " + place.path() + ": free space: wanted=" + Amounts.bytes(wanted) + " or more, actual="
                + Amounts.bytes(place.freeBytes());
    }

    private void lookAtJava() {
        if (Runtime.getRuntime().availableProcessors() == 1) {
            warnings.add("one processor: nothing spins, and a round trip costs two changes of process;"
                    + " give the JVM two, if it may have them");
        }
        if (!NativeAccess.isFree()) {
            warnings.add("native access is not enabled: shm: wakes sleepers more slowly;"
                    + " start Java with --enable-native-access=ALL-UNNAMED");
        }
    }
}
