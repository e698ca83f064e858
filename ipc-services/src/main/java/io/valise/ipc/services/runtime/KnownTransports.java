package io.valise.ipc.services.runtime;

import io.valise.ipc.spi.Transport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The transports between processes on the class path or module path, fastest first. Immutable and thread-safe. */
public final class KnownTransports {
    private final List<Transport> transports;
    private final List<String> broken;

    private KnownTransports(List<Transport> transports, List<String> broken) {
        this.transports = transports;
        this.broken = broken;
    }

    /** Finds them; one that cannot even be made is told apart. */
    public static KnownTransports find() {
        List<Transport> found = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        ServiceLoader.load(Transport.class).stream().forEach(provider -> {
            try {
                found.add(provider.get());
            } catch (ServiceConfigurationError | LinkageError e) {
                broken.add(provider.type().getName() + ": " + e);
            }
        });
        found.sort(Comparator.comparingInt(Transport::order));
        return new KnownTransports(List.copyOf(found), List.copyOf(broken));
    }

    /** Those that could be made; whether they work here is another question. */
    public List<Transport> all() {
        return transports;
    }

    /** Those that could not be made, and why. */
    public List<String> broken() {
        return broken;
    }
}
