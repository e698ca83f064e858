package io.valise.ipc.sharedmem.region;

import io.valise.ipc.spi.runtime.Digest;
import io.valise.ipc.spi.runtime.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which running machine a region is on, as its handle tells it: a hash of the kernel's boot id (see boot_id in random(4)) and
 * the region's random generation. It does not contain the boot id, by which a machine is known again until it is started
 * anew, and the places of two regions cannot be compared. Only where the kernel's boot id can be read and differs are machines
 * told apart: on Linux; containers share that of their kernel, but those of some kinds have one each; a copied virtual machine
 * has the same until it is started anew. Thread-safe.
 */
public final class Place {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int BYTES = 16;

    /** What was read, once for the process; "" where the system does not tell it. */
    private static volatile @Nullable String read;

    private final String boot;
    private final long generation;
    private volatile @Nullable String text;

    private Place(String boot, long generation) {
        this.boot = boot;
        this.generation = generation;
    }

    /**
     * The place of a region of this machine.
     *
     * @throws IOException when there is no descriptor left to read the boot id by
     */
    public static Place of(long generation) throws IOException {
        String boot = read;
        if (boot == null) {
            boot = readBoot();
            read = boot;
        }
        return new Place(boot, generation);
    }

    private static String readBoot() throws IOException {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            if (FileFailure.isLackOfDescriptors(e)) {
                throw e; // it passes: not to be taken for a system that tells nothing
            }
            return "";
        }
    }

    /** In hexadecimal digits; empty where the system does not tell its boot id. Computed once. */
    public Optional<String> text() {
        if (boot.isEmpty()) {
            return Optional.empty();
        }
        String known = text;
        if (known == null) {
            known = Digest.hex(boot + ' ' + generation, BYTES);
            text = known;
        }
        return Optional.of(known);
    }
}
