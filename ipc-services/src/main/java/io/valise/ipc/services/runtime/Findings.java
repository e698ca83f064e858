package io.valise.ipc.services.runtime;

import io.valise.ipc.IpcServer;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.Transport;
import java.lang.module.ModuleDescriptor.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which parts of the library are in this process, and their problems. Immutable.
 *
 * @param api the contract, {@code ipc-api}
 * @param services this module, {@code ipc-services}
 * @param transports those that were found, fastest first
 * @param problems what is missing or does not fit, one line each; empty when there are none
 * @since 0.1.0
 */
public record Findings(Component api, Component services, List<Component> transports, List<String> problems) {
    /** Lists are copied. */
    public Findings {
        transports = List.copyOf(transports);
        problems = List.copyOf(problems);
    }

    /** Examines this process. */
    static Findings look() {
        KnownTransports known = KnownTransports.find();
        Component api = Component.of(IpcServer.class);
        Component services = Component.of(IpcRuntime.class);
        List<Component> transports = new ArrayList<>();
        List<String> problems = new ArrayList<>(known.broken());
        checkFit(api, services, problems);
        for (Transport transport : known.all()) {
            Component component = Component.of(transport.getClass());
            transports.add(component);
            checkFit(api, component, problems);
        }
        checkAny(known, problems);
        return new Findings(api, services, transports, problems);
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

    private static String whereLooked(KnownTransports known) {
        return "looked for providers of " + Transport.class.getName() + ": " + known.asked() + ", class path="
                + setting("java.class.path") + ", module path=" + setting("jdk.module.path");
    }

    private static String setting(String property) {
        String value = System.getProperty(property, "");
        return value.length() <= 2000 ? value : value.substring(0, 2000) + "…";
    }

    /** The version that counts for a {@link VersionRange}, if it is known. */
    public Optional<Version> version() {
        return api.version();
    }
}
