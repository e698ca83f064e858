package io.valise.ipc.services.process;

import io.valise.ipc.IpcException;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.FileFailure;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Uninterruptibly;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The log of a process that was started to serve: what it prints, in {@code services/NAME.log} in the runtime directory. All
 * sockets of the user are in that directory, which is often a small file system in memory; so a log has a limit, beyond
 * which it becomes {@code NAME.log.1} and begins anew, and of the logs of instances the newest are kept. The log of an
 * instance is {@code NAME@INSTANCE.log}: no service has such a name. Thread-safe.
 */
public final class ServiceLog {
    /** The most bytes of a log; as many may be in the one before it. */
    public static final int MOST_BYTES = 256 << 10;

    /** The number of instances of a service whose logs are kept. */
    public static final int MOST_INSTANCES = 16;

    private static final Logger LOG = SafeLog.of(ServiceLog.class);
    private static final String SUFFIX = ".log";
    private static final char OF = '@';
    private static final String BEFORE = SUFFIX + ".1";

    private final Path file;
    private final Path before;
    /** How many bytes may be written before the file's size is looked at again. */
    private long left;

    private ServiceLog(Path folder, String name) {
        this.file = folder.resolve(name + SUFFIX);
        this.before = folder.resolve(name + BEFORE);
    }

    /** The log of a service's process, in the folder of such logs. */
    public static ServiceLog of(String folder, String name) {
        return new ServiceLog(RuntimeDirectory.current().folder(folder), name);
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    /** Begins it anew for a process that is about to be started; append to it, else it cannot be shortened. */
    public ProcessBuilder.Redirect begin() throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(before);
        // Made here, because the process builder would make it by the umask.
        Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PrivateFile.ownerOnly(file))
                .close();
        return ProcessBuilder.Redirect.appendTo(file.toFile());
    }

    /** The name of an instance's log, for {@link #of}. */
    public static String ofInstance(String service, String instance) {
        return service + OF + instance;
    }

    /**
     * Deletes the logs of all but the newest instances of a service; one that cannot be deleted is logged.
     *
     * @throws IpcException {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when the folder cannot be listed
     */
    public static void deleteOld(String folder, String service) {
        Path logs = RuntimeDirectory.current().folder(folder);
        List<Path> old = Entries.of(logs).stream()
                .filter(log -> isOfInstance(log, service))
                .sorted(Comparator.comparing(ServiceLog::lastWritten).reversed())
                .skip(MOST_INSTANCES)
                .toList();
        for (Path log : old) {
            delete(log);
            delete(log.resolveSibling(log.getFileName() + ".1"));
        }
    }

    /** One that stays keeps no other, and no service from its start. */
    private static void delete(Path log) {
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            LOG.log(Level.WARNING, FileFailure.of("remove the old log", log, e).reason());
        }
    }

    private static boolean isOfInstance(Path log, String service) {
        String name = log.getFileName().toString();
        return name.startsWith(service + OF) && name.endsWith(SUFFIX);
    }

    private static FileTime lastWritten(Path log) {
        try {
            return Files.getLastModifiedTime(log);
        } catch (IOException gone) {
            return FileTime.fromMillis(0);
        }
    }

    /** Deletes the log of a process that ended normally without output. */
    public void deleteIfEmpty() throws IOException {
        if (!Files.notExists(file) && Files.size(file) == 0) {
            Files.delete(file);
        }
    }

    /**
     * Applies the limit to everything that this process prints by {@code System.out} and {@code System.err}, if that
     * goes to this log; output of native code is not counted, but shortened with the rest.
     */
    public void guardOutput() {
        if (Files.exists(file)) {
            System.setOut(guarded(FileDescriptor.out, "stdout.encoding"));
            System.setErr(guarded(FileDescriptor.err, "stderr.encoding"));
        }
    }

    private PrintStream guarded(FileDescriptor stream, String property) {
        String encoding = System.getProperty(property, System.getProperty("native.encoding", "UTF-8"));
        return new PrintStream(guard(new FileOutputStream(stream)), true, Charset.forName(encoding));
    }

    /**
     * A stream that writes to another, which ends in this log, and keeps to the limit. The size is that of the open file,
     * whether or not it still has its name: a cleaner or a newer instance may have removed it, but its bytes take room.
     */
    OutputStream guard(FileOutputStream stream) {
        return new FilterOutputStream(stream) {
            @Override
            public void write(int octet) throws IOException {
                beforeWriting(stream, 1);
                out.write(octet);
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                for (int done = 0; done < count; ) { // one long piece has a limit too
                    int some = Math.min(count - done, MOST_BYTES / 2);
                    beforeWriting(stream, some);
                    out.write(bytes, from + done, some);
                    done += some;
                }
            }
        };
    }

    private synchronized void beforeWriting(FileOutputStream stream, int bytes) {
        left -= bytes;
        if (left < 0) {
            left = roomFor(stream, bytes) - bytes;
        }
    }

    private long roomFor(FileOutputStream stream, int bytes) {
        try {
            // An interrupt would close the channel, and with it the standard output.
            return Uninterruptibly.callOnOtherThread(() -> roomFor(stream.getChannel(), bytes));
        } catch (IOException | IpcException e) {
            LOG.log(Level.DEBUG, "the log " + file + " cannot be shortened", e);
            return bytes;
        }
    }

    /** Copies and truncates: the process writes to the same file for as long as it lives. */
    private long roomFor(FileChannel log, int bytes) throws IOException {
        long size = log.size();
        if (size + bytes <= MOST_BYTES) {
            return MOST_BYTES - size;
        }
        if (Files.exists(file) && Files.size(file) == size) { // otherwise it has lost its name, and cannot be read
            keep();
        }
        log.truncate(0);
        return MOST_BYTES;
    }

    private void keep() throws IOException {
        try {
            Files.copy(file, before, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(before); // no space for the copy, or for half of it: the log is truncated all the same
        }
    }
}
