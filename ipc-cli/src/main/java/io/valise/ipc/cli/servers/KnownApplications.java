package io.valise.ipc.cli.servers;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.IssuedGrants;
import io.valise.ipc.services.catalog.ServerStatus;
import io.valise.ipc.services.loopback.LoopbackManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Collects the applications that servers, loopback manifests and grants of this user name, what Get-AppxPackage lists on
 * Windows. Confined to one thread.
 */
public final class KnownApplications {
    private static final String COMMAND = "ipc";

    /** By the id of a publisher, the name of its key file. */
    private final Map<String, String> publishers = new TreeMap<>();

    private final Map<String, List<String>> places = new TreeMap<>();
    private Optional<AppIdentity> self = Optional.empty();

    private final Consumer<IpcException> unreadable;

    private KnownApplications(Consumer<IpcException> unreadable) {
        this.unreadable = unreadable;
    }

    /**
     * All that are known, in the order of their ids.
     *
     * @param timeout how long to wait for each server
     * @param unreadable is given the error of each key and copy of a grant that cannot be read
     */
    public static List<KnownApplication> within(Duration timeout, Consumer<IpcException> unreadable) {
        KnownApplications known = new KnownApplications(unreadable);
        AppIdentity.publishers().forEach(known::publisher);
        LoopbackManifest.applicationIds().forEach(known::manifest);
        known.self.ifPresent(self -> known.servers(self, timeout)); // without a key no server has an identity
        return known.places.entrySet().stream()
                .map(each -> new KnownApplication(
                        each.getKey(),
                        Optional.ofNullable(known.publishers.get(publisherOf(each.getKey()))),
                        each.getValue()))
                .toList();
    }

    private static String publisherOf(String id) {
        return id.substring(id.lastIndexOf('_') + 1);
    }

    private void add(String id, String place) {
        List<String> known = places.computeIfAbsent(id, absent -> new ArrayList<>());
        if (!known.contains(place)) {
            known.add(place);
        }
    }

    private void publisher(String name) {
        try {
            AppIdentity.find(name, COMMAND).ifPresent(identity -> publisher(name, identity));
        } catch (IpcException damaged) {
            unreadable.accept(damaged);
        }
    }

    private void publisher(String name, AppIdentity identity) {
        publishers.putIfAbsent(identity.publisherId(), name);
        self = self.or(() -> Optional.of(identity));
        for (CapabilityGrant grant : IssuedGrants.of(identity).list(unreadable)) {
            grant.applicationIds().forEach(id -> add(id, "grant of " + name + " for " + grant.capability()));
        }
    }

    private void manifest(String id) {
        try {
            LoopbackManifest.find(id).ifPresent(manifest -> {
                add(id, "its loopback manifest");
                manifest.in().applications().forEach(peer -> add(peer, "loopback manifest of " + id));
                manifest.out().applications().forEach(peer -> add(peer, "loopback manifest of " + id));
            });
        } catch (IpcException damaged) {
            add(id, "damaged: " + damaged.reason());
        }
    }

    private void servers(AppIdentity as, Duration timeout) {
        List<ServerStatus> running = ReachableServers.within(timeout).running();
        for (ServerStatus server : new ServerLoad(running, System.nanoTime()).distinct()) {
            if (server.timedOut()) {
                continue; // it is not waited for again
            }
            String place = "server " + server.endpoint()
                    + server.pid().map(pid -> " (pid " + pid + ')').orElse("");
            applicationAt(server.endpoint(), as, timeout).ifPresent(id -> add(id, place));
        }
    }

    /** Empty too for a server that went away, or that refuses this command: nothing is known of it. */
    private static Optional<String> applicationAt(Endpoint endpoint, AppIdentity as, Duration timeout) {
        try (IpcConnection connection =
                IpcClient.builder(endpoint).identity(as).connectTimeout(timeout).connect()) {
            return connection.peer().applicationId();
        } catch (IpcException unknown) {
            return Optional.empty();
        }
    }
}
