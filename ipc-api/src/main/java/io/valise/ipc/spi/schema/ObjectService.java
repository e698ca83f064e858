package io.valise.ipc.spi.schema;

import io.valise.ipc.ValueSet;
import java.util.Optional;

/** The names by which methods of remote objects are called. Stateless, thread-safe. */
public final class ObjectService {
    /** The service of objects that the peer holds; their id is in the message. */
    public static final String HELD = "objects.call";
    /** What the service of an exported object begins with; the name of its interface follows. */
    public static final String ROOT = "object:";
    /** The method in the message: its name, a slash, and what tells overloads apart. */
    public static final String METHOD = "m";

    private ObjectService() {}

    /** The name of the method that a message to a service calls; empty when it calls none. */
    public static Optional<String> method(String service, ValueSet message) {
        return (service.equals(HELD) || service.startsWith(ROOT))
                        && message.contains(METHOD)
                        && message.get(METHOD) instanceof String key
                ? Optional.of(key.indexOf('/') < 0 ? key : key.substring(0, key.indexOf('/')))
                : Optional.empty();
    }
}
