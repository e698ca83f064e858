package io.valise.ipc.spi.runtime;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Which process has a lock on a file, as Linux says in {@code /proc/locks}: for messages. Stateless. */
final class LockHolder {
    private static final Path LOCKS = Path.of("/proc/locks");
    private static final int PID = 4;
    private static final int INODE = 5;

    private LockHolder() {}

    /** Its id; empty where the system does not say, and for a process that is not visible here. */
    static Optional<Long> of(Path file) {
        if (!Files.isReadable(LOCKS)) {
            return Optional.empty();
        }
        try {
            String inode = ":" + Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
            return Files.readAllLines(LOCKS).stream()
                    .map(line -> line.trim().split("\\s+"))
                    .filter(fields -> fields.length > INODE && fields[INODE].endsWith(inode))
                    .map(fields -> Long.parseLong(fields[PID]))
                    .filter(pid -> pid > 0)
                    .findFirst();
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            SafeLog.of(LockHolder.class).log(Level.DEBUG, "the holder of " + file + " is not known", e);
            return Optional.empty();
        }
    }

    /** A process for a message: its id and its program. */
    static String describe(long pid) {
        if (pid == ProcessHandle.current().pid()) {
            return "pid " + pid + " (this process)";
        }
        String command = ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .orElse("?");
        return "pid " + pid + " (" + command + ')';
    }
}
