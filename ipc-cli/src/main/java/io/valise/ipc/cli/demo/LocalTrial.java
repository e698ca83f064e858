package io.valise.ipc.cli.demo;

import io.valise.ipc.IpcServer;
import io.valise.ipc.WaitStrategy;
import java.util.ArrayList;
import java.util.List;

/** {@code local:}, whose two ends are in this process. Stateless. */
final class LocalTrial {
    private LocalTrial() {}

    static TrialReport run() {
        String endpoint = "local:demo-" + ProcessHandle.current().pid();
        List<StepResult> steps = new ArrayList<>();
        List<RoundTripTimes> times = new ArrayList<>();
        IpcServer server = DemoServices.start(endpoint, WaitStrategy.adaptive());
        IpcServer spinning = DemoServices.start(Walk.spinning(endpoint), WaitStrategy.spinning());
        try (server;
                spinning) {
            new Walk(endpoint, steps::add, times::add).run(EndOfServer.close(server));
        }
        steps.removeIf(step -> step.name().equals(Walk.ALL) && step.ok());
        return new TrialReport("local", true, true, "within this process", steps, times, "");
    }
}
