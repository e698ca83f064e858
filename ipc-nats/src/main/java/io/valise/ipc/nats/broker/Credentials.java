package io.valise.ipc.nats.broker;

import io.nats.client.AuthHandler;
import io.nats.client.Nats;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.file.Files;
import java.nio.file.Path;

/** Credentials files of NATS. Stateless. */
final class Credentials {
    private Credentials() {}

    /**
     * What signs by such a file. It is tried before: with one that is not there the client library would wait for the broker
     * until its time is up, and with one that is something else take the broker for one that does not answer.
     *
     * @throws IpcException {@code AUTHENTICATION_FAILED} when it cannot sign; without a cause, which might repeat the key
     */
    static AuthHandler of(BrokerSettings settings, Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw refused(
                    settings,
                    file,
                    "it is not there, is a directory, or this process may not read it: correct its path");
        }
        AuthHandler handler = Nats.credentials(file.toString());
        if (!signs(handler)) {
            throw refused(
                    settings, file, "it is not a JWT and its key, as `nsc generate creds` makes it: make it again");
        }
        return handler;
    }

    private static boolean signs(AuthHandler handler) {
        try {
            return handler.sign(new byte[1]).length > 0;
        } catch (RuntimeException none) { // it depends on what is in the file
            return false;
        }
    }

    private static IpcException refused(BrokerSettings settings, Path file, String why) {
        return new IpcException(
                IpcStatus.AUTHENTICATION_FAILED,
                "NATS broker at " + settings.shown() + ": credentials file " + file + ": " + why,
                Delivery.NOT_SENT);
    }
}
