package io.valise.ipc.services.launch;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.process.Program;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Launches a program for its result: it is given a message, a URI if it is launched by one, and files, and reports one
 * message, and files. A manifest {@code targets/NAME.json} in the user's configuration folder declares each program that
 * can be launched, and the schemes of the URIs that it takes, if any. Immutable and thread-safe.
 *
 * <pre>{@code {"name": "crop", "command": ["/usr/bin/java", "-jar", "/opt/crop.jar"], "schemes": ["crop"]}}</pre>
 *
 * <p>The program calls {@link ResultTarget}. It is started as {@link HelperLauncher} starts a helper; neither message nor
 * URI is part of its command line.
 *
 * <pre>{@code
 * SharedFiles files = new SharedFiles();
 * ResultLauncher launcher = ResultLauncher.standard().identity(editor).sharing(files);
 * ValueSet input = ValueSet.of("photo", files.add(photo));
 * try (LaunchedTarget target = launcher.start(URI.create("crop:?width=100"), input)) {
 *     String token = target.result().join().getString("photo");
 *     try (SharedFile cropped = SharedFiles.redeem(target.connection().join(), token)) {
 *         cropped.copyTo(copy);
 *     }
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public final class ResultLauncher {
    /** The folder's name. */
    public static final String FOLDER = "targets";

    /** Default limit for question and answer each, in bytes of their encoded form. */
    public static final int DEFAULT_MAX_BYTES = 100 << 10;

    /** Limit for a URI, in characters. */
    public static final int MAX_URI_CHARACTERS = 2048;

    static final String INPUT = "input";
    static final String MAX_BYTES = "maxBytes";
    static final String TARGET_URI = "uri";
    static final String TAKES_FILES = "takesFiles";

    /** What comes with question and answer in their messages: the longest URI has 6 KiB. */
    private static final int AROUND_IT = 8192;

    private final String scheme;
    private final int maxBytes;
    private final Optional<AppIdentity> identity;
    private final Optional<SharedFiles> files;
    private final Optional<String> target;

    private ResultLauncher(
            String scheme,
            int maxBytes,
            Optional<AppIdentity> identity,
            Optional<SharedFiles> files,
            Optional<String> target) {
        this.scheme = scheme;
        this.maxBytes = maxBytes;
        this.identity = identity;
        this.files = files;
        this.target = target;
    }

    /** By the fastest transport, and {@link #DEFAULT_MAX_BYTES} each way. */
    public static ResultLauncher standard() {
        return new ResultLauncher(
                Endpoint.ANY, DEFAULT_MAX_BYTES, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Launches with {@link #standard()}. */
    public static CompletableFuture<ValueSet> launchForResult(String target, ValueSet input) {
        return standard().launch(target, input);
    }

    /** Launches with {@link #standard()}. */
    public static CompletableFuture<ValueSet> launchForResult(URI uri, ValueSet input) {
        return standard().launch(uri, input);
    }

    /** This by one transport, such as {@code pipe}. */
    public ResultLauncher over(String transport) {
        return new ResultLauncher(transport, maxBytes, identity, files, target);
    }

    /** This with another limit for question and answer, in bytes: 1 to 512 MiB. */
    public ResultLauncher maxBytes(int bytes) {
        if (bytes < 1 || bytes > 512 << 20) {
            throw new IllegalArgumentException("maxBytes: limit=1 to " + (512 << 20) + ", actual=" + bytes);
        }
        return new ResultLauncher(scheme, bytes, identity, files, target);
    }

    /** This as an application: it is proved to targets that have an identity too, by {@link ResultTarget#caller()}. */
    public ResultLauncher identity(AppIdentity application) {
        return new ResultLauncher(scheme, maxBytes, Optional.of(application), files, target);
    }

    /** This with files whose tokens the target, and no other process, can redeem over {@link ResultTarget#connection()}. */
    public ResultLauncher sharing(SharedFiles shared) {
        return new ResultLauncher(scheme, maxBytes, identity, Optional.of(shared), target);
    }

    /** This with the target that is launched by a URI, of those that take it. */
    public ResultLauncher target(String name) {
        return new ResultLauncher(scheme, maxBytes, identity, files, Optional.of(name));
    }

    /**
     * Launches a target and returns when it has been started. Cancelling or completing the future kills the target. It
     * cannot return files; {@link #start(String, ValueSet)} launches one that can.
     *
     * @return what the target reports. It fails with an {@link IpcException}: {@code CANCELLED} when the target ends with
     *     status 0 and without a report, {@code PEER_DIED} when it ends otherwise, {@code ENDPOINT_NOT_FOUND} when there is
     *     no such target or program, {@code ACCESS_DENIED} when it may not be executed, {@code MESSAGE_TOO_LARGE}
     */
    public CompletableFuture<ValueSet> launch(String name, ValueSet input) {
        return resultOf(FoundTarget.named(name), input, Optional.empty());
    }

    /**
     * Launches the target that takes a URI, by its scheme, as {@link #launch(String, ValueSet)} does by its name.
     *
     * @return what the target reports. Besides, it fails with an {@link IpcException} {@code ENDPOINT_NOT_FOUND} when no
     *     target takes it, or several do and none was chosen by {@link #target(String)}, and {@code UNSUPPORTED} when the
     *     chosen one does not
     * @throws IllegalArgumentException when the URI has no scheme
     */
    public CompletableFuture<ValueSet> launch(URI uri, ValueSet input) {
        return resultOf(find(uri), input, Optional.of(uri));
    }

    private CompletableFuture<ValueSet> resultOf(FoundTarget found, ValueSet input, Optional<URI> uri) {
        try {
            return start(found, input, uri, false).result();
        } catch (IpcException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Launches a target that can return files, and returns when it has been started; to be closed when they are redeemed.
     *
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when there is no such target or program, {@code ACCESS_DENIED} when it
     *     may not be executed, {@code MESSAGE_TOO_LARGE}, {@code PROTOCOL_ERROR} when its manifest is damaged, {@code
     *     RESOURCE_EXHAUSTED} when it cannot be started
     */
    public LaunchedTarget start(String name, ValueSet input) {
        return start(FoundTarget.named(name), input, Optional.empty(), true);
    }

    /**
     * Launches the target that takes a URI, as {@link #start(String, ValueSet)} does by its name.
     *
     * @throws IpcException as that; {@code ENDPOINT_NOT_FOUND} too when no target takes it, or several do and none was
     *     chosen by {@link #target(String)}, {@code UNSUPPORTED} when the chosen one does not
     * @throws IllegalArgumentException when the URI has no scheme
     */
    public LaunchedTarget start(URI uri, ValueSet input) {
        return start(find(uri), input, Optional.of(uri), true);
    }

    /** Whether a launch would find a target of this name, and its program. Starts nothing. */
    public TargetSupport query(String name) {
        return FoundTarget.named(name).support();
    }

    /**
     * Whether a launch would find a target that takes a URI, and which ones could be chosen. Starts nothing.
     *
     * @throws IllegalArgumentException when the URI has no scheme
     */
    public TargetSupport query(URI uri) {
        return find(uri).support();
    }

    private FoundTarget find(URI uri) {
        if (uri.getScheme() == null) {
            throw new IllegalArgumentException(
                    "uri: expected one with a scheme, such as crop:?width=100, actual=\"" + uri + '"');
        }
        return target.map(name -> FoundTarget.named(name, uri)).orElseGet(() -> FoundTarget.forUri(uri));
    }

    private LaunchedTarget start(FoundTarget found, ValueSet input, Optional<URI> uri, boolean takesFiles) {
        Report.checkSize("input", input, maxBytes);
        ValueSet.Builder welcome =
                ValueSet.builder().put(INPUT, input).put(MAX_BYTES, maxBytes).put(TAKES_FILES, takesFiles);
        uri.ifPresent(given -> welcome.put(TARGET_URI, checked(given.toString())));
        return start(found.programOrThrow(), welcome.build());
    }

    private static String checked(String uri) {
        if (uri.length() > MAX_URI_CHARACTERS) {
            throw new IpcException(
                    IpcStatus.MESSAGE_TOO_LARGE,
                    "uri: limit=" + MAX_URI_CHARACTERS + " characters, actual=" + uri.length()
                            + "; put what is long into the message",
                    Delivery.NOT_SENT);
        }
        return uri;
    }

    private LaunchedTarget start(Program program, ValueSet welcome) {
        Report report = new Report(maxBytes);
        LaunchListener listener = LaunchListener.open(
                scheme, Math.max(16 << 20, maxBytes + AROUND_IT), identity, child -> admit(child, report, welcome));
        try {
            return LaunchedTarget.of(Child.start(program, listener.ticket()), listener, report);
        } catch (IOException e) {
            listener.close();
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "cannot start " + program.path() + ": " + e.getMessage(),
                    Delivery.NOT_SENT,
                    e);
        } catch (RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    private ValueSet admit(IpcConnection child, Report report, ValueSet welcome) {
        child.service(Report.SERVICE, report::take);
        files.ifPresent(shared -> shared.on(child));
        return welcome;
    }
}
