package io.valise.ipc.cli.demo;

import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One transport between two processes. Confined to one thread. */
final class ProcessTrial {
    private static final long TIMEOUT_SECONDS = 30;

    private final String scheme;
    private final List<StepResult> steps = new ArrayList<>();
    private final List<RoundTripTimes> times = new ArrayList<>();

    private ProcessTrial(String scheme) {
        this.scheme = scheme;
    }

    /** Tries a transport out. */
    static TrialReport of(Transport transport) throws InterruptedException {
        Availability availability = Availability.of(transport);
        boolean expected = isExpected(transport.scheme(), System.getProperty("os.name"));
        return availability.available()
                ? new ProcessTrial(transport.scheme()).run(expected, availability.detail())
                : TrialReport.unavailable(transport.scheme(), expected, availability.detail());
    }

    /** Whether a transport should work on an operating system; for other transports the answer is false. */
    static boolean isExpected(String scheme, String system) {
        return switch (scheme) {
            case "loopback" -> true;
            case "shm", "pipe" -> system.equals("Linux") || system.startsWith("Mac");
            default -> false;
        };
    }

    private TrialReport run(boolean expected, String detail) throws InterruptedException {
        String endpoint = scheme + ":demo-" + ProcessHandle.current().pid();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        ChildJvm server = ChildJvm.start(Roles.SERVER, endpoint);
        ChildJvm client = ChildJvm.start(Roles.CLIENT, endpoint);
        try (server;
                client) {
            awaitReady(server, deadline);
            client.tell(String.valueOf(server.pid()));
            collect(client, deadline);
        } catch (StepFailure e) {
            steps.add(new StepResult("processes", false, String.valueOf(e.getMessage())));
        }
        return new TrialReport(scheme, true, expected, detail, steps, times, server.errors() + client.errors());
    }

    static void awaitReady(ChildJvm server, long deadline) throws InterruptedException {
        ValueSet line = server.nextLine(deadline).orElse(ValueSet.empty());
        if (!line.contains(Roles.READY)) {
            throw new StepFailure("the server process did not get ready; said " + line);
        }
    }

    private void collect(ChildJvm client, long deadline) throws InterruptedException {
        boolean finished = false;
        for (Optional<ValueSet> line = client.nextLine(deadline); line.isPresent(); line = client.nextLine(deadline)) {
            finished |= take(line.get());
        }
        StepFailure.unless(finished, "client process", "the last step", "an end before it");
    }

    /** Whether this was the last one. */
    private boolean take(ValueSet line) {
        if (!StepResult.isIn(line)) {
            times.add(RoundTripTimes.from(line));
            return false;
        }
        StepResult result = StepResult.from(line);
        boolean last = result.name().equals(Walk.ALL);
        if (!last || !result.ok()) {
            steps.add(result);
        }
        return last;
    }
}
