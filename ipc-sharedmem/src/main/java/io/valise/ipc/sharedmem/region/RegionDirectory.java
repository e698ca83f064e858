package io.valise.ipc.sharedmem.region;

import io.valise.ipc.IpcException;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The private directory with the files of regions, beside the segments of connections. A file's name begins with a hash
 * of the runtime directory, so that programs with different ones do not find each other's. Thread-safe.
 */
public final class RegionDirectory {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String FOLDER = "regions";
    private static final String UNFINISHED = "~new~";

    private final Path path;
    private final String home;

    private RegionDirectory(Path path, String home) {
        this.path = path;
        this.home = home;
    }

    /** The directory of this process, created if absent and checked. */
    public static RegionDirectory current() {
        Path runtime = RuntimeDirectory.current().path();
        Path segments = SegmentDirectory.current(runtime).path();
        String home = Integer.toHexString(runtime.toString().hashCode());
        return new RegionDirectory(RuntimeDirectory.secured(segments.resolve(FOLDER)), home);
    }

    /** Whether a region can have this name; such a name never leads out of the directory. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /**
     * The file of a region.
     *
     * @throws IllegalArgumentException when a region cannot have that name
     */
    public Path file(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("region name: limit=" + NAME + ", actual=\"" + name + '"');
        }
        return path.resolve(home + '~' + name);
    }

    /** Removes files of crashed processes, for a process that need not use regions itself. */
    public static void sweepIfPresent(Path segments) {
        if (!Files.notExists(segments.resolve(FOLDER))) {
            try {
                current().sweep();
            } catch (IpcException e) { // not needed for what this process is starting
                log().log(Level.WARNING, "regions that a crash may have left stay in " + segments, e);
            }
        }
    }

    /** A name that no region has had. */
    public static String freshName() {
        byte[] unique = new byte[16];
        RANDOM.nextBytes(unique);
        return HexFormat.of().formatHex(unique);
    }

    /** A file in which a region is made before it gets its name. */
    Path unfinished() {
        return path.resolve(home + UNFINISHED + freshName());
    }

    /** Removes the files that no process holds, which crashed processes left. */
    public void sweep() {
        try {
            Entries.of(path).stream()
                    .filter(file -> file.getFileName().toString().startsWith(home + '~'))
                    .forEach(RegionFile::removeIfAbandoned);
        } catch (RuntimeException e) {
            log().log(Level.WARNING, "regions that a crash may have left stay in " + path, e);
        }
    }

    private static Logger log() {
        return SafeLog.of(RegionDirectory.class);
    }
}
