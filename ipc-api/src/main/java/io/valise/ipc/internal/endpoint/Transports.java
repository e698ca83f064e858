package io.valise.ipc.internal.endpoint;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.local.LocalTransport;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The transports there are, by scheme: {@code local}, those that {@link Providers} finds, and those passed. Immutable. */
public final class Transports {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final String SYSTEM_WIDE = Endpoint.SYSTEM + '-';
    private static final int MOST_WARNINGS = 100;
    private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();
    private static final Transport LOCAL = new LocalTransport();

    private final Map<String, Transport> byScheme = new TreeMap<>();
    private final Providers<Transport> found;

    private Transports(List<Transport> passed) {
        passed.forEach(this::add);
        found = Providers.transports();
        addUnlessPassed(LOCAL, passed);
        found.all().forEach(discovered -> addUnlessPassed(discovered, passed));
    }

    private void addUnlessPassed(Transport discovered, List<Transport> passed) {
        if (passed.stream().noneMatch(mine -> mine.getClass() == discovered.getClass())) {
            add(discovered);
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
                    + Providers.describe(other) + " and " + Providers.describe(transport)
                    + "; remove one from the class path");
        }
    }

    /** The transport of a scheme. */
    public Transport of(Endpoint endpoint) {
        Transport transport = byScheme.get(endpoint.scheme());
        if (transport == null && endpoint.isSystemWide()) {
            Transport ofOneUser = byScheme.get(endpoint.scheme().substring(SYSTEM_WIDE.length()));
            transport = ofOneUser == null ? null : ofOneUser.systemWide();
        }
        if (transport == null) {
            throw unsupported("no transport for " + endpoint + ": found " + byScheme.keySet() + brokenOnes() + "; "
                    + found.asked() + "; " + Providers.howToAdd(endpoint.scheme()));
        }
        return transport;
    }

    private String brokenOnes() {
        return found.broken().isEmpty() ? "" : "; broken: " + String.join("; ", found.broken());
    }

    /** Why each of those that were found, but could not be made, could not be. */
    List<String> broken() {
        return found.broken();
    }

    /** Whether {@code any:} reaches other processes by one; whether it works here is another question. */
    boolean reachOtherProcesses() {
        return inOrder().stream().anyMatch(transport -> !transport.scheme().equals(LocalTransport.SCHEME));
    }

    /** Which class loaders were asked, for messages. */
    String asked() {
        return found.asked();
    }

    /** Warns, once per process, that {@code any:} or {@code system:} goes without a transport. */
    static void leftOut(Endpoint collective, Transport transport, String reason) {
        String text = collective.scheme() + ": goes without " + transport.scheme() + ": " + reason;
        if (WARNED.size() < MOST_WARNINGS && WARNED.add(text)) {
            LOG.log(Level.WARNING, text);
        }
    }

    /** All that stay on this machine, the fastest first: a collective address never crosses to another one. */
    List<Transport> inOrder() {
        return byScheme.values().stream()
                .filter(transport -> transport.reach() == Transport.Reach.MACHINE)
                .sorted(Comparator.comparingInt(Transport::order))
                .toList();
    }

    /** Those that a collective address stands for, the fastest first. */
    List<Transport> inOrder(Endpoint collective) {
        return collective.isAny() ? inOrder() : Transport.systemWide(inOrder());
    }

    /** Of the reasons why transports do not work, the first that is not just a lack of them. */
    static IpcStatus moreSpecific(IpcStatus known, IpcException more) {
        return known == IpcStatus.UNSUPPORTED ? more.status() : known;
    }

    private static IpcException unsupported(String message) {
        return new IpcException(IpcStatus.UNSUPPORTED, message, Delivery.NOT_SENT);
    }
}
