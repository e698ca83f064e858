package io.valise.ipc.services.hosting;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.process.Pauses;
import io.valise.ipc.spi.ServerStarter;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Starts the servers that service manifests describe. Found by {@link java.util.ServiceLoader}. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ManifestStarter implements ServerStarter {
    /** For {@link java.util.ServiceLoader}. */
    public ManifestStarter() {}

    @Override
    public <C> C connect(Endpoint endpoint, long deadlineNanoTime, Dial<C> dial) {
        IpcRuntime.ensure();
        ServiceManifest manifest = ServiceManifest.find(endpoint.name())
                .filter(found -> found.serves(endpoint))
                .orElseThrow(() -> unknown(endpoint));
        return manifest.mode() == InstanceMode.SHARED
                ? shared(manifest, endpoint, new Waiting<>(dial, deadlineNanoTime))
                : ownInstance(manifest, endpoint, new Waiting<>(dial, deadlineNanoTime));
    }

    private static IpcException unknown(Endpoint endpoint) {
        return new IpcException(
                IpcStatus.ENDPOINT_NOT_FOUND,
                "no server serves " + endpoint + ", and no manifest says how to start a server there: looked for "
                        + ManifestFolder.of(ServiceManifest.FOLDER).file(endpoint.name())
                        + " with that among its endpoints",
                Delivery.NOT_SENT);
    }

    /** The holder of the lock starts the process, unless an earlier holder has started one that is not ready yet. */
    private static <C> C shared(ServiceManifest manifest, Endpoint endpoint, Waiting<C> waiting) {
        try (StartLock lock = StartLock.acquire(StartRecord.file(manifest.name()), waiting.deadline)) {
            Optional<C> served = waiting.dial.to(endpoint);
            Optional<ProcessHandle> before = served.isPresent() ? Optional.empty() : lock.lastStarted();
            if (before.isPresent()) {
                served = waiting.whileServing(endpoint, before.get(), lock::isCleared);
            }
            if (served.isPresent()) {
                return served.get();
            }
            return waiting.until(
                    endpoint,
                    () -> {
                        ServerProcess process = ServerProcess.start(manifest.name(), manifest);
                        lock.started(process.handle());
                        return process;
                    },
                    lock::isCleared);
        }
    }

    private static <C> C ownInstance(ServiceManifest manifest, Endpoint endpoint, Waiting<C> waiting) {
        ServiceManifest instance = manifest.instance(ThreadLocalRandom.current().nextInt());
        ServerProcess process = ServerProcess.start(manifest.name(), instance);
        try {
            return waiting.until(new Endpoint(endpoint.scheme(), instance.name()), () -> process, () -> false);
        } catch (RuntimeException e) {
            process.end();
            throw e;
        }
    }

    /** A client that waits for a process to serve. */
    private record Waiting<C>(Dial<C> dial, long deadline) {
        /**
         * Starts a process and waits for it; starts another when that one has served other clients meanwhile and
         * stopped.
         */
        C until(Endpoint endpoint, Supplier<ServerProcess> start, BooleanSupplier hasStopped) {
            Pauses pauses = new Pauses(deadline);
            ServerProcess process = start.get();
            while (true) {
                boolean alive = process.isAlive();
                boolean stopped = hasStopped.getAsBoolean();
                Optional<C> served = dial.to(endpoint);
                if (served.isPresent()) {
                    return served.get();
                }
                if (!alive && !stopped) {
                    throw process.died();
                }
                pauses.pause(
                        "process " + process.handle().pid() + " was started, but does not serve " + endpoint + " yet");
                process = stopped ? start.get() : process;
            }
        }

        /** Waits for a process that another client had started; empty when it has ended, or stopped serving. */
        Optional<C> whileServing(Endpoint endpoint, ProcessHandle process, BooleanSupplier hasStopped) {
            Pauses pauses = new Pauses(deadline);
            while (process.isAlive() && !hasStopped.getAsBoolean()) {
                pauses.pause("process " + process.pid()
                        + " was started for another client, and runs, but does not serve " + endpoint);
                Optional<C> served = dial.to(endpoint);
                if (served.isPresent()) {
                    return served;
                }
            }
            return Optional.empty();
        }
    }
}
