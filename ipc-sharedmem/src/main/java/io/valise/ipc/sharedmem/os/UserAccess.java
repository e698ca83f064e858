package io.valise.ipc.sharedmem.os;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.NativeAccess;
import io.valise.ipc.spi.runtime.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Lets one other user open a file, and no one else, by an access list of Linux (acl(5)), which takes native code. Stateless.
 */
public final class UserAccess {
    private static final String LIBRARY = "com.sun.jna.Native";

    private UserAccess() {}

    /** Why this system has no such access lists; empty where it has. */
    public static Optional<String> missingSystem() {
        boolean linux = "Linux".equals(System.getProperty("os.name"));
        String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return linux && processor.contains("64")
                ? Optional.empty()
                : Optional.of("needs the access lists of 64-bit Linux; use system-pipe:");
    }

    /** Why this process cannot set any; empty where it can, as far as that is known without loading a library. */
    public static Optional<String> missing() {
        if (missingSystem().isPresent()) {
            return missingSystem();
        }
        return NativeAccess.isFree(LIBRARY, UserAccess.class)
                ? Optional.empty()
                : Optional.of("needs native access, to let the client's user alone open the shared memory, and this JVM"
                        + " would warn of it: start it with --enable-native-access=ALL-UNNAMED (on the module path"
                        + " --enable-native-access=com.sun.jna,io.valise.ipc.sharedmem), or use system-pipe:");
    }

    /**
     * Checks that it works for files in a directory, with one that is removed again.
     *
     * @param user any user that the system knows
     * @throws IpcException {@code UNSUPPORTED} with the reason when it does not
     */
    public static void tryOut(Path directory, String user) {
        try {
            Path file = Files.createTempFile(directory, ".access-", null, PrivateFile.ownerOnly(directory));
            try {
                grant(file, user);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw SegmentFile.failed(IpcStatus.RESOURCE_EXHAUSTED, "create", directory, 0, e);
        }
    }

    /**
     * Lets a user read and write a file of this process's user, which no other user may.
     *
     * @param user its name, or its number where it has none
     * @throws IpcException {@code UNSUPPORTED} when the file system, the library or the system cannot do that
     */
    public static void grant(Path file, String user) {
        try {
            NativeAcl.grant(file.toString(), user);
        } catch (LinkageError | RuntimeException e) { // the library is absent, or the system refused
            throw new IpcException(
                    IpcStatus.UNSUPPORTED,
                    "system-shm: cannot let user " + user + " alone open " + file + ": " + e
                            + "; have JNA on the class path and access lists in that file system, or use system-pipe:",
                    Delivery.NOT_SENT,
                    e);
        }
    }
}
