package io.valise.ipc.services.launch;

import io.valise.ipc.testkit.process.CommandLoop;

/** A process that launches helpers; it answers with their pids. */
final class LauncherProgram {
    private LauncherProgram() {}

    public static void main(String[] arguments) {
        CommandLoop.run((command, words) -> String.valueOf(HelperLauncher.of("editor")
                .over(command)
                .launch("double")
                .helper()
                .pid()));
    }
}
