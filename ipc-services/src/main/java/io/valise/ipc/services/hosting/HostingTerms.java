package io.valise.ipc.services.hosting;

import io.valise.ipc.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a service's process serves and for how long. Whoever starts the process tells it by environment variables;
 * started by hand, it goes by its manifest. Immutable.
 *
 * @param service the name of its addresses
 * @param endpoints the addresses
 * @param idle how long it stays when nobody uses it; empty for ever
 * @param afterUse the same after its first connection
 */
record HostingTerms(String service, List<String> endpoints, Optional<Duration> idle, Optional<Duration> afterUse) {
    private static final String SERVICE = "VALISE_SERVICE";
    private static final String ENDPOINTS = "VALISE_SERVICE_ENDPOINTS";
    private static final String IDLE = "VALISE_SERVICE_IDLE";
    private static final String INSTANCES = "VALISE_SERVICE_INSTANCES";
    /** A process for one connection ends with it, but not before a client that dials again had the time to. */
    private static final Duration AFTER_ITS_CONNECTION = Duration.ofMillis(200);

    static HostingTerms of(ServiceManifest manifest) {
        List<String> addresses =
                manifest.endpoints().stream().map(Endpoint::toString).toList();
        return of(manifest.name(), addresses, manifest.idle(), manifest.mode());
    }

    private static HostingTerms of(String service, List<String> endpoints, Duration idle, InstanceMode mode) {
        boolean lingers = mode == InstanceMode.SHARED || idle.compareTo(AFTER_ITS_CONNECTION) < 0;
        return new HostingTerms(
                service, endpoints, Optional.of(idle), Optional.of(lingers ? idle : AFTER_ITS_CONNECTION));
    }

    /** Those of this process for a service. */
    static HostingTerms ofThisProcess(String service) {
        return told(service, System.getenv())
                .or(() -> ServiceManifest.find(service).map(HostingTerms::of))
                .orElseGet(() -> new HostingTerms(
                        service, List.of(Endpoint.ANY + ':' + service), Optional.empty(), Optional.empty()));
    }

    /** What the environment says, if it is meant for this service: its own name or that of an instance. */
    static Optional<HostingTerms> told(String service, Map<String, String> environment) {
        String told = environment.getOrDefault(SERVICE, "");
        if (!told.equals(service) && !told.startsWith(service + '.')) {
            return Optional.empty();
        }
        return Optional.of(of(
                told,
                List.of(environment
                        .getOrDefault(ENDPOINTS, Endpoint.ANY + ':' + told)
                        .split(" ", -1)),
                Duration.parse(environment.getOrDefault(IDLE, ServiceManifest.DEFAULT_IDLE.toString())),
                InstanceMode.valueOf(environment.getOrDefault(INSTANCES, InstanceMode.SHARED.name()))));
    }

    void tell(Map<String, String> environment) {
        environment.put(SERVICE, service);
        environment.put(ENDPOINTS, String.join(" ", endpoints));
        idle.ifPresent(time -> environment.put(IDLE, time.toString()));
        environment.put(INSTANCES, (idle.equals(afterUse) ? InstanceMode.SHARED : InstanceMode.PER_CONNECTION).name());
    }
}
