package io.valise.ipc.services.hosting;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.process.LastLines;
import io.valise.ipc.services.process.Program;
import io.valise.ipc.services.process.ServiceLog;
import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/**
 * A process that was started to serve. It outlives the process that started it, so its output goes to a log, {@link
 * ServiceLog}, which each start begins anew. Immutable.
 */
final class ServerProcess {
    private static final File NOTHING =
            new File(System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");

    private final ServiceManifest manifest;
    private final Process process;
    private final ServiceLog log;

    private ServerProcess(ServiceManifest manifest, Process process, ServiceLog log) {
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
        HostingTerms terms = HostingTerms.of(manifest);
        ServiceLog log = log(terms);
        try {
            ServiceLog.deleteOld(ServiceManifest.FOLDER, file);
            ProcessBuilder described = Program.find(manifest.command()).describeDetached();
            terms.tell(described.environment());
            described.redirectErrorStream(true).redirectInput(NOTHING).redirectOutput(log.begin());
            return new ServerProcess(manifest, described.start(), log);
        } catch (NoSuchFileException e) {
            throw notStarted(file, IpcStatus.ENDPOINT_NOT_FOUND, e);
        } catch (AccessDeniedException e) {
            throw notStarted(file, IpcStatus.ACCESS_DENIED, e);
        } catch (IOException e) {
            throw notStarted(file, IpcStatus.RESOURCE_EXHAUSTED, e);
        }
    }

    /** The log of a service's process, or of an instance's. */
    static ServiceLog log(HostingTerms terms) {
        return ServiceLog.of(ServiceManifest.FOLDER, terms.logName());
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

    /** Ends the process, which is not needed. */
    void end() {
        process.destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The error that it ended before it served, with its exit status and its last lines. */
    IpcException died() {
        return new IpcException(
                IpcStatus.PEER_DIED,
                "service " + manifest.name() + ": its process " + process.pid() + " ended with status "
                        + process.exitValue() + " before it served" + LastLines.of(log.file()) + "; more of it is in "
                        + log.file(),
                Delivery.NOT_SENT);
    }
}
