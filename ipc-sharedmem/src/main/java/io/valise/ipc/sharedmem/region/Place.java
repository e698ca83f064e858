package io.valise.ipc.sharedmem.region;

import io.valise.ipc.spi.runtime.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which running machine a region is on, as its handle tells it: a hash of the kernel's boot id and the region's generation. Two
 * handles of one machine have nothing in common, and the boot id, by which a machine is known again until it is started
 * anew, is not told (see boot_id in random(4)). Containers of one machine have one place. Linux only. Stateless.
 */
public final class Place {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int BYTES = 16;

    private Place() {}

    /** The place of a region of this machine, in hexadecimal digits; empty where the system does not tell its boot id. */
    public static Optional<String> here(long generation) {
        try {
            String boot = Files.readString(BOOT_ID).strip();
            return Optional.of(Digest.hex(boot + ' ' + generation, BYTES));
        } catch (IOException notLinux) {
            return Optional.empty();
        }
    }
}
