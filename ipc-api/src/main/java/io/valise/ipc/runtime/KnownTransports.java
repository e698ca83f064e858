package io.valise.ipc.runtime;

import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.Transport;
import java.util.Comparator;
import java.util.List;

/**
 * The transports between processes that {@link Providers} finds, fastest first. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class KnownTransports {
    private final Providers<Transport> found;
    private final List<Transport> transports;

    private KnownTransports(Providers<Transport> found) {
        this.found = found;
        transports = found.all().stream()
                .sorted(Comparator.comparingInt(Transport::order))
                .toList();
    }

    /** Finds them; those that cannot be constructed are listed separately. */
    public static KnownTransports find() {
        return new KnownTransports(Providers.transports());
    }

    /** Those that could be constructed, whether or not they work here. */
    public List<Transport> all() {
        return transports;
    }

    /** Those of {@link #all} that stay on this machine: what {@code any:} stands for, and what servers here are looked for by. */
    public List<Transport> ofThisMachine() {
        return reaching(Transport.Reach.MACHINE);
    }

    /** Those of {@link #all} that reach other machines: a server on one says who may call. */
    public List<Transport> ofNetworks() {
        return reaching(Transport.Reach.NETWORK);
    }

    private List<Transport> reaching(Transport.Reach far) {
        return transports.stream().filter(transport -> transport.reach() == far).toList();
    }

    /** Those that serve other users of the machine, as they do ({@link Transport#systemWide()}), fastest first. */
    public List<Transport> systemWide() {
        return Transport.systemWide(transports);
    }

    /** Those that could not be constructed, and why. */
    public List<String> broken() {
        return found.broken();
    }

    /** Whether there is none, not even one that is broken. */
    boolean isEmpty() {
        return transports.isEmpty() && found.broken().isEmpty();
    }

    /** Which class loaders were asked, for messages. */
    public String asked() {
        return found.asked();
    }
}
