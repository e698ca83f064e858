package io.valise.ipc.services.hosting;

import io.valise.ipc.Endpoint;
import io.valise.ipc.services.process.ServiceLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses of a service's process and its idle time. The process that starts it passes them in environment
 * variables; started by hand, it reads its manifest. Immutable.
 *
 * @param service the name of its addresses
 * @param endpoints the addresses
 * @param idle how long it stays after its last connection; empty for ever
 * @param mode how many processes there are
 */
record HostingTerms(String service, List<String> endpoints, Optional<Duration> idle, InstanceMode mode) {
    private static final String SERVICE = "VALISE_SERVICE";
    private static final String ENDPOINTS = "VALISE_SERVICE_ENDPOINTS";
    private static final String IDLE = "VALISE_SERVICE_IDLE";
    private static final String INSTANCES = "VALISE_SERVICE_INSTANCES";
    /** The name of an instance of a service with one for each connection. */
    private static final Pattern INSTANCE = Pattern.compile("(.+)\\.([0-9a-f]{8})");
    /** A process for one connection ends this long after it: then a client that has just listed the servers is gone. */
    private static final Duration AFTER_ITS_CONNECTION = Duration.ofMillis(200);

    static HostingTerms of(ServiceManifest manifest) {
        List<String> addresses =
                manifest.endpoints().stream().map(Endpoint::toString).toList();
        return new HostingTerms(manifest.name(), addresses, Optional.of(manifest.idle()), manifest.mode());
    }

    /** For ever, at some addresses. */
    static HostingTerms forEver(String service, String... endpoints) {
        return new HostingTerms(service, List.of(endpoints), Optional.empty(), InstanceMode.SHARED);
    }

    /** How long it waits for its first connection: the client that had it started may be slow, however short the idle time is. */
    Optional<Duration> beforeUse() {
        return idle.map(time -> longer(time, ServiceManifest.DEFAULT_IDLE));
    }

    /** How long it stays after a connection. */
    Optional<Duration> afterUse() {
        boolean shared = mode == InstanceMode.SHARED;
        return idle.map(time -> shared || time.compareTo(AFTER_ITS_CONNECTION) < 0 ? time : AFTER_ITS_CONNECTION);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** Those of this process for a service. */
    static HostingTerms ofThisProcess(String service) {
        return told(service, System.getenv())
                .or(() -> ServiceManifest.find(service).map(HostingTerms::of))
                .orElseGet(() -> forEver(service, Endpoint.ANY + ':' + service));
    }

    /** The terms in the environment, if they are for this service: they name it or an instance of it. */
    static Optional<HostingTerms> told(String service, Map<String, String> environment) {
        String told = environment.getOrDefault(SERVICE, "");
        InstanceMode mode = InstanceMode.valueOf(environment.getOrDefault(INSTANCES, InstanceMode.SHARED.name()));
        if (!told.equals(service) && !isInstance(told, service, mode)) {
            return Optional.empty();
        }
        String endpoints = environment.getOrDefault(ENDPOINTS, Endpoint.ANY + ':' + told);
        return Optional.of(new HostingTerms(
                told,
                List.of(endpoints.split(" ", -1)),
                Optional.of(Duration.parse(environment.getOrDefault(IDLE, ServiceManifest.DEFAULT_IDLE.toString()))),
                mode));
    }

    private static boolean isInstance(String told, String service, InstanceMode mode) {
        Matcher parts = INSTANCE.matcher(told);
        return mode == InstanceMode.PER_CONNECTION
                && parts.matches()
                && parts.group(1).equals(service);
    }

    /** The name of its log, which no other service's process uses. */
    String logName() {
        Matcher parts = INSTANCE.matcher(service);
        return mode == InstanceMode.PER_CONNECTION && parts.matches()
                ? ServiceLog.ofInstance(parts.group(1), parts.group(2))
                : service;
    }

    void tell(Map<String, String> environment) {
        environment.put(SERVICE, service);
        environment.put(ENDPOINTS, String.join(" ", endpoints));
        idle.ifPresent(time -> environment.put(IDLE, time.toString()));
        environment.put(INSTANCES, mode.name());
    }
}
