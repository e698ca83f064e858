package io.valise.ipc.cli.demo;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code any:} between two processes: the fastest transport must be chosen. Stateless. */
final class AnyTrial {
    private static final long TIMEOUT_SECONDS = 20;

    private AnyTrial() {}

    /** Tries it with these transports, fastest first. */
    static StepResult of(List<Transport> transports) throws InterruptedException {
        String fastest = transports.stream()
                .filter(transport -> Availability.of(transport).available())
                .map(Transport::scheme)
                .findFirst()
                .orElse("none");
        String endpoint = "any:demo-any-" + ProcessHandle.current().pid();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        List<StepResult> result = new java.util.ArrayList<>();
        try (ChildJvm server = ChildJvm.start(Roles.SERVER, endpoint)) {
            new Steps(result::add).run("any:", () -> {
                ProcessTrial.awaitReady(server, deadline);
                return connect(endpoint, fastest);
            });
        }
        return result.get(0);
    }

    private static String connect(String endpoint, String fastest) {
        try (IpcConnection connection = IpcClient.connect(endpoint)) {
            String chosen = connection.endpoint().scheme();
            ValueSet message = CallSteps.small(1);
            StepFailure.unless(chosen.equals(fastest), "chosen transport", fastest, chosen);
            StepFailure.unless(connection.request("echo", message).equals(message), "echo", message, "another");
            return "chose " + chosen;
        }
    }
}
