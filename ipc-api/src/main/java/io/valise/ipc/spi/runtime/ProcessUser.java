package io.valise.ipc.spi.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The effective user of this process, which owns the files it creates. It does not change while a JVM runs. Thread-safe. */
public final class ProcessUser {
    private static final long UID = find();

    private ProcessUser() {}

    /** The numeric user id; -1 where the system has none. */
    public static long uid() {
        return UID;
    }

    private static long find() {
        Path status = Path.of("/proc/self/status");
        try {
            return Files.isReadable(status) ? effectiveUid(Files.readAllLines(status)) : ownerOfNewFile();
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException noUserIds) {
            return -1; // Windows: nothing compares it there. Elsewhere every check against it then fails, closed.
        }
    }

    /** Reads "Uid: real effective saved filesystem" (proc(5)); the owner of /proc/self is root's for a java with capabilities. */
    private static long effectiveUid(List<String> status) throws IOException {
        for (String line : status) {
            if (line.startsWith("Uid:")) {
                return Long.parseLong(line.split("\\s+", -1)[2]);
            }
        }
        return ownerOfNewFile();
    }

    private static long ownerOfNewFile() throws IOException {
        Path file = Files.createTempFile("valise", null);
        try {
            return Integer.toUnsignedLong((Integer) Files.getAttribute(file, "unix:uid"));
        } finally {
            Files.delete(file);
        }
    }
}
