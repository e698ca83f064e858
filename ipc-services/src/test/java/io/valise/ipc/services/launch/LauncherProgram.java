package io.valise.ipc.services.launch;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.process.CommandLoop;
import java.time.Duration;
import java.util.List;

/** A process that launches helpers and targets, which end with it. */
final class LauncherProgram {
    private LauncherProgram() {}

    public static void main(String[] arguments) {
        CommandLoop.run((command, words) -> switch (command) {
            case "try" -> outcome(launch(words));
            case "helper" -> String.valueOf(launch(words).helper().pid());
            case "target" -> target(words.get(0), words.get(1));
            default -> throw new IllegalArgumentException("command: " + command);
        });
    }

    private static String outcome(LaunchResult result) {
        return (result.status() + " " + result.detail()).strip();
    }

    private static LaunchResult launch(List<String> words) {
        String[] application = words.get(2).split("/", 2);
        return HelperLauncher.of(AppIdentity.open(application[0], application[1]))
                .over(words.get(0))
                .within(Duration.ofSeconds(40))
                .launch(words.get(1));
    }

    /** Launches a target that shares a file; returns its pid once it has reported. */
    private static String target(String transport, String file) {
        LaunchedTarget target =
                ResultLauncher.standard().over(transport).start("files", ValueSet.of("do", "share", "path", file));
        target.result().join();
        return String.valueOf(target.pid());
    }
}
