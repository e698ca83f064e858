package io.valise.ipc.services.settings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A folder of hives: where it is, who may change it, and whether it is safe. Immutable. */
sealed interface HiveFolder permits PublisherHives, MachineHives {
    /** Where it is, or would be. */
    Path path();

    /** The folder, checked with all above it; empty when one of them is absent. Creates nothing. */
    Optional<Path> existing();

    /** The folder for a change, checked with all above it, created if absent where that is this user's to do. */
    Path secured();

    /** Whether this process may change hives in it, as far as the system says now. */
    boolean mayWrite();

    /** Checks a file in it before it is opened. */
    void checkFile(Path file) throws IOException;

    /** Lets those read a file who may, before it gets its name. */
    void share(Path draft) throws IOException;

    /** Has the system write the names in these directories to the disk. */
    void sync() throws IOException;
}
