package io.valise.ipc.runtime;

import io.valise.ipc.IpcServer;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.Transport;
import java.lang.module.ModuleDescriptor.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which parts of the library are in this process, and their problems. Immutable.
 *
 * @param api the contract, {@code ipc-api}
 * @param services {@code ipc-services}, if it is there
 * @param transports those that were found, fastest first
 * @param installed the installed run-time part that they come from; empty where the program has its own
 * @param problems what is missing or does not fit, one line each; empty when there are none
 * @since 0.1.0
 */
public record Findings(
        Component api,
        Optional<Component> services,
        List<Component> transports,
        Optional<InstalledRuntime> installed,
        List<String> problems) {
    private static final String SERVICES = "io.valise.ipc.services";

    /** Lists are copied. */
    public Findings {
        transports = List.copyOf(transports);
        problems = List.copyOf(problems);
    }

    /**
     * Examines this process.
     *
     * @param installed what was loaded; its manifest has said that it fits
     */
    static Findings look(Optional<InstalledRuntime> installed) {
        KnownTransports known = KnownTransports.find();
        Component api = contract();
        Optional<Component> services = Providers.starters().all().stream()
                .map(starter -> Component.of(starter.getClass()))
                .filter(part -> part.name().equals(SERVICES) || part.name().startsWith(SERVICES + '.'))
                .findFirst();
        List<Component> transports = known.all().stream()
                .map(transport -> Component.of(transport.getClass()))
                .toList();
        List<String> problems = new ArrayList<>(known.broken());
        if (installed.isEmpty()) {
            Stream.concat(services.stream(), transports.stream()).forEach(part -> checkFit(api, part, problems));
        }
        checkAny(known, problems);
        return new Findings(api, services, transports, installed, problems);
    }

    /** The contract in this process. */
    static Component contract() {
        return Component.of(IpcServer.class);
    }

    private static void checkFit(Component api, Component part, List<String> problems) {
        Optional<Version> wanted = part.builtFor();
        if (api.version().isPresent()
                && wanted.isPresent()
                && !VersionRange.fit(api.version().get(), wanted.get())) {
            problems.add(part + " was built for io.valise.ipc " + wanted.get() + ", which does not fit " + api
                    + ": use one version of all");
        }
    }

    private static void checkAny(KnownTransports known, List<String> problems) {
        List<String> reasons = new ArrayList<>();
        for (Transport transport : known.all()) {
            Availability availability = Availability.of(transport);
            if (availability.available()) {
                return;
            }
            reasons.add(transport.scheme() + ": " + availability.detail());
        }
        problems.add(
                reasons.isEmpty()
                        ? "no transport between processes: " + Providers.howToAdd() + "; " + whereLooked(known)
                        : "no transport works here: " + reasons);
    }

    /** Where providers were looked for, for messages. */
    static String whereLooked(KnownTransports known) {
        return "looked for providers of " + Transport.class.getName() + ": " + known.asked() + ", class path="
                + setting("java.class.path") + ", module path=" + setting("jdk.module.path");
    }

    private static String setting(String property) {
        String value = System.getProperty(property, "");
        return value.length() <= 2000 ? value : value.substring(0, 2000) + "…";
    }

    /**
     * The version that counts for a {@link VersionRange}, if it is known: that of the installed run-time part where one was
     * loaded, else that of the contract.
     */
    public Optional<Version> version() {
        return installed.map(InstalledRuntime::version).or(api::version);
    }
}
