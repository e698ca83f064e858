package io.valise.ipc.sharedmem.os;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Uninterruptibly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;

/** Creates, opens and removes the file of a segment. */
public final class SegmentFile {
    private static final int CHUNK = 64 << 10;

    private SegmentFile() {}

    /**
     * Creates the file for this user only, with every byte allocated, and maps it. So a full file system is an error
     * here, and not a fault at a later access; that is why zeros are written instead of leaving a hole. An interrupt
     * does no harm, and stays set.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when the file system is full or refuses
     */
    public static SharedMemory create(Path path, int size) {
        try {
            return Uninterruptibly.call(() -> createFile(path, size));
        } catch (IOException e) {
            throw failed(IpcStatus.RESOURCE_EXHAUSTED, "create", path, size, e);
        }
    }

    private static SharedMemory createFile(Path path, int size) throws IOException {
        try (FileChannel file = FileChannel.open(path, Set.of(CREATE_NEW, READ, WRITE), PrivateFile.ownerOnly(path))) {
            return fill(file, path, size);
        }
    }

    /** Checks the file that a server names, before it is opened. */
    @FunctionalInterface
    public interface Check {
        /** In the private directory of this user. */
        Check OWN = file -> RuntimeDirectory.secured(Objects.requireNonNull(file.getParent(), "it is absolute"));

        /**
         * Returns if the file can be used.
         *
         * @param file an absolute path
         */
        void check(Path file) throws IOException;
    }

    /** Maps the file that a server of this user created; see {@link #open(Path, int, Check)}. */
    public static SharedMemory open(Path path, int size) {
        return open(path, size, Check.OWN);
    }

    /**
     * Maps the file that a server created. An interrupt does no harm, and stays set.
     *
     * @throws IpcException {@code UNSUPPORTED} when it is not visible here, {@code PROTOCOL_ERROR} when it is not what
     *     the server said, {@code ACCESS_DENIED}, {@code RESOURCE_EXHAUSTED}
     */
    public static SharedMemory open(Path path, int size, Check check) {
        try {
            if (path.getParent() == null || !path.isAbsolute() || !Files.exists(path, NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(path.toString());
            }
            check.check(path);
            return Uninterruptibly.call(() -> openFile(path, size));
        } catch (NoSuchFileException e) {
            throw failed(IpcStatus.UNSUPPORTED, "find here", path, size, e);
        } catch (IOException e) {
            throw failed(IpcStatus.RESOURCE_EXHAUSTED, "open", path, size, e);
        }
    }

    private static SharedMemory openFile(Path path, int size) throws IOException {
        try (FileChannel file = FileChannel.open(path, Set.of(READ, WRITE, NOFOLLOW_LINKS))) {
            checkSize(path, size, file.size());
            return MemoryKind.forClient().map(file, size);
        }
    }

    /**
     * Removes the file; processes that have mapped it keep the memory. Where the system does not allow that, the file
     * stays.
     */
    public static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            SafeLog.of(SegmentFile.class)
                    .log(System.Logger.Level.DEBUG, "left " + path + " to the next server's sweep", e);
        }
    }

    private static SharedMemory fill(FileChannel file, Path path, int size) throws IOException {
        boolean done = false;
        try {
            allocate(file, size);
            SharedMemory memory = MemoryKind.ofThisJvm().map(file, size);
            done = true;
            return memory;
        } finally {
            if (!done) {
                remove(path);
            }
        }
    }

    /** Writes zeros, so that the file system has allocated every byte afterwards. */
    public static void allocate(FileChannel file, long size) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(size, CHUNK));
        for (long left = size; left > 0; ) {
            zeros.clear().limit((int) Math.min(left, CHUNK));
            left -= file.write(zeros);
        }
    }

    private static void checkSize(Path path, long expected, long actual) {
        if (expected != actual) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "segment " + path + ": limit=" + expected + " bytes, actual=" + actual,
                    Delivery.NOT_SENT);
        }
    }

    /** The error for a failed operation on a file, with the free space. */
    public static IpcException failed(IpcStatus status, String what, Path path, long size, IOException cause) {
        return new IpcException(
                cause instanceof AccessDeniedException ? IpcStatus.ACCESS_DENIED : status,
                "cannot " + what + " segment " + path + ": limit=" + free(path) + ", needed=" + size + " bytes ("
                        + cause
                        + "); give that file system more room (docker: --shm-size), share it with the server, or use"
                        + " pipe:",
                Delivery.NOT_SENT,
                cause);
    }

    private static String free(Path path) {
        try {
            Path directory = path.getParent();
            return directory == null ? "unknown" : Files.getFileStore(directory).getUsableSpace() + " bytes free";
        } catch (IOException e) {
            return "unknown (" + e + ')';
        }
    }
}
