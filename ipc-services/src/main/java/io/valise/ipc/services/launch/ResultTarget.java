package io.valise.ipc.services.launch;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.SharedFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Used by a program that was launched for a result: who asked it what, and its one report. Thread-safe.
 *
 * <pre>{@code
 * public static void main(String[] arguments) {
 *     try (ResultTarget target = ResultTarget.open()) {
 *         target.report(ValueSet.of("colour", pick(target.input().getString("title"))));
 *     }
 * }
 * }</pre>
 *
 * <p>A token of a file in the input is redeemed by {@code SharedFiles.redeem(target.connection(), token)}, and one to
 * report is made by {@link #share}.
 *
 * @since 0.1.0
 */
public final class ResultTarget implements AutoCloseable {
    private final IpcConnection launcher;
    private final ValueSet welcome;
    private final AtomicBoolean reported = new AtomicBoolean();
    private final SharedFiles files = new SharedFiles();
    /** Whether the launcher can redeem tokens already; guarded by this. */
    private boolean sharing;

    private ResultTarget(IpcConnection launcher, ValueSet welcome) {
        this.launcher = launcher;
        this.welcome = welcome;
    }

    /**
     * Connects to the launcher; once, and before the program reads standard input otherwise.
     *
     * @throws IpcException {@code AUTHENTICATION_FAILED} when no launcher started this process; else as {@link
     *     io.valise.ipc.IpcClient.Builder#connect}
     */
    public static ResultTarget open() {
        return open(Optional.empty());
    }

    /**
     * Connects to the launcher as an application; a launcher that is one too proves that to it.
     *
     * @throws IpcException as {@link #open()}
     */
    public static ResultTarget open(AppIdentity application) {
        return open(Optional.of(application));
    }

    private static ResultTarget open(Optional<AppIdentity> application) {
        LaunchTicket ticket = LaunchTicket.read(System.in);
        IpcConnection launcher = HelperProcess.dial(ticket, client -> application.ifPresent(client::identity));
        return new ResultTarget(launcher, HelperProcess.enter(launcher, ticket));
    }

    /** The launcher's question. */
    public ValueSet input() {
        return welcome.getValueSet(ResultLauncher.INPUT);
    }

    /**
     * The URI that it was launched by; empty when it was launched by its name. It comes from the launcher: check it as all
     * input.
     */
    public Optional<URI> uri() {
        return welcome.contains(ResultLauncher.TARGET_URI)
                ? Optional.of(URI.create(welcome.getString(ResultLauncher.TARGET_URI)))
                : Optional.empty();
    }

    /**
     * Who has launched it. The application is proved ({@link PeerIdentity#applicationId()}) when both have an identity:
     * {@link #open(AppIdentity)} here, {@link ResultLauncher#identity} there.
     */
    public PeerIdentity caller() {
        return launcher.peer();
    }

    /** The connection to the launcher, for calls both ways. */
    public IpcConnection connection() {
        return launcher;
    }

    /**
     * Makes a token for a file, which the launcher redeems when it was reported, while {@link #close()} waits.
     *
     * @throws IllegalArgumentException when it is not a regular file
     * @throws IpcException {@code UNSUPPORTED} when the launcher takes no files: it must use {@link
     *     ResultLauncher#start(String, ValueSet)}, or this target report a token of {@link SharedFiles#durable}; else as
     *     {@link SharedFiles#add(Path)}
     * @throws IOException when there is no such file
     */
    public String share(Path file) throws IOException {
        if (!welcome.getBoolean(ResultLauncher.TAKES_FILES, false)) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED,
                    "the launcher takes no files: it must launch this target by start(..), not by launch(..); or report a"
                            + " durable token",
                    Delivery.NOT_SENT);
        }
        offerFiles();
        return files.add(file);
    }

    private synchronized void offerFiles() {
        if (!sharing) {
            files.on(launcher);
            sharing = true;
        }
    }

    /**
     * Reports the result; returns when the launcher has it.
     *
     * @throws IllegalStateException when there was a report already
     * @throws IpcException {@code MESSAGE_TOO_LARGE}, after which a shorter one may be reported; {@code CANCELLED} when
     *     the launcher does not wait for it any more; {@code PEER_DIED} when the launcher is gone
     */
    public void report(ValueSet result) {
        Report.checkSize("result", result, welcome.getInt(ResultLauncher.MAX_BYTES));
        if (!reported.compareAndSet(false, true)) {
            throw new IllegalStateException("a result has been reported already; there is one for each launch");
        }
        try {
            launcher.request(Report.SERVICE, ValueSet.of(Report.RESULT, result));
        } catch (IpcException e) {
            // Its handler has run, and it closed before it answered: it has what it waited for.
            if (e.status() != IpcStatus.CONNECTION_CLOSED || e.delivery() != Delivery.UNKNOWN) {
                throw e;
            }
        }
    }

    /** Completes when the launcher has died, closed the connection, or cancelled. */
    public CompletionStage<CloseReason> launcherGone() {
        return launcher.closed();
    }

    /**
     * Closes the connection. When files were shared, waits after the report until the launcher has closed its {@link
     * LaunchedTarget}, or is gone. Without a report the launcher learns that there is none when this process ends.
     */
    @Override
    public void close() {
        if (reported.get() && isSharing()) {
            launcher.closed().toCompletableFuture().join();
        }
        launcher.close();
    }

    private synchronized boolean isSharing() {
        return sharing;
    }
}
