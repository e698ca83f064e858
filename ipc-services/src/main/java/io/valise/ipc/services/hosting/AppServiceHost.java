package io.valise.ipc.services.hosting;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Stats;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.ShutdownHook;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An {@link AppService} being served, until it was unused for its idle time, the process is told to end, or it is
 * closed. Thread-safe.
 *
 * <pre>{@code
 * public static void main(String[] arguments) throws InterruptedException {
 *     AppServiceHost.run("quotes", server -> server.service("price", request -> ValueSet.of("bid", 101.25)));
 * }
 * }</pre>
 *
 * <p>The {@link ServiceManifest} of that name sets the addresses and the idle time. Without one it serves {@code
 * any:NAME} until the process is told to end.
 *
 * @since 0.1.0
 */
public final class AppServiceHost implements AutoCloseable {
    private static final Logger LOG = SafeLog.of(AppServiceHost.class);
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final AppService service;
    private final HostingTerms terms;
    private final IdleWatch idle = new IdleWatch(this::stopIfUnused);
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CompletableFuture<StopReason> stopped = new CompletableFuture<>();
    private final IpcServer server;
    private volatile @Nullable ShutdownHook hook;

    private AppServiceHost(AppService service, HostingTerms terms) {
        this.service = service;
        this.terms = terms;
        IpcServer.Builder builder = IpcServer.builder(terms.endpoints().toArray(String[]::new))
                .onDisconnect((connection, reason) -> left(connection.stats()));
        service.offer(builder);
        server = builder.start();
    }

    /**
     * Serves in this process as the service's manifest says, until it stops; then the main method returns.
     *
     * @return why it stopped
     * @throws IpcException as {@link IpcServer.Builder#start}, and {@code PROTOCOL_ERROR} when the manifest is malformed
     */
    public static StopReason run(String name, AppService service) throws InterruptedException {
        try (AppServiceHost host = start(name, service)) {
            return host.awaitStopped();
        }
    }

    /** Like {@link #run}, and returns as soon as it serves. */
    public static AppServiceHost start(String name, AppService service) {
        IpcRuntime.ensure();
        HostingTerms terms = HostingTerms.ofThisProcess(name);
        if (HostingTerms.told(name, System.getenv()).isPresent()) { // started by a client: its output goes to a log
            ServerProcess.log(terms).guardOutput();
        }
        AppServiceHost host = new AppServiceHost(service, terms);
        host.stopAtExit();
        host.terms.beforeUse().ifPresent(host.idle::begin);
        return host;
    }

    /** Serves {@code local:NAME}, to clients in this process alone, until it is closed. */
    public static AppServiceHost inThisProcess(String name, AppService service) {
        return new AppServiceHost(service, HostingTerms.forEver(name, "local:" + name));
    }

    /** The addresses served. */
    public List<Endpoint> endpoints() {
        return server.endpoints();
    }

    /** The server: for broadcasts, and to see who is connected. */
    public IpcServer server() {
        return server;
    }

    /** Waits until it has stopped; returns why. */
    public StopReason awaitStopped() throws InterruptedException {
        try {
            return stopped.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it never completes exceptionally
        }
    }

    /** Stops; requests under way have two seconds. Idempotent. */
    @Override
    public void close() {
        stop(StopReason.CLOSED);
    }

    /** A client that only called valise.info, as `ipc list` does, does not keep the server running. */
    private void left(Stats did) {
        if (onlyLooked(did)) {
            idle.askIfDue();
        } else {
            terms.afterUse().ifPresent(idle::askAfter);
        }
    }

    private static boolean onlyLooked(Stats did) {
        long others = did.requestsServed() - did.builtInRequestsServed() + did.requestsRefused();
        return did.builtInRequestsServed() > 0
                && others + did.eventsReceived() + did.requestsSent() + did.eventsSent() == 0;
    }

    private void stopIfUnused() {
        if (server.closeIfUnused()) {
            stop(StopReason.IDLE);
        }
    }

    private void stop(StopReason reason) {
        if (stopping.compareAndSet(false, true)) {
            tell(reason);
            server.shutdown(GRACE); // at once when it is closed already
            makeWay();
            idle.close();
            forgetHook();
            stopped.complete(reason);
        }
    }

    private void tell(StopReason reason) {
        try {
            service.stopping(reason);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "service " + terms.service() + " failed to hear that it stops: " + reason, e);
        }
    }

    private void makeWay() {
        try {
            if (terms.idle().isPresent()) {
                StartRecord.clearOwn(terms.service());
                ServerProcess.log(terms).deleteIfEmpty();
            }
        } catch (IOException | IpcException e) {
            LOG.log(Level.DEBUG, "the next start waits for the end of this process", e);
        }
    }

    /** @throws IllegalStateException when the process is ending already; then the server is closed */
    private void stopAtExit() {
        try {
            hook = ShutdownHook.add("valise-app-service-stop", () -> stop(StopReason.TERMINATING));
        } catch (IllegalStateException e) {
            close();
            throw e;
        }
    }

    private void forgetHook() {
        ShutdownHook added = hook;
        if (added != null) {
            added.remove();
        }
    }
}
