package io.valise.ipc.sharedmem.os;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.SystemService;
import io.valise.ipc.spi.runtime.SystemText;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/**
 * The private directory that segments are created in: {@code /dev/shm/valise-<uid>}, else a folder of the runtime
 * directory. A segment has a file there until both sides mapped it, on Windows until both unmapped it. Its name
 * contains the server's, so that files of a crashed server are recognised. Thread-safe.
 */
public final class SegmentDirectory {
    /** System property that puts segments elsewhere. */
    public static final String PROPERTY = "valise.shm.directory";

    private static final String FOLDER = "segments";
    private static final Path DEV_SHM = Path.of("/dev/shm");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final char SEPARATOR = '~'; // not part of any endpoint's name

    private final Path path;
    private final String home;

    private SegmentDirectory(Path path, Path sockets) {
        this.path = path;
        this.home = Integer.toHexString(sockets.toString().hashCode());
    }

    /**
     * The directory of this process, created if absent and checked.
     *
     * @param sockets the folder of the servers whose segments these are; segments of other servers are not touched
     * @throws IpcException {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when there is none
     */
    public static SegmentDirectory current(Path sockets) {
        return new SegmentDirectory(locate(), sockets);
    }

    /**
     * The directory for the segments of a service that serves other users, created if absent and checked: each client's user
     * can open those that it may, and list none.
     *
     * @throws IpcException {@code UNSUPPORTED} where there is no memory file system for all users, {@code ACCESS_DENIED}
     */
    public static SegmentDirectory of(SystemService service) {
        if (!Files.isWritable(DEV_SHM)) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED,
                    "system-shm: needs " + DEV_SHM + ", which this process cannot write to; use system-pipe:",
                    Delivery.NOT_SENT);
        }
        return new SegmentDirectory(service.passage(DEV_SHM), service.folder());
    }

    /** Checks that a file that the server of such a service names is in its directory, and the service's own. */
    public static void check(SystemService service, Path file) throws IOException {
        service.checkOwns(file, DEV_SHM);
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** A path that no segment of any server has had. */
    public Path fresh(String server) {
        byte[] unique = new byte[12];
        RANDOM.nextBytes(unique);
        return path.resolve(prefix(server) + HexFormat.of().formatHex(unique));
    }

    /**
     * Removes the segments of servers that are gone. Called under the lock of the folder of sockets, where a server has
     * its name before it creates a segment.
     *
     * @param live asked for the servers whose segments stay, if there is any segment
     */
    public void sweep(Supplier<Collection<String>> live) {
        List<Path> files;
        try {
            files = Entries.of(path).stream().filter(this::owns).toList();
        } catch (IpcException e) {
            log().log(Level.WARNING, "segments that a crash may have left stay in " + path + ": " + e.reason());
            return;
        }
        Collection<String> servers = files.isEmpty() ? List.of() : live.get();
        for (Path file : files) {
            String[] parts = file.getFileName().toString().split(String.valueOf(SEPARATOR), 3);
            if (parts.length == 3 && !servers.contains(parts[1])) {
                SegmentFile.remove(file); // a file that is still mapped stays where the system requires that
            }
        }
    }

    /** Whether a file found in the directory is a segment of these servers. */
    public boolean owns(Path file) {
        return file.getFileName().toString().startsWith(home + SEPARATOR);
    }

    private String prefix(String server) {
        return home + SEPARATOR + server + SEPARATOR;
    }

    /** Where segments would be created now; does not create the folder of the runtime directory. */
    public static Path place() {
        return isElsewhere() ? locate() : RuntimeDirectory.current().readFolder(FOLDER);
    }

    private static Path locate() {
        String wanted = System.getProperty(PROPERTY);
        if (wanted != null) {
            return RuntimeDirectory.secured(SystemText.path(PROPERTY, wanted).toAbsolutePath());
        }
        return isElsewhere()
                ? RuntimeDirectory.under(DEV_SHM)
                : RuntimeDirectory.current().folder(FOLDER);
    }

    /** Whether segments are outside the runtime directory. */
    private static boolean isElsewhere() {
        return System.getProperty(PROPERTY) != null || (isPosix() && Files.isWritable(DEV_SHM));
    }

    /** On Windows this path would be on the current drive, where any user could create that directory. */
    private static boolean isPosix() {
        return DEV_SHM.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Asked for when there is something to say: the first logger of a JVM takes 20 ms to start. */
    private static Logger log() {
        return SafeLog.of(SegmentDirectory.class);
    }
}
