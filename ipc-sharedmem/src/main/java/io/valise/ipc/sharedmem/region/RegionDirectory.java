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
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The private directory with the files of regions, or that with the files of named objects, beside the segments of
 * connections. A file's name begins with a hash of the runtime directory, so that programs with different ones do not
 * find each other's. Thread-safe.
 */
public final class RegionDirectory {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String REGIONS = "regions";
    private static final String OBJECTS = "objects";
    private static final char SEPARATOR = '~'; // not part of any name
    private static final String UNFINISHED = "~new~";

    /** The scope of objects that are reached by their handle only. */
    public static final String BY_HANDLE = "h";

    private final Path path;
    private final String home;

    private RegionDirectory(Path path, String home) {
        this.path = path;
        this.home = home;
    }

    /** The directory of regions, created if absent and checked. */
    public static RegionDirectory current() {
        return of(REGIONS);
    }

    /** The directory of named objects, created if absent and checked. */
    public static RegionDirectory objects() {
        return of(OBJECTS);
    }

    /** The directory of named objects, checked; empty when there is none. Creates nothing in the directory of segments. */
    public static Optional<RegionDirectory> existingObjects() {
        Path segments =
                SegmentDirectory.current(RuntimeDirectory.current().path()).path();
        return Files.notExists(segments.resolve(OBJECTS)) ? Optional.empty() : Optional.of(objects());
    }

    /** The scope and the name of the object of a file; empty when it is none. */
    private Optional<Named> named(Path file) {
        String[] parts = file.getFileName().toString().split(String.valueOf(SEPARATOR), -1);
        return parts.length == 3
                        && parts[0].equals(home)
                        && !file.getFileName().toString().startsWith(home + UNFINISHED)
                ? Optional.of(new Named(file, parts[1], parts[2]))
                : Optional.empty();
    }

    /**
     * The file of a named object.
     *
     * @param file where it is
     * @param scope whose name it is
     * @param name its name
     */
    public record Named(Path file, String scope, String name) {}

    /** The files of all named objects, by scope and name. */
    public List<Named> named() {
        return Entries.of(path).stream()
                .flatMap(file -> named(file).stream())
                .sorted(Comparator.comparing(Named::scope).thenComparing(Named::name))
                .toList();
    }

    private static RegionDirectory of(String folder) {
        Path runtime = RuntimeDirectory.current().path();
        Path segments = SegmentDirectory.current(runtime).path();
        String home = Integer.toHexString(runtime.toString().hashCode());
        return new RegionDirectory(RuntimeDirectory.secured(segments.resolve(folder)), home);
    }

    /** Whether a region or an object can have this name; such a name never leads out of the directory. */
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
        return path.resolve(home + SEPARATOR + name);
    }

    /**
     * The file of a named object.
     *
     * @param scope whose name it is; like a name, but may be longer
     * @throws IllegalArgumentException when an object cannot have that name
     */
    public Path file(String scope, String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException("object name: limit=" + NAME + ", actual=\"" + name + '"');
        }
        return path.resolve(home + SEPARATOR + scope + SEPARATOR + name);
    }

    /** Whether a file is of an object that processes find by its name, at any time. */
    static boolean isOpenedByName(Path file) {
        String[] parts = file.getFileName().toString().split(String.valueOf(SEPARATOR), -1);
        return parts.length == 3 && !parts[1].equals(BY_HANDLE);
    }

    /** Removes files of crashed processes, for a process that need not use regions itself. */
    public static void sweepIfPresent(Path segments) {
        for (String folder : new String[] {REGIONS, OBJECTS}) {
            sweepIfPresent(segments, folder);
        }
    }

    private static void sweepIfPresent(Path segments, String folder) {
        if (!Files.notExists(segments.resolve(folder))) {
            try {
                of(folder).sweep();
            } catch (IpcException e) { // not needed for what this process is starting
                log().log(Level.WARNING, folder + " that a crash may have left stay in " + segments, e);
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
                    .filter(file -> file.getFileName().toString().startsWith(home + SEPARATOR))
                    .forEach(RegionFile::removeIfAbandoned);
        } catch (RuntimeException e) {
            log().log(Level.WARNING, "files that a crash may have left stay in " + path, e);
        }
    }

    private static Logger log() {
        return SafeLog.of(RegionDirectory.class);
    }
}
