package io.valise.ipc.cli;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the user of a terminal can do about a failure. Stateless. */
final class NextStep {
    private NextStep() {}

    /** A line that says what to do; empty where the message already does. */
    static Optional<String> after(IpcException failure) {
        if (isOfBroker(failure)) {
            boolean lost = failure.status() == IpcStatus.PEER_DIED || failure.status() == IpcStatus.CONNECTION_CLOSED;
            return lost ? Optional.of("`ipc doctor` shows whether the broker is back.") : Optional.empty();
        }
        String list = isOfNetwork(failure) ? "`ipc list --remote`" : "`ipc list`";
        return Optional.ofNullable(
                switch (failure.status()) {
                    case ENDPOINT_NOT_FOUND -> "Is the server running? " + list + " shows those that are.";
                    case SERVICE_NOT_FOUND -> list + " shows the services of each server.";
                    case ACCESS_DENIED -> accessDenied(failure);
                    case AUTHENTICATION_FAILED ->
                        "The server admits only whom its access policy names, unless told otherwise its own user.";
                    case VERSION_MISMATCH -> "Update the older of the two; `ipc --version` says which this is.";
                    case MESSAGE_TOO_LARGE -> "Send less at once, or raise maxMessageBytes at both ends.";
                    case RESOURCE_EXHAUSTED, UNSUPPORTED -> "`ipc doctor` shows what works here and what is short.";
                    case TIMEOUT -> "Is the server busy? `ipc ping` shows how fast it answers; --timeout waits longer.";
                    case ADDRESS_IN_USE -> "Another process serves that name; `ipc list` shows its pid.";
                    case PEER_DIED, CONNECTION_CLOSED -> "The server went away; " + list + " shows whether it is back.";
                    case TYPE_MISMATCH -> "Say the type: {\"$type\": \"long\", \"value\": 1}; see `ipc call --help`.";
                    case HANDLER_FAILED, CANCELLED, PROTOCOL_ERROR, OK -> null;
                });
    }

    /** Those of a broker between machines say what to do, and nothing of a server. */
    private static boolean isOfBroker(IpcException failure) {
        return failure.reason().contains("NATS broker");
    }

    private static boolean isOfNetwork(IpcException failure) {
        return failure.reason().contains("nats:");
    }

    /** What this end or the server refused has its own words; what else was not sent failed at a file or directory here. */
    private static @Nullable String accessDenied(IpcException failure) {
        if (failure.reason().startsWith("token: ") || failure.reason().contains(": not below an allowed root")) {
            return null;
        }
        if (failure.reason().contains("loopback access rules: ")) {
            return "`ipc loopback explain CLIENT SERVER` shows which rules are missing, and how to add them.";
        }
        if (failure.delivery() != Delivery.NOT_SENT || failure.reason().endsWith("access denied")) {
            return "The server admits only whom its access policy names, unless told otherwise its own user; rules for"
                    + " loopback that refuse are shown by `ipc loopback watch`.";
        }
        return "That is a file or directory on this machine, not the server; `ipc doctor` shows what is in use.";
    }
}
