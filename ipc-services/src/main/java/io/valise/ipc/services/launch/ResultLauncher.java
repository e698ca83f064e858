package io.valise.ipc.services.launch;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.manifest.ManifestReader;
import io.valise.ipc.services.process.Program;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Launches a program for its result: it is given a message, and reports one. A manifest {@code targets/NAME.json} in
 * the user's configuration folder declares each program that can be launched. Immutable and thread-safe.
 *
 * <pre>{@code {"name": "pick-colour", "command": ["/usr/bin/java", "-jar", "/opt/pick-colour.jar"]}}</pre>
 *
 * <p>The program calls {@link ResultTarget}. It is started as {@link HelperLauncher} starts a helper.
 *
 * @since 0.1.0
 */
public final class ResultLauncher {
    /** The folder's name. */
    public static final String FOLDER = "targets";

    /** Default limit for question and answer each, in bytes of their encoded form. */
    public static final int DEFAULT_MAX_BYTES = 100 << 10;

    static final String REPORT = "launch.report";
    static final String INPUT = "input";
    static final String RESULT = "result";
    static final String MAX_BYTES = "maxBytes";

    private static final int AROUND_IT = 4096;

    private final String scheme;
    private final int maxBytes;

    private ResultLauncher(String scheme, int maxBytes) {
        this.scheme = scheme;
        this.maxBytes = maxBytes;
    }

    /** By the fastest transport, and {@link #DEFAULT_MAX_BYTES} each way. */
    public static ResultLauncher standard() {
        return new ResultLauncher(Endpoint.ANY, DEFAULT_MAX_BYTES);
    }

    /** Launches with {@link #standard()}. */
    public static CompletableFuture<ValueSet> launchForResult(String target, ValueSet input) {
        return standard().launch(target, input);
    }

    /** This by one transport, such as {@code pipe}. */
    public ResultLauncher over(String transport) {
        return new ResultLauncher(transport, maxBytes);
    }

    /** This with another limit for question and answer, in bytes: 1 to 512 MiB. */
    public ResultLauncher maxBytes(int bytes) {
        if (bytes < 1 || bytes > 512 << 20) {
            throw new IllegalArgumentException("maxBytes: limit=1 to " + (512 << 20) + ", actual=" + bytes);
        }
        return new ResultLauncher(scheme, bytes);
    }

    /**
     * Launches a target and returns when it has been started. Cancelling or completing the future kills the target.
     *
     * @return what the target reports. It fails with an {@link IpcException}: {@code CANCELLED} when the target ends with
     *     status 0 and without a report, {@code PEER_DIED} when it ends otherwise, {@code ENDPOINT_NOT_FOUND} when there is
     *     no such target or program, {@code ACCESS_DENIED} when it may not be executed, {@code MESSAGE_TOO_LARGE}
     */
    public CompletableFuture<ValueSet> launch(String target, ValueSet input) {
        try {
            checkSize("input", input, maxBytes);
            return start(Program.find(command(target)), input);
        } catch (NoSuchFileException e) {
            return failed(IpcStatus.ENDPOINT_NOT_FOUND, target, e);
        } catch (AccessDeniedException e) {
            return failed(IpcStatus.ACCESS_DENIED, target, e);
        } catch (IOException e) {
            return failed(IpcStatus.RESOURCE_EXHAUSTED, target, e);
        } catch (IpcException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static List<String> command(String target) {
        ManifestFolder targets = ManifestFolder.of(FOLDER);
        ManifestReader manifest = targets.read(target)
                .orElseThrow(() -> new IpcException(
                        IpcStatus.ENDPOINT_NOT_FOUND,
                        "target \"" + target + "\" is not declared: there is no " + targets.file(target)
                                + "; declared are " + targets.names(),
                        Delivery.NOT_SENT));
        return manifest.knowing("name", "command").command("command");
    }

    private CompletableFuture<ValueSet> start(Program program, ValueSet input) throws IOException {
        CompletableFuture<ValueSet> report = new CompletableFuture<>();
        CompletableFuture<ValueSet> result = new CompletableFuture<>();
        report.thenAccept(result::complete).exceptionally(handedOn -> null);
        int messageBytes = Math.max(16 << 20, maxBytes + AROUND_IT);
        LaunchListener listener = LaunchListener.open(
                scheme,
                messageBytes,
                ValueSet.of(INPUT, input, MAX_BYTES, maxBytes),
                (self, builder) -> builder.service(REPORT, request -> take(self, request, report, result)));
        try {
            Child child = Child.start(program, listener.ticket());
            child.atEnd(status -> {
                listener.close();
                result.completeExceptionally(withoutReport(child, status));
            });
            result.whenComplete((value, failure) -> {
                        if (!report.isDone()) { // completed by the user, or ended already
                            child.kill();
                        }
                    })
                    .exceptionally(handedOn -> null);
            return result;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    private ValueSet take(
            LaunchListener listener,
            Request request,
            CompletableFuture<ValueSet> report,
            CompletableFuture<ValueSet> result) {
        listener.checkChild(request);
        ValueSet reported = request.message().getValueSet(RESULT);
        checkSize("result", reported, maxBytes);
        if (result.isDone() || !report.complete(reported)) {
            throw new IpcException(
                    IpcStatus.CANCELLED, "there is a result already, or the launcher does not wait for one any more");
        }
        return ValueSet.empty();
    }

    static void checkSize(String what, ValueSet message, int limit) {
        int actual = message.toCbor().length;
        if (actual > limit) {
            throw new IpcException(
                    IpcStatus.MESSAGE_TOO_LARGE,
                    what + ": limit=" + limit + " bytes, actual=" + actual
                            + "; the launcher can raise it by maxBytes(..)",
                    Delivery.NOT_SENT);
        }
    }

    private static IpcException withoutReport(Child child, int status) {
        return new IpcException(
                status == 0 ? IpcStatus.CANCELLED : IpcStatus.PEER_DIED,
                child.exitMessage(status) + "; it reported no result");
    }

    private static CompletableFuture<ValueSet> failed(IpcStatus status, String target, IOException e) {
        return CompletableFuture.failedFuture(new IpcException(
                status, "target \"" + target + "\" cannot be launched: " + e.getMessage(), Delivery.NOT_SENT, e));
    }
}
