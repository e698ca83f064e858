package io.valise.ipc.internal.endpoint;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.local.LocalTransport;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The transports there are, by scheme: {@code local}, those {@link ServiceLoader} finds, and those passed. Immutable. */
public final class Transports {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final int MOST_BROKEN = 100;
    private static volatile Found found = new Found(null, List.of(), List.of());

    private final Map<String, Transport> byScheme = new TreeMap<>();
    private final List<String> broken;

    /** What a class loader gave. */
    private record Found(@Nullable ClassLoader loader, List<Transport> transports, List<String> broken) {}

    private Transports(List<Transport> passed) {
        passed.forEach(this::add);
        Found discovery = discover();
        broken = discovery.broken();
        for (Transport discovered : discovery.transports()) {
            if (passed.stream().noneMatch(mine -> mine.getClass() == discovered.getClass())) {
                add(discovered);
            }
        }
    }

    /**
     * What there is, with these beside.
     *
     * @throws IpcException {@code UNSUPPORTED} when two transports claim one scheme; the message names both
     */
    public static Transports with(List<Transport> passed) {
        return new Transports(passed);
    }

    private void add(Transport transport) {
        Transport other = byScheme.putIfAbsent(transport.scheme(), transport);
        if (other != null) {
            throw unsupported("two transports for scheme " + transport.scheme() + ": "
                    + other.getClass().getName() + " and "
                    + transport.getClass().getName()
                    + "; remove one from the class path");
        }
    }

    /** The transport of a scheme. */
    public Transport of(Endpoint endpoint) {
        Transport transport = byScheme.get(endpoint.scheme());
        if (transport == null) {
            throw unsupported("no transport for " + endpoint + ": found " + byScheme.keySet()
                    + "; add the module of scheme " + endpoint.scheme() + " to the class path");
        }
        return transport;
    }

    /** Why each of those that were found, but could not be made, could not be. */
    List<String> broken() {
        return broken;
    }

    /** All, the fastest first. */
    public List<Transport> inOrder() {
        Collection<Transport> all = byScheme.values();
        return all.stream().sorted(Comparator.comparingInt(Transport::order)).toList();
    }

    private static Found discover() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context != null ? context : Transports.class.getClassLoader();
        Found known = found;
        if (known.loader() != loader || known.transports().isEmpty()) {
            known = load(loader);
            found = known;
        }
        return known;
    }

    private static Found load(ClassLoader loader) {
        List<Transport> all = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        all.add(new LocalTransport());
        Iterator<Transport> providers =
                ServiceLoader.load(Transport.class, loader).iterator();
        while (broken.size() < MOST_BROKEN) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                all.add(providers.next());
            } catch (ServiceConfigurationError | LinkageError e) { // the iterator goes on behind it
                LOG.log(Level.WARNING, "a transport is broken and left out: " + e.getMessage(), e);
                broken.add(String.valueOf(e.getMessage()));
            }
        }
        return new Found(loader, List.copyOf(all), List.copyOf(broken));
    }

    /** Whether a transport works here; one that fails even to say so does not. */
    static Availability availability(Transport transport) {
        try {
            return transport.availability();
        } catch (RuntimeException | LinkageError e) { // such as a library that is missing
            return Availability.no(e.toString(), e);
        }
    }

    /** Of the reasons why transports do not work, the first that is not just a lack of them. */
    static IpcStatus telling(IpcStatus known, IpcException more) {
        return known == IpcStatus.UNSUPPORTED ? more.status() : known;
    }

    private static IpcException unsupported(String message) {
        return new IpcException(IpcStatus.UNSUPPORTED, message, Delivery.NOT_SENT);
    }
}
