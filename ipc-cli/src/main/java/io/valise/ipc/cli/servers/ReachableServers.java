package io.valise.ipc.cli.servers;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.runtime.KnownTransports;
import io.valise.ipc.services.catalog.ServiceCatalog;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The servers of this user, if any transport works here. Stateless. */
public final class ReachableServers {
    private ReachableServers() {}

    /**
     * The catalog of the servers, with a timeout for each answer.
     *
     * @throws IpcException {@code UNSUPPORTED} when no transport works: an empty list would be misleading
     */
    public static ServiceCatalog within(Duration timeout) {
        List<String> reasons = new ArrayList<>();
        for (Transport transport : KnownTransports.find().ofThisMachine()) {
            Availability availability = Availability.of(transport);
            if (availability.available()) {
                return ServiceCatalog.ofThisUser().waiting(timeout);
            }
            reasons.add(transport.scheme() + ": " + availability.detail());
        }
        if (reasons.isEmpty()) {
            reasons.add("there is none: " + Providers.howToAdd());
        }
        throw new IpcException(
                IpcStatus.UNSUPPORTED, "no transport between processes works here; " + String.join("; ", reasons));
    }
}
