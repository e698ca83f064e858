package io.valise.ipc.internal.endpoint;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.local.LocalTransport;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Serves an address that stands for several transports. One that does not work here is passed over as long as another one
 * does. {@code local:} alone is not enough: a server that no other process can reach is asked for by that name. Confined to
 * one thread.
 */
final class CollectiveListening {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final Endpoint address;
    private final Transports transports;
    private final List<String> reasons;
    private final Map<Transport, Throwable> failed = new LinkedHashMap<>();
    private IpcStatus status = IpcStatus.UNSUPPORTED;
    private boolean reachable;

    CollectiveListening(Endpoint address, Transports transports) {
        this.address = address;
        this.transports = transports;
        this.reasons = new ArrayList<>(transports.broken());
    }

    /** Listens at each concrete address; fails when no other process can reach one of them. */
    void listen(BiConsumer<Endpoint, Transport> listen) {
        transports.inOrder(address).forEach(transport -> listen(transport, listen));
        if (!reachable) {
            throw none();
        }
        failed.forEach(this::passedOver);
    }

    private void listen(Transport transport, BiConsumer<Endpoint, Transport> listen) {
        Availability availability = Availability.of(transport);
        try {
            if (availability.available()) {
                listen.accept(address.withScheme(transport.scheme()), transport);
                reachable |= !transport.scheme().equals(LocalTransport.SCHEME);
            } else {
                Transports.leftOut(address, transport, availability.detail());
                reasons.add(transport.scheme() + ": " + availability.detail());
                status = Transports.moreSpecific(status, availability.refusal());
            }
        } catch (IpcException e) {
            if (e.status() == IpcStatus.ADDRESS_IN_USE) {
                throw e;
            }
            failed.put(transport, e);
            reasons.add(transport.scheme() + ": " + e.reason());
            status = Transports.moreSpecific(status, e);
        } catch (RuntimeException | LinkageError e) { // a transport's own fault is no reason not to serve at all
            failed.put(transport, e);
            reasons.add(transport.scheme() + ": " + e);
        }
    }

    private void passedOver(Transport transport, Throwable why) {
        if (why instanceof IpcException known && known.status() == IpcStatus.UNSUPPORTED) {
            Transports.leftOut(address, transport, known.reason());
        } else {
            LOG.log(Level.WARNING, "serving " + address + ": passing over " + transport.scheme(), why);
        }
    }

    private IpcException none() {
        if (reasons.isEmpty()) {
            reasons.add(
                    "there is none; " + transports.asked() + "; " + Providers.howToAdd() + "; or serve local: by name");
        }
        IpcException none = new IpcException(
                status,
                "no transport between processes works here for " + address + ": " + String.join("; ", reasons),
                Delivery.NOT_SENT);
        failed.values().forEach(none::addSuppressed);
        return none;
    }
}
