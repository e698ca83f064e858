package io.valise.ipc.spi.schema;

import io.valise.ipc.CallKind;
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

    /** The event by which an end tells which references it has dropped. */
    public static final String RELEASE = "objects.release";

    private ObjectService() {}

    /** Whether a call is one that the library makes by itself, to release references. */
    public static boolean isRelease(CallKind kind, String name) {
        return kind == CallKind.EVENT && name.equals(RELEASE);
    }

    /** The name of the method that a message to a service calls; empty when it calls none. */
    public static Optional<String> method(String service, ValueSet message) {
        return (service.equals(HELD) || service.startsWith(ROOT))
                        && message.contains(METHOD)
                        && message.get(METHOD) instanceof String key
                ? Optional.of(key.indexOf('/') < 0 ? key : key.substring(0, key.indexOf('/')))
                : Optional.empty();
    }
}
