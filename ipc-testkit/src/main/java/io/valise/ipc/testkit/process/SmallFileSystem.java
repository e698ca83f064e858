package io.valise.ipc.testkit.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A small file system in memory (tmpfs(5)), mounted over an empty directory: for tests in which the runtime directory
 * or the one of shared memory is full or read-only. Mode 0700. For one thread.
 *
 * @since 0.1.0
 */
public final class SmallFileSystem implements AutoCloseable {
    private static final String FILLING = ".filling";
    private static final int PAGE = 4096;

    private final Path path;
    private final Deque<Path> filling = new ArrayDeque<>();

    private SmallFileSystem(Path path) {
        this.path = path;
    }

    /**
     * Mounts one; skips the test, with the reason, where that is not permitted.
     *
     * @param over an empty directory
     * @param bytes space for the content of files
     * @param files how many files and directories there can be
     */
    public static SmallFileSystem mount(Path over, long bytes, int files) {
        String options = "size=" + bytes + ",nr_inodes=" + files + ",mode=700";
        String refusal = run(List.of("mount", "-t", "tmpfs", "-o", options, "tmpfs", over.toString()));
        assumeTrue(refusal.isEmpty(), "no file system can be mounted here: " + refusal);
        SmallFileSystem mounted = new SmallFileSystem(over);
        try {
            Files.createDirectory(over.resolve(FILLING));
        } catch (IOException e) {
            mounted.close();
            throw new UncheckedIOException(e);
        }
        return mounted;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /**
     * Makes it read-only or writable; skips the test where that fails, as it does while a file is open for writing.
     */
    public void readOnly(boolean readOnly) {
        String refusal = run(List.of("mount", "-o", readOnly ? "remount,ro" : "remount,rw", path.toString()));
        assumeTrue(refusal.isEmpty(), "the file system cannot be mounted anew: " + refusal);
    }

    /** Fills all the space that is left, for bytes and for files. */
    public void fill() {
        Path next = path.resolve(FILLING).resolve("f" + filling.size());
        while (create(next)) {
            filling.push(next);
            next = path.resolve(FILLING).resolve("f" + filling.size());
        }
    }

    /** Frees space for some more files, with some bytes in each. */
    public void free(int files) {
        for (int i = 0; i < files && !filling.isEmpty(); i++) {
            delete(filling.pop());
        }
    }

    /** Frees all the space that {@link #fill} took. */
    public void freeAll() {
        free(filling.size());
    }

    /** Whether a path is one of the files made by {@link #fill}. */
    public static boolean isFilling(Path found) {
        return found.toString().contains(FILLING);
    }

    /** Unmounts it, even while it is used; the directory below is visible again. */
    @Override
    public void close() {
        run(List.of("umount", "-l", path.toString()));
    }

    /** Makes a file of one page, or an empty one where no page is left; false when no file can be made any more. */
    private static boolean create(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException full) {
            return false;
        }
        try {
            Files.write(file, new byte[PAGE]);
            return true;
        } catch (IOException noPageLeft) {
            return Files.exists(file);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The error, or nothing. */
    private static String run(List<String> command) {
        try {
            Process process = TestProcesses.start(new ProcessBuilder(command).redirectErrorStream(true));
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : command + ": " + said.trim();
        } catch (IOException e) {
            return command + ": " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return command + ": interrupted";
        }
    }
}
