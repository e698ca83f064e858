package io.valise.ipc.services.runtime;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.services.runtime.Initialization.Status;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.module.ModuleDescriptor.Version;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The library in this process: found, checked, and kept from being cleaned away while it is in use. Thread-safe.
 *
 * <pre>{@code
 * try (IpcRuntime runtime = IpcRuntime.initialize(VersionRange.parse("[0.1,0.2)"), Set.of(IpcRuntime.Option.NONE))) {
 *     System.out.println(runtime.findings().transports());
 * }
 * }</pre>
 *
 * <p>Calls are counted: closing the last one releases the runtime directory, unless servers or connections have used
 * it; those hold it until the process ends. Without a call the services initialise it on their first use, with any
 * version; problems are logged. The system property {@code valise.runtime.auto=false} keeps them from that. The system
 * property {@code valise.runtime.provided} says that another component, such as an application server, does this for
 * the programs in it.
 *
 * @since 0.1.0
 */
public final class IpcRuntime implements AutoCloseable {
    private static final Logger LOG = SafeLog.of(IpcRuntime.class);
    private static final int FAILED_FAST = 134; // as a process that aborts
    private static final Object LOCK = new Object();

    private static @Nullable Shared shared;
    private static boolean looked;
    private static volatile Consumer<String> debugBreak = message -> {};
    private static volatile Consumer<String> showUi = message -> {};

    private final Findings findings;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * What to do about errors.
     *
     * @since 0.1.0
     */
    public enum Option {
        /** Only report errors to the caller. */
        NONE,
        /** Call the hook of {@link #onDebugBreak}. */
        ON_ERROR_DEBUG_BREAK,
        /** Log the error and end this process at once, with status 134. */
        ON_ERROR_FAIL_FAST,
        /** When no version matches, call the hook of {@link #onShowUi}. */
        ON_NO_MATCH_SHOW_UI,
        /** Do nothing where a runtime is provided already; otherwise that is an error. */
        ON_PACKAGE_IDENTITY_NOOP
    }

    /** Shared by all callers in this process; guarded by LOCK. */
    private static final class Shared {
        final Findings findings;
        final RuntimeDirectory.Hold hold;
        int users;

        Shared(Findings findings, RuntimeDirectory.Hold hold) {
            this.findings = findings;
            this.hold = hold;
        }
    }

    private IpcRuntime(Findings findings, Runnable release) {
        this.findings = findings;
        this.release = release;
    }

    /**
     * Initialises the runtime.
     *
     * @throws IpcException {@code VERSION_MISMATCH} when the version is not in the range, {@code UNSUPPORTED} when
     *     something is missing or provided already; the message says what, and where it was looked for. Also {@code
     *     ACCESS_DENIED} and {@code RESOURCE_EXHAUSTED}, of the runtime directory
     */
    public static IpcRuntime initialize(VersionRange range, Set<Option> options) {
        return tryInitialize(range, options).orElseThrow();
    }

    /** Initialises the runtime, and returns what came of it instead of throwing. */
    public static Initialization tryInitialize(VersionRange range, Set<Option> options) {
        Initialization result = attempt(range, options);
        if (!result.succeeded()) {
            react(result, options);
        }
        return result;
    }

    /** Is called with the message of an error under {@link Option#ON_ERROR_DEBUG_BREAK}: a place for a breakpoint. */
    public static void onDebugBreak(Consumer<String> hook) {
        debugBreak = hook;
    }

    /** Is called with the message under {@link Option#ON_NO_MATCH_SHOW_UI}: shows it to the user. */
    public static void onShowUi(Consumer<String> hook) {
        showUi = hook;
    }

    /** For the services of this module: initialises the runtime on first use, unless it is or a property opts out. */
    public static void ensure() {
        synchronized (LOCK) {
            if (looked || shared != null || provided().isPresent()) {
                return;
            }
            looked = true;
        }
        if (!"false".equals(System.getProperty("valise.runtime.auto"))) {
            Initialization result = tryInitialize(VersionRange.any(), EnumSet.noneOf(Option.class));
            if (!result.succeeded()) {
                LOG.log(Level.WARNING, "the runtime is not complete: " + result.message());
            }
        }
    }

