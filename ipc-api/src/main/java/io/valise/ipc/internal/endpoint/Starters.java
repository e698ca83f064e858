package io.valise.ipc.internal.endpoint;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.ServerStarter;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds what starts servers that are not running. Stateless. */
public final class Starters {
    private Starters() {}

    /**
     * The one there is.
     *
     * @throws IpcException {@code UNSUPPORTED} when there is none, more than one, or it is broken
     */
    public static ServerStarter find() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context != null ? context : Starters.class.getClassLoader();
        try {
            return only(ServiceLoader.load(ServerStarter.class, loader).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList());
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED, "startIfAbsent: the starter is broken: " + e, Delivery.NOT_SENT, e);
        }
    }

    private static ServerStarter only(List<ServerStarter> found) {
        if (found.size() == 1) {
            return found.get(0);
        }
        String what = found.isEmpty()
                ? "found none; add ipc-services to the class path"
                : "found "
                        + found.stream()
                                .map(starter -> starter.getClass().getName())
                                .collect(Collectors.joining(" and "))
                        + "; remove one from the class path";
        throw new IpcException(
                IpcStatus.UNSUPPORTED, "startIfAbsent: needs one starter of servers, " + what, Delivery.NOT_SENT);
    }
}
