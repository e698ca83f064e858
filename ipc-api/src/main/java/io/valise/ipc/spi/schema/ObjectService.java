package io.valise.ipc.spi.schema;

import io.valise.ipc.CallKind;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.work.Completions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The names by which methods of remote objects are called. Stateless, thread-safe. */
public final class ObjectService {
    /** The service of objects that the peer holds; their id is in the message. */
    public static final String HELD = "objects.call";
    /** What the service of an exported object begins with; the name of its interface follows. */
    public static final String ROOT = "object:";
    /** The method in the message: its name, a slash, and what tells overloads apart. */
    public static final String METHOD = "m";

    /** The id of a held object in the message: a 64-bit integer. */
    public static final String OBJECT = "o";
    /** The interface in the message that an object is asked for; then no method is called. */
    public static final String AS = "as";
    /** The event by which an end tells which references it has dropped. */
    public static final String RELEASE = "objects.release";

    private ObjectService() {}

    /** Whether a call is one that the library makes by itself, to release references. */
    public static boolean isRelease(CallKind kind, String name) {
        return kind == CallKind.EVENT && name.equals(RELEASE);
    }

    /** The name of the method that a message to a service calls; empty when it calls none. */
    public static Optional<String> method(String service, ValueSet message) {
        return (service.equals(HELD) ? hasId(message) : service.startsWith(ROOT))
                        && !message.contains(AS)
                        && message.contains(METHOD)
                        && message.get(METHOD) instanceof String key
                ? Optional.of(key.indexOf('/') < 0 ? key : key.substring(0, key.indexOf('/')))
                : Optional.empty();
    }

    private static boolean hasId(ValueSet message) {
        Object id = message.find(OBJECT).orElse(null);
        return id instanceof Long || id instanceof Integer;
    }

    /**
     * Whether the peer does not know what was called: there is no such service, object or method. Then its name may be any
     * text, and no good name for what is counted.
     *
     * @param method the method of a remote object that was called; empty for none
     * @param failure what the call failed with; null when it has not
     */
    public static boolean isUnknown(Optional<String> method, @Nullable Throwable failure) {
        if (failure == null || !(Completions.cause(failure) instanceof IpcException known)) {
            return false;
        }
        boolean refused = known.delivery() == Delivery.REJECTED;
        return switch (known.status()) {
            case SERVICE_NOT_FOUND -> refused || method.isPresent();
            case UNSUPPORTED -> method.isPresent();
            case CANCELLED -> refused && method.isPresent(); // before the object has looked for the method
            default -> false;
        };
    }
}
