package io.valise.ipc.services.catalog;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.services.hosting.ServiceManifest;
import io.valise.ipc.services.manifest.ManifestFolder;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The servers that manifests describe and that are not running. Stateless. */
final class Startable {
    private Startable() {}

    static List<ServerStatus> besides(List<ServerStatus> running) {
        Set<String> alive = running.stream()
                .filter(ServerStatus::answers)
                .map(server -> server.endpoint().name())
                .collect(Collectors.toSet());
        return ManifestFolder.of(ServiceManifest.FOLDER).names().stream()
                .filter(name -> !alive.contains(name))
                .flatMap(Startable::addresses)
                .toList();
    }

    private static Stream<ServerStatus> addresses(String name) {
        try {
            return ServiceManifest.find(name).stream()
                    .flatMap(manifest ->
                            manifest.endpoints().stream().map(address -> ServerStatus.startable(address, manifest)));
        } catch (RuntimeException e) { // a fault in one manifest does not hide the others
            String problem = e instanceof IpcException known ? known.reason() : e.toString();
            return Stream.of(ServerStatus.silent(new Endpoint(Endpoint.ANY, name), problem));
        }
    }
}
