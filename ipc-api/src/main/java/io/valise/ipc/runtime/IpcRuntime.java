package io.valise.ipc.runtime;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.runtime.Initialization.Status;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.module.ModuleDescriptor.Version;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The library in this process: found or loaded, checked, and kept from being removed while it is in use. Thread-safe.
 *
 * <pre>{@code
 * try (IpcRuntime runtime = IpcRuntime.initialize(VersionRange.parse("[0.2,0.3)"), Set.of(IpcRuntime.Option.NONE))) {
 *     System.out.println(runtime.findings().transports());
 * }
 * }</pre>
 *
 * <p>A program with transports on its class path or module path uses those. One that has {@code ipc-api} alone gets the
 * latest {@linkplain InstalledRuntimes installed} version that is in the range and works with its {@code ipc-api}: it is
 * verified, locked, and loaded as a module layer, or in a class loader where {@code ipc-api} is on the class path. Then
 * servers and clients find its transports as if the program had them.
 *
 * <p>Calls are counted, and there is one version at a time. Closing the last one undoes them: new servers and clients do
 * not find the transports of an installed part any longer, and another version can be initialised. The runtime directory is
 * released, unless servers or connections have used it; those hold it until the process ends. Servers and connections that
 * are open go on; the lock on the installed files is released when the JVM has freed the classes that were loaded from
 * them, or ends.
 *
 * <p>Without a call, the services initialise it on their first use, with what the program has and any version; problems are
 * logged. A program that has no transports can ask by a setting for an installed part: the system property {@code
 * valise.runtime.range}, or the attribute {@code Valise-Runtime-Range} in the manifest of its jar, has the first server or
 * client initialise it. {@code valise.runtime.options} and {@code Valise-Runtime-Options} are its {@link Option}s, separated
 * by commas. The system property {@code valise.runtime.auto=false} turns all of that off. The system property {@code
 * valise.runtime.provided} says that another component, such as an application server, does this for the programs in it.
 *
 * @since 0.1.0
 */
public final class IpcRuntime implements AutoCloseable {
    private static final Logger LOG = SafeLog.of(IpcRuntime.class);
    private static final Object LOCK = new Object();

    private static @Nullable Shared shared;
    private static boolean looked;

    private final Findings findings;
    private final AtomicReference<@Nullable Runnable> release;

    /**
     * What to do about errors.
     *
     * @since 0.1.0
     */
    public enum Option {
        /** Only report errors to the caller. */
        NONE,
        /**
         * Wait for a debugger, then call {@link DebugBreak#reached}. Standard error says at which port it is awaited and for
         * how long: the system property {@code valise.runtime.debugSeconds}, by default 60 seconds. {@link #onDebugBreak}
         * replaces that.
         */
        ON_ERROR_DEBUG_BREAK,
        /** Call {@link DebugBreak#reached}, where a debugger that is attached can have a breakpoint. */
        ON_ERROR_DEBUG_BREAK_IF_DEBUGGER_ATTACHED,
        /** Log the error and end this process at once, with status 134. */
        ON_ERROR_FAIL_FAST,
        /**
         * When no version matches, print the message to standard error; the {@code ipc} command shows it in a window where
         * there is a display. {@link #onShowUi} replaces that.
         */
        ON_NO_MATCH_SHOW_UI,
        /** Do nothing where a runtime is provided already; otherwise that is an error. */
        ON_PACKAGE_IDENTITY_NOOP
    }

    /** Shared by all callers in this process; guarded by LOCK. */
    private static final class Shared {
        final Findings findings;
        final RuntimeDirectory.Hold hold;
        final Optional<LoadedRuntime> loaded;
        int users;

        Shared(Findings findings, RuntimeDirectory.Hold hold, Optional<LoadedRuntime> loaded) {
            this.findings = findings;
            this.hold = hold;
            this.loaded = loaded;
        }
    }

    private IpcRuntime(Findings findings, Runnable release) {
        this.findings = findings;
        this.release = new AtomicReference<>(release);
    }

    /**
     * Initialises the runtime.
     *
     * @throws IpcException {@code VERSION_MISMATCH} when the version is not in the range, or none is installed that is;
     *     {@code UNSUPPORTED} when something is missing, damaged or provided already; the message says what, and where it was
     *     looked for. Also {@code ACCESS_DENIED} and {@code RESOURCE_EXHAUSTED}, of the runtime directory
     */
    public static IpcRuntime initialize(VersionRange range, Set<Option> options) {
        return tryInitialize(range, options).orElseThrow();
    }

    /**
     * Initialises the runtime, and returns what came of it instead of throwing.
     *
     * @throws IpcException {@code ACCESS_DENIED} and {@code RESOURCE_EXHAUSTED}, of the runtime directory; the options count for
     *     these too
     */
    public static Initialization tryInitialize(VersionRange range, Set<Option> options) {
        Initialization result;
        try {
            result = attempt(range, options);
        } catch (IpcException e) { // an error too, and the options say what to do about errors
            Reactions.to(failure(Status.INCOMPLETE, e.reason()), options);
            throw e;
        }
        if (!result.succeeded()) {
            Reactions.to(result, options);
        }
        return result;
    }

    /**
     * Replaces what {@link Option#ON_ERROR_DEBUG_BREAK} does, for this process.
     *
     * @param hook is called with the message of the error, by the thread that initialises; what it throws is logged
     */
    public static void onDebugBreak(Consumer<String> hook) {
        Reactions.debugBreak = hook;
    }

