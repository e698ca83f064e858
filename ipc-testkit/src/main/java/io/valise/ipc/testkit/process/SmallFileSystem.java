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
 * A file system in memory (tmpfs(5)) with room for little, mounted over an empty directory: for tests of what happens
 * when the runtime directory or the one of shared memory is full or read-only. Mode 0700. For one thread.
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
     * @param bytes room for the content of files
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

    /** Makes it read-only or writable. No process may have a file open for writing; else it stays as it is. */
    public void readOnly(boolean readOnly) {
        String refusal = run(List.of("mount", "-o", readOnly ? "remount,ro" : "remount,rw", path.toString()));
        assumeTrue(refusal.isEmpty(), "the file system cannot be mounted anew: " + refusal);
    }

    /** Takes all the room that is left, for bytes and for files. */
    public void fill() {
        Path next = path.resolve(FILLING).resolve("f" + filling.size());
        while (create(next)) {
            filling.push(next);
            next = path.resolve(FILLING).resolve("f" + filling.size());
        }
    }

    /** Leaves room for some more files, with some bytes in each. */
    public void free(int files) {
        for (int i = 0; i < files && !filling.isEmpty(); i++) {
            delete(filling.pop());
        }
    }

    /** Leaves all the room there was before {@link #fill}. */
    public void freeAll() {
        free(filling.size());
    }

    /** Whether a path is part of what fills it. */
    public static boolean isFilling(Path found) {
        return found.toString().contains(FILLING);
    }

    /** Takes it away, even while it is used; what was under it is seen again. */
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

    /** What went wrong, or nothing. */
    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
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
