package io.valise.ipc.services.hosting;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.process.LastLines;
import io.valise.ipc.services.process.Program;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A process that was started to serve. It outlives whoever started it, so its output goes to a log,
 * {@code services/NAME.log} in the runtime directory, begun anew with each start. Immutable.
 */
final class ServerProcess {
    private static final File NOTHING =
            new File(System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");

    private final ServiceManifest manifest;
    private final Process process;
    private final Path log;

    private ServerProcess(ServiceManifest manifest, Process process, Path log) {
        this.manifest = manifest;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts one.
     *
     * @param file the manifest's name, which an instance's own name extends
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when there is no such program, {@code ACCESS_DENIED} when it may not
     *     be executed, {@code RESOURCE_EXHAUSTED} when the system starts no process
     */
    static ServerProcess start(String file, ServiceManifest manifest) {
        Path log = log(manifest.name());
        try {
            ProcessBuilder described = Program.find(manifest.command()).describeDetached();
            HostingTerms.of(manifest).tell(described.environment());
            described.redirectErrorStream(true).redirectInput(NOTHING).redirectOutput(log.toFile());
            return new ServerProcess(manifest, described.start(), log);
        } catch (NoSuchFileException e) {
            throw notStarted(file, IpcStatus.ENDPOINT_NOT_FOUND, e);
        } catch (AccessDeniedException e) {
            throw notStarted(file, IpcStatus.ACCESS_DENIED, e);
        } catch (IOException e) {
            throw notStarted(file, IpcStatus.RESOURCE_EXHAUSTED, e);
        }
    }

    private static Path log(String name) {
        return RuntimeDirectory.current().folder(ServiceManifest.FOLDER).resolve(name + ".log");
    }

    /** Instances come and go: those that said nothing leave nothing. */
    static void deleteEmptyLog(String name) throws IOException {
        Path log = log(name);
        if (Files.exists(log) && Files.size(log) == 0) {
            Files.delete(log);
        }
    }

    private static IpcException notStarted(String file, IpcStatus status, IOException e) {
        return new IpcException(
                status,
                "service " + file + " cannot be started: " + e.getMessage() + "; correct \"command\" in "
                        + ManifestFolder.of(ServiceManifest.FOLDER).file(file),
                Delivery.NOT_SENT,
                e);
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Ends it: nobody will use it. */
    void end() {
        process.destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** That it ended before it served, with its exit status and its last lines. */
    IpcException died() {
        return new IpcException(
                IpcStatus.PEER_DIED,
                "service " + manifest.name() + ": its process " + process.pid() + " ended with status "
                        + process.exitValue() + " before it served" + LastLines.of(log) + "; all of it is in " + log,
                Delivery.NOT_SENT);
    }
}
