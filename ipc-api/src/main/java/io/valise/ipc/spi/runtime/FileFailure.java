package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The exception for a file operation that the system refused. Its message says which path, which permission is missing
 * and who owns the path, and by which setting another place can be chosen.
 *
 * @since 0.1.0
 */
public final class FileFailure {
    /** The JDK has no class of its own for EMFILE and ENFILE: these are the words of glibc and macOS, and of musl. */
    private static final Pattern NO_DESCRIPTOR =
            Pattern.compile("(?i)too many open files|no file descriptors available");

    private FileFailure() {}

    /**
     * Whether the cause of a failure is that this process, or the system, has no descriptor left, which passes. Known by the
     * text of the C library in English; in another language: no.
     *
     * @since 0.2.0
     */
    public static boolean isLackOfDescriptors(Throwable failure) {
        return NO_DESCRIPTOR.matcher(String.valueOf(failure.getMessage())).find();
    }

    /**
     * Returns the exception, {@code NOT_SENT}: {@code ACCESS_DENIED} when a permission is missing, {@code
     * RESOURCE_EXHAUSTED} for all other causes, such as a file system that is full, read-only or broken.
     *
     * @param what the operation, such as {@code list}
     * @param path the file or folder
     * @param cause what the system answered
     * @since 0.1.0
     */
    public static IpcException of(String what, Path path, IOException cause) {
        Path absolute = path.toAbsolutePath().normalize();
        return new IpcException(
                cause instanceof AccessDeniedException ? IpcStatus.ACCESS_DENIED : IpcStatus.RESOURCE_EXHAUSTED,
                "cannot " + what + ' ' + path + ": " + cause + "; " + remedy(absolute, cause) + ", or "
                        + otherPlace(absolute),
                Delivery.NOT_SENT,
                cause);
    }

    private static String remedy(Path path, IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return missingPermission(path) + ": give it that permission";
        }
        return cause instanceof NotDirectoryException || cause instanceof DirectoryNotEmptyException
                ? "remove it"
                : "make sure that its file system is writable and has free space";
    }

    /** The first permission that this user lacks on the way to a path, or at it. */
    private static String missingPermission(Path path) {
        for (int names = 0; names < path.getNameCount(); names++) {
            Path above = names == 0 ? path.getRoot() : path.getRoot().resolve(path.subpath(0, names));
            if (!Files.isExecutable(above)) {
                return mayNot("enter", above);
            }
        }
        List<String> lacking = lacking(path);
        Path parent = path.getParent();
        if (lacking.isEmpty() && parent != null && !Files.isWritable(parent)) {
            return mayNot("write to", parent);
        }
        if (lacking.isEmpty() && Files.exists(path) && !Files.isWritable(path)) {
            return mayNot("write to", path);
        }
        return lacking.isEmpty() ? "the system forbids it to " + user() : mayNot(String.join(" and ", lacking), path);
    }

    private static List<String> lacking(Path path) {
        List<String> lacking = new ArrayList<>();
        if (Files.exists(path) && !Files.isReadable(path)) {
            lacking.add(Files.isDirectory(path) ? "list" : "read");
        }
        if (Files.isDirectory(path) && !Files.isExecutable(path)) {
            lacking.add("enter");
        }
        return lacking;
    }

    private static String mayNot(String what, Path path) {
        return user() + " may not " + what + ' ' + path + " (" + facts(path) + ')';
    }

    private static String user() {
        return ProcessUser.uid() < 0 ? "this user" : "uid " + ProcessUser.uid();
    }

    private static String facts(Path path) {
        try {
            return FileFacts.read(Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? path.toRealPath() : path)
                    .summary();
        } catch (IOException unknown) {
            return "owner unknown: " + unknown;
        }
    }

    /** How a user chooses another place for a path: by the setting that chose this one, or the one that comes before it. */
    static String otherPlace(Path path) {
        try {
            if (SystemPlace.contains(path)) {
                return "ask an administrator; ipc system status shows the place";
            }
            if (path.startsWith(CacheDirectory.path())) {
                return "set " + CacheDirectory.setting() + " to another directory";
            }
            Path config = ConfigurationDirectory.path();
            Optional<RuntimePlace> place = RuntimePlace.ofThisProcess().stream()
                    .filter(each -> each.concerns(path))
                    .findFirst();
            boolean isConfig = path.startsWith(config)
                    && place.map(each -> !each.path().startsWith(config)).orElse(true);
            return isConfig
                    ? "set " + ConfigurationDirectory.setting() + " to another directory"
                    : place.map(RuntimePlace::otherPlace).orElseGet(FileFailure::anyOtherPlace);
        } catch (IpcException malformed) { // a setting that is no path has chosen no place
            return anyOtherPlace();
        }
    }

    private static String anyOtherPlace() {
        return "choose another path, or set VALISE_HOME (for keys VALISE_CONFIG, for segments of shm:"
                + " valise.shm.directory) to another directory";
    }
}
