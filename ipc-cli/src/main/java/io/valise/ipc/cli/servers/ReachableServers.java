package io.valise.ipc.cli.servers;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.catalog.KnownTransports;
import io.valise.ipc.services.catalog.ServiceCatalog;
import java.time.Duration;

/** The servers of this user, unless nothing can be reached here at all. Stateless. */
public final class ReachableServers {
    private ReachableServers() {}

    /**
     * The catalog of the servers, which waits so long for each answer.
     *
     * @throws IpcException {@code UNSUPPORTED} when no transport works: that nobody is found would then be misleading
     */
    public static ServiceCatalog within(Duration patience) {
        boolean any = KnownTransports.find().all().stream()
                .anyMatch(transport -> transport.availability().available());
        if (!any) {
            throw new IpcException(IpcStatus.UNSUPPORTED, "no transport between processes works here");
        }
        return ServiceCatalog.ofThisUser().waiting(patience);
    }
}
