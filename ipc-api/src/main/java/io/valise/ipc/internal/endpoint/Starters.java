package io.valise.ipc.internal.endpoint;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.spi.ServerStarter;
import java.util.stream.Collectors;

/** Finds what starts servers that are not running. Stateless. */
public final class Starters {
    private Starters() {}

    /**
     * The one there is.
     *
     * @throws IpcException {@code UNSUPPORTED} when there is none that works, or more than one
     */
    public static ServerStarter find() {
        Providers<ServerStarter> found = Providers.starters();
        if (found.all().size() == 1) {
            return found.all().get(0);
        }
        throw new IpcException(
                IpcStatus.UNSUPPORTED,
                "startIfAbsent: needs one starter of servers, found " + whatElse(found) + "; " + found.asked(),
                Delivery.NOT_SENT);
    }

    private static String whatElse(Providers<ServerStarter> found) {
        if (!found.all().isEmpty()) {
            return found.all().stream().map(Providers::describe).collect(Collectors.joining(" and "))
                    + "; remove one from the class path";
        }
        return found.broken().isEmpty()
                ? "none; add ipc-services to the class path"
                : "none that works; broken: " + String.join("; ", found.broken());
    }
}
