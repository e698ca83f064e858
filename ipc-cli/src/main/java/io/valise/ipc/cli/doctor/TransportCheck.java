package io.valise.ipc.cli.doctor;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Transport;
import java.time.Duration;

/**
 * Whether a transport works: its own statement, and then a call over it, from this process to itself. Immutable.
 *
 * @param scheme the transport
 * @param works whether the call succeeded
 * @param detail how it works here, or why not
 */
public record TransportCheck(String scheme, boolean works, String detail) {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Tries a transport. */
    public static TransportCheck of(Transport transport) {
        Availability availability = Availability.of(transport);
        String scheme = transport.scheme();
        if (!availability.available()) {
            return new TransportCheck(scheme, false, availability.detail());
        }
        try {
            call(scheme + ":doctor-" + ProcessHandle.current().pid());
            return new TransportCheck(scheme, true, availability.detail());
        } catch (IpcException e) {
            return new TransportCheck(scheme, false, String.valueOf(e.getMessage()));
        }
    }

    private static void call(String endpoint) {
        try (IpcServer server = IpcServer.builder(endpoint).start();
                IpcConnection connection = IpcClient.builder(server.endpoints().get(0))
                        .connectTimeout(TIMEOUT)
                        .requestTimeout(TIMEOUT)
                        .connect()) {
            connection.request("valise.ping", ValueSet.of("asked", "by the doctor"));
        }
    }

    /** This as a message, for JSON. */
    public ValueSet toValueSet() {
        return ValueSet.of("scheme", scheme, "works", works, "detail", detail);
    }
}