    /**
     * Removes files of crashed processes from the user's runtime directory, and no file that Valise has not made.
     *
     * @throws IpcException {@code ADDRESS_IN_USE} when a process uses the directory; the message names its pid, or the
     *     address of a server that holds no lock, such as one in another language; {@code ACCESS_DENIED} or {@code
     *     RESOURCE_EXHAUSTED} when something cannot be removed, with all reasons: the rest is removed
     */
    public static Cleaned cleanUp() {
        RuntimeDirectory.Cleaned cleaned = RuntimeDirectory.current().clean(IpcRuntime::served);
        return new Cleaned(cleaned.files(), cleaned.leftAlone());
    }

    /**
     * The result of {@link #cleanUp}. Immutable.
     *
     * @param files how many files it removed
     * @param leftAlone the names of what it found in the directory and did not remove, since Valise has not made it
     * @since 0.1.0
     */
    public record Cleaned(int files, List<String> leftAlone) {
        /** Takes a copy of the list. */
        public Cleaned {
            leftAlone = List.copyOf(leftAlone);
        }
    }

    private static List<String> served() {
        return KnownTransports.find().all().stream()
                .filter(transport -> transport.availability().available())
                .flatMap(transport -> transport.endpoints().stream())
                .map(Endpoint::toString)
                .toList();
    }

    private static Optional<String> provided() {
        return Optional.ofNullable(System.getProperty("valise.runtime.provided"));
    }

    private static Initialization attempt(VersionRange range, Set<Option> options) {
        if (provided().isPresent()) {
            return options.contains(Option.ON_PACKAGE_IDENTITY_NOOP)
                    ? new Initialization(Status.PROVIDED, "", Optional.of(new IpcRuntime(Findings.look(), () -> {})))
                    : failure(
                            Status.ALREADY_PROVIDED,
                            "valise.runtime.provided=" + provided().get()
                                    + ": the runtime of this process is another's; ON_PACKAGE_IDENTITY_NOOP accepts that");
        }
        synchronized (LOCK) {
            Shared known = shared;
            return known == null ? first(Findings.look(), range) : again(known, range);
        }
    }

    private static Initialization first(Findings findings, VersionRange range) {
        if (!matches(findings, range)) {
            return failure(Status.NO_MATCH, mismatch(findings, range));
        }
        if (!findings.problems().isEmpty()) {
            return failure(Status.INCOMPLETE, String.join("; ", findings.problems()));
        }
        Shared made = new Shared(findings, RuntimeDirectory.current().hold());
        shared = made;
        return user(made);
    }

    private static Initialization again(Shared known, VersionRange range) {
        return matches(known.findings, range)
                ? user(known)
                : failure(Status.NO_MATCH, mismatch(known.findings, range) + "; it has been initialised already");
    }

    private static Initialization user(Shared known) {
        known.users++;
        IpcRuntime user = new IpcRuntime(known.findings, () -> release(known));
        return new Initialization(Status.INITIALIZED, "", Optional.of(user));
    }

    private static void release(Shared known) {
        synchronized (LOCK) {
            if (--known.users == 0) {
                shared = null;
                known.hold.close();
            }
        }
    }

    /** An unknown version matches {@link VersionRange#any()} alone. */
    private static boolean matches(Findings findings, VersionRange range) {
        return findings.version().map(range::contains).orElseGet(range::isAny);
    }

    private static String mismatch(Findings findings, VersionRange range) {
        return "version: needed=" + range + ", found=" + findings.api()
                + "; put a version in that range on the class path";
    }

    private static Initialization failure(Status status, String message) {
        return new Initialization(status, message, Optional.empty());
    }

    private static void react(Initialization failure, Set<Option> options) {
        if (options.contains(Option.ON_ERROR_DEBUG_BREAK)) {
            debugBreak.accept(failure.message());
        }
        if (options.contains(Option.ON_NO_MATCH_SHOW_UI) && failure.status() == Status.NO_MATCH) {
            showUi.accept(failure.message());
        }
        if (options.contains(Option.ON_ERROR_FAIL_FAST)) {
            LOG.log(Level.ERROR, "cannot go on: " + failure.status() + ": " + failure.message());
            Runtime.getRuntime().halt(FAILED_FAST);
        }
    }

    /** The findings about this process. */
    public Findings findings() {
        return findings;
    }

    /** The version of the contract, if it is known. */
    public Optional<Version> version() {
        return findings.version();
    }

    /** Ends this call's use of the runtime. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release.run();
        }
    }
}
