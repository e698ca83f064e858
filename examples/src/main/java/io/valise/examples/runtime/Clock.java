package io.valise.examples.runtime;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.runtime.VersionRange;
import java.time.Instant;
import java.util.Set;

/** A program that needs {@code ipc-api} alone, to compile and to run: the rest is the installed version that fits best. */
public final class Clock {
    private Clock() {}

    /** Serves and asks itself, over the fastest transport of the installed run-time part. */
    public static void main(String[] arguments) {
        try (IpcRuntime runtime = IpcRuntime.initialize(VersionRange.parse("[1.2,2)"), Set.of());
                IpcServer server = IpcServer.builder("any:clock")
                        .service("time", Clock::time)
                        .start();
                IpcConnection connection = IpcClient.connect("any:clock")) {
            runtime.findings().installed().ifPresent(part -> System.out.println("installed " + part.version()));
            System.out.println(server.endpoints().size() + " addresses");
            System.out.println(connection.request("time", ValueSet.empty()).keys());
        }
    }

    private static ValueSet time(Request request) {
        return ValueSet.of("now", Instant.now());
    }
}