    /**
     * Replaces what {@link Option#ON_NO_MATCH_SHOW_UI} does, for this process.
     *
     * @param hook shows the message to the user; is called by the thread that initialises; what it throws is logged
     */
    public static void onShowUi(Consumer<String> hook) {
        Reactions.showUi = hook;
    }

    /** Ends the effect of {@link #onDebugBreak} and {@link #onShowUi}. */
    public static void resetHooks() {
        Reactions.reset();
    }

    /**
     * For {@code ipc-services}: initialises the runtime on first use, unless it is or a property opts out.
     *
     * @throws IpcException as {@link #ensureTransports}
     */
    public static void ensure() {
        ensureTransports();
        Initialization result;
        synchronized (LOCK) {
            if (looked || shared != null || provided().isPresent() || Automatic.isOff()) {
                return;
            }
            result = first(VersionRange.any(), Optional.empty());
            looked = true;
        }
        if (!result.succeeded()) {
            LOG.log(Level.WARNING, "the runtime is not complete: " + result.message());
        }
    }

    /**
     * For servers and clients that are about to start: loads the installed run-time part that a setting asks for, where
     * this program has no transports, until the process ends. Each attempt that fails is told; a later one may succeed.
     *
     * @throws IpcException as {@link #initialize}
     */
    public static void ensureTransports() {
        Providers<Transport> found = Providers.transports();
        if (found.all().isEmpty()
                && found.broken().isEmpty()
                && !Automatic.isOff()
                && provided().isEmpty()) {
            Automatic.asked().ifPresent(asked -> initialize(asked.range(), asked.options()));
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
        return KnownTransports.find().ofThisMachine().stream()
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
                    ? new Initialization(
                            Status.PROVIDED, "", Optional.of(new IpcRuntime(Findings.look(Optional.empty()), () -> {})))
                    : failure(
                            Status.ALREADY_PROVIDED,
                            "valise.runtime.provided=" + provided().get()
                                    + ": the runtime of this process is another's; ON_PACKAGE_IDENTITY_NOOP accepts that");
        }
        synchronized (LOCK) {
            Shared known = shared;
            if (known != null) {
                return again(known, range);
            }
            return KnownTransports.find().isEmpty() ? load(range) : first(range, Optional.empty());
        }
    }

    /** Loads the best installed version. */
    private static Initialization load(VersionRange range) {
        Optional<LoadedRuntime> best;
        try {
            best = InstalledRuntimes.ofThisUser().hold(range).map(LoadedRuntime::load);
        } catch (IpcException e) {
            return failure(Status.INCOMPLETE, e.reason());
        }
        return best.isPresent() ? first(range, best) : failure(Status.NO_MATCH, noneInstalled(range));
    }

    private static Initialization first(VersionRange range, Optional<LoadedRuntime> loaded) {
        boolean done = false;
        try {
            Findings findings = Findings.look(loaded.map(LoadedRuntime::part));
            if (!matches(findings, range)) {
                return failure(Status.NO_MATCH, mismatch(findings, range));
            }
            if (!findings.problems().isEmpty()) {
                return failure(Status.INCOMPLETE, String.join("; ", findings.problems()));
            }
            Shared made = new Shared(findings, RuntimeDirectory.current().hold(), loaded);
            shared = made;
            done = true;
            return user(made);
        } finally {
            if (!done) {
                loaded.ifPresent(LoadedRuntime::close);
            }
        }
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
                known.loaded.ifPresent(LoadedRuntime::close);
                known.hold.close();
            }
        }
    }

    private static boolean matches(Findings findings, VersionRange range) {
        return range.admits(findings.version());
    }

    private static String mismatch(Findings findings, VersionRange range) {
        return findings.installed()
                .map(part -> "version: needed=" + range + ", loaded=" + part)
                .orElseGet(() -> "version: needed=" + range + ", found=" + findings.api()
                        + "; put a version in that range on the class path");
    }

    private static String noneInstalled(VersionRange range) {
        Optional<Version> api = Findings.contract().version();
        List<String> there = InstalledRuntimes.ofThisUser().list().stream()
                .map(part -> part.version() + (part.api().admits(api) ? "" : " (for ipc-api " + part.api() + ')'))
                .toList();
        return "no transport between processes: " + Providers.howToAdd()
                + ", or install a run-time part by `ipc runtime install FILE`: needed=" + range + " for ipc-api "
                + api.map(Version::toString).orElse("of unknown version") + ", installed="
                + (there.isEmpty() ? "none" : String.join(", ", there)) + ", at "
                + InstalledRuntimes.ofThisUser().path() + "; "
                + Findings.whereLooked(KnownTransports.find());
    }

    private static Initialization failure(Status status, String message) {
        return new Initialization(status, message, Optional.empty());
    }

    /** The findings about this process. */
    public Findings findings() {
        return findings;
    }

    /** The version of what was found, if it is known; see {@link Findings#version}. */
    public Optional<Version> version() {
        return findings.version();
    }

    /** Ends this call's use of the runtime; the last one undoes what the first one did. Idempotent. */
    @Override
    public void close() {
        Runnable mine = release.getAndSet(null);
        if (mine != null) {
            mine.run();
        }
    }
}
