package io.valise.ipc.services.launch;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.launch.LaunchResult.Status;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.manifest.ManifestReader;
import io.valise.ipc.services.process.Program;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Launches the helpers of the application that this process is: programs that its manifest {@code helpers/ID.json} in
 * the user's configuration folder declares, and no others. The file has the name of the application's {@link
 * AppIdentity#id()}, so another application, which has another identity, finds none of them. Immutable and thread-safe.
 *
 * <pre>{@code
 * {
 *   "application": "editor_8wekyb3d8bbwe",
 *   "helpers": {"sync": ["/usr/bin/java", "-jar", "/opt/editor/sync.jar"]}
 * }
 * }</pre>
 *
 * <p>To a helper that has an identity too, the launcher proves its own; {@link HelperProcess#serve(AppIdentity, Consumer)}
 * serves no other launcher than the application's own.
 *
 * <p>The command line is run as it is declared, without a shell, in the user's home directory. The launcher's address,
 * and a secret that keeps other processes out, go over the helper's standard input; the helper calls {@link
 * HelperProcess}. Its output is not shown; the last lines are part of the detail when it fails.
 *
 * @since 0.1.0
 */
public final class HelperLauncher {
    /** The folder's name. */
    public static final String FOLDER = "helpers";

    private static final int MESSAGE_BYTES = 16 << 20;

    private final AppIdentity application;
    private final String scheme;
    private final Duration timeout;

    private HelperLauncher(AppIdentity application, String scheme, Duration timeout) {
        this.application = application;
        this.scheme = scheme;
        this.timeout = timeout;
    }

    /** The helpers of this application, connected by the fastest transport, each within 10 seconds. */
    public static HelperLauncher of(AppIdentity application) {
        return new HelperLauncher(application, Endpoint.ANY, Duration.ofSeconds(10));
    }

    /** This by one transport, such as {@code pipe}. */
    public HelperLauncher over(String transport) {
        return new HelperLauncher(application, transport, timeout);
    }

    /** This with another time for a helper to start and connect; positive. */
    public HelperLauncher within(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("time to launch: must be positive, actual=" + time);
        }
        return new HelperLauncher(application, scheme, time);
    }

    /** The groups that the manifest declares; empty when there is none. */
    public List<String> groups() {
        return manifest().map(found -> List.copyOf(helpers(found).names())).orElse(List.of());
    }

    /** Launches the helper of a group and waits until it is connected. Failures are in the result, not thrown. */
    public LaunchResult launch(String group) {
        try {
            return declared(group).map(this::launch).orElseGet(() -> undeclared(group));
        } catch (IpcException e) {
            return LaunchResult.failure(Status.UNKNOWN, e.status() + ": " + e.reason());
        }
    }

    private Optional<ManifestReader> manifest() {
        return ManifestFolder.of(FOLDER).read(application.id());
    }

    private Optional<List<String>> declared(String group) {
        return manifest()
                .map(HelperLauncher::helpers)
                .filter(helpers -> helpers.names().contains(group))
                .map(helpers -> helpers.command(group));
    }

    private static ManifestReader helpers(ManifestReader manifest) {
        manifest.knowing("application", "helpers").ownName("application");
        return manifest.object("helpers")
                .orElseThrow(() -> manifest.fault("\"helpers\" is missing: an object of groups and their commands"));
    }

    private LaunchResult undeclared(String group) {
        return LaunchResult.failure(
                Status.ACCESS_DENIED,
                "group \"" + group + "\" is not declared in "
                        + ManifestFolder.of(FOLDER).file(application.id()) + "; declared are " + groups());
    }

    private LaunchResult launch(List<String> command) {
        try {
            Program program = Program.find(command);
            LaunchListener listener =
                    LaunchListener.open(scheme, MESSAGE_BYTES, Optional.of(application), helper -> ValueSet.empty());
            return await(listener, start(program, listener));
        } catch (NoSuchFileException e) {
            return LaunchResult.failure(Status.FILE_NOT_FOUND, String.valueOf(e.getMessage()));
        } catch (AccessDeniedException e) {
            return LaunchResult.failure(Status.ACCESS_DENIED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return LaunchResult.failure(Status.UNKNOWN, e.toString());
        }
    }

    private static Child start(Program program, LaunchListener listener) throws IOException {
        try {
            return Child.start(program, listener.ticket());
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    private LaunchResult await(LaunchListener listener, Child child) {
        CompletableFuture<LaunchResult> ended = child.exit()
                .thenApply(status ->
                        LaunchResult.failure(Status.UNKNOWN, child.exitMessage(status) + "; it never connected"));
        CompletableFuture<LaunchResult> connected = listener.connection()
                .thenApply((IpcConnection connection) ->
                        LaunchResult.success(new RunningHelper(child, listener, connection)));
        try {
            LaunchResult result =
                    connected.applyToEither(ended, first -> first).get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return result.launched().isPresent() ? result : givenUp(listener, child, result.detail());
        } catch (TimeoutException e) {
            return givenUp(listener, child, child + " did not connect: limit=" + timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return givenUp(listener, child, "interrupted while " + child + " was to connect");
        } catch (ExecutionException e) {
            return givenUp(listener, child, String.valueOf(e.getCause()));
        }
    }

    private static LaunchResult givenUp(LaunchListener listener, Child child, String detail) {
        child.kill();
        listener.close();
        return LaunchResult.failure(Status.UNKNOWN, detail);
    }
}
